#include "engine/adopt/written_project.h"

#include <algorithm>
#include <array>
#include <set>

#include "engine/base/ascii.h"
#include "engine/base/host_text.h"
#include "engine/base/joined.h"
#include "engine/base/outside_text.h"
#include "engine/base/plain_name.h"
#include "engine/base/replaced.h"
#include "engine/import/written.h"

namespace plumb::adopt {
namespace {

using imports::Lines;
using imports::Written;
using imports::WrittenMap;

// What others stand on comes first.
constexpr std::array<std::string_view, 11> kOrder = {"packages",  "accounts",  "storage",   "system",
                                                     "kernel",    "network",   "files",     "services",
                                                     "databases", "schedules", "containers"};
constexpr std::size_t kLongestInPlace = 400;
constexpr std::ptrdiff_t kMostLinesInPlace = 5;

// `${` as it is, and in templates `%{` too.
std::string escaped(std::string text, bool in_template) {
  text = replaced(std::move(text), "${", "$${");
  return in_template ? replaced(std::move(text), "%{", "%%{") : text;
}

Written written(const Json& value, bool in_template = false) {
  if (value.is_string()) return Written::of_text(escaped(value.get<std::string>(), in_template));
  if (value.is_array()) {
    std::vector<Written> items;
    for (const Json& one : value) items.push_back(written(one));
    return Written::of_list(std::move(items));
  }
  if (value.is_object()) {
    WrittenMap entries;
    for (const auto& [name, item] : value.items()) entries.emplace_back(name, written(item));
    return Written::of_map(std::move(entries));
  }
  return Written::of_plain(value.dump());
}

// Part of a file's path that everybody can have in a project.
std::string plain_part(std::string_view part) {
  std::string out;
  for (const char c : part) {
    const bool plain = is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-' || c == '@' || c == '+';
    out += plain ? c : '_';
  }
  if (out == "." || out == ".." || out.empty()) out = "_";
  return out;
}

std::string plain_path(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) append_item(out, plain_part(path.substr(0, slash)), "/");
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return out.empty() ? "_" : out;
}

// As a plan calls it, without an id.
std::string plain_address(const Thing& thing, const Kind& kind) {
  static const Json kNone = Json::object();
  const std::string address = thing.kind + ":" + thing.name;
  for (const Json& key : member_of(kind.schema.is_given() ? kind.schema.json() : kNone, "x-key")) {
    const Json& value = member_of(thing.attributes, key.get_ref<const std::string&>());
    if (!value.is_null()) return address + "#" + (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return address;
}

// What tells it from another one of its name: "5433" of two clusters, "deploy" of two accounts.
std::string difference(const Thing& thing, const Thing& other) {
  constexpr std::size_t kLongest = 32;
  for (const auto& [name, value] : thing.attributes.items()) {
    if (value.is_structured() || member_of(other.attributes, name) == value) continue;
    const std::string text = plain_part(value.is_string() ? value.get<std::string>() : value.dump());
    if (text.size() <= kLongest) return text;
  }
  return "2";
}

// For those whose address another one has already.
std::map<std::size_t, std::string> ids_of(const Told& told, const std::vector<Standing>& standings,
                                          const Registry& kinds) {
  std::map<std::string, std::size_t> first;
  std::map<std::size_t, std::string> ids;
  for (std::size_t i = 0; i < told.things.size(); ++i) {
    const Thing& thing = told.things[i];
    const Kind* kind = kinds.find(thing.kind);
    if (kind == nullptr || (standings[i] != Standing::kTaken && standings[i] != Standing::kWithheld)) continue;
    const auto [place, is_first] = first.emplace(plain_address(thing, *kind), i);
    if (is_first) continue;
    const std::string wanted = plain_part(thing.name) + "-" + difference(thing, told.things[place->second]);
    std::string id = wanted;
    for (int n = 2; !first.emplace(thing.kind + ":" + id, i).second; ++n) id = wanted + "-" + std::to_string(n);
    ids[i] = id;
  }
  return ids;
}

// What everybody sees as it is, and YAML keeps as it is.
bool is_plain_text(std::string_view bytes) {
  if (!valid_utf8(bytes)) return false;
  for (std::size_t at = 0; at < bytes.size();) {
    const CodePoint next = code_point_at(bytes, at);
    if (is_unsafe(next.point) && next.point != U'\n' && next.point != U'\t') return false;
    at += next.size;
  }
  return true;
}

bool stays_in_place(const std::string& bytes) {
  return bytes.size() <= kLongestInPlace && is_plain_text(bytes) &&
         std::count(bytes.begin(), bytes.end(), '\n') <= kMostLinesInPlace && bytes.find("${") == std::string::npos &&
         bytes.find("%{") == std::string::npos;
}

class Writer {
 public:
  Writer(const Told& told, const Registry& kinds) : told_(told), kinds_(kinds), standings_(standings(told, kinds)) {
    out_.ids = ids_of(told, standings_, kinds);
  }

  WrittenProject project(const ProjectNames& names) {
    std::map<std::string, std::vector<std::size_t>> chapters;
    for (std::size_t i = 0; i < told_.things.size(); ++i) {
      if (standings_[i] != Standing::kTaken && standings_[i] != Standing::kWithheld) continue;
      const Kind* kind = kinds_.find(told_.things[i].kind);
      chapters[kind->adoption.chapter.empty() ? "others" : kind->adoption.chapter].push_back(i);
    }
    std::vector<std::string> order;
    for (const std::string_view known : kOrder) {
      if (chapters.contains(std::string(known))) order.emplace_back(known);
    }
    for (const auto& [chapter, unused] : chapters) {
      if (std::find(order.begin(), order.end(), chapter) == order.end()) order.push_back(chapter);
    }
    std::vector<std::string> included;
    for (const std::string& chapter : order) {
      if (write_chapter(chapter, chapters[chapter])) included.push_back(chapter + ".yaml");
    }
    write_root(names, included);
    return std::move(out_);
  }

  std::string resources(const std::string& kind) {
    in_place_ = true;
    Lines lines;
    std::vector<std::size_t> things;
    for (std::size_t i = 0; i < told_.things.size(); ++i) {
      if (told_.things[i].kind == kind && (standings_[i] == Standing::kTaken || standings_[i] == Standing::kWithheld))
        things.push_back(i);
    }
    write_things("", things, lines);
    return lines.text();
  }

 private:
  // False where there are comments alone, which go with the project's first file.
  bool write_chapter(const std::string& chapter, const std::vector<std::size_t>& things) {
    Lines lines;
    const std::string file = chapter + ".yaml";
    const bool any =
        std::any_of(things.begin(), things.end(), [&](std::size_t i) { return standings_[i] == Standing::kTaken; });
    if (!any) {
      for (const std::size_t i : things) comments_.push_back(i);
      return false;
    }
    lines.add("resources:");
    write_things(file, things, lines);
    out_.files[file] = lines.text();
    return true;
  }

  void write_things(const std::string& file, const std::vector<std::size_t>& things, Lines& lines) {
    std::string kind;
    for (std::size_t at = 0; at < things.size();) {
      const Thing& thing = told_.things[things[at]];
      if (at > 0 && thing.kind != kind) lines.add("");
      kind = thing.kind;
      std::size_t end = at + 1;
      while (end < things.size() && can_share(things[at], things[end])) ++end;
      const std::vector<std::size_t> group(things.begin() + static_cast<std::ptrdiff_t>(at),
                                           things.begin() + static_cast<std::ptrdiff_t>(end));
      const int first = lines.next_line();
      write_group(group, lines);
      if (standings_[group.front()] == Standing::kTaken) {
        out_.places.push_back({file, first, lines.next_line() - 1, group});
        out_.taken[kind] += group.size();
      }
      at = end;
    }
  }

  // Several that say the same are one resource with a list of names.
  bool can_share(std::size_t one, std::size_t other) const {
    const Thing& a = told_.things[one];
    const Thing& b = told_.things[other];
    constexpr std::size_t kMostShared = 3;
    const auto plain = [&](std::size_t i) {
      return standings_[i] == Standing::kTaken && told_.things[i].withheld.empty() &&
             content_of(told_.things[i]) == nullptr;
    };
    return a.kind == b.kind && a.attributes == b.attributes && a.attributes.size() <= kMostShared && plain(one) &&
           plain(other) && a.name != b.name && !out_.ids.contains(one) && !out_.ids.contains(other);
  }

  // What it is called in the project.
  std::string name_of(std::size_t i) const {
    const auto id = out_.ids.find(i);
    return id == out_.ids.end() ? told_.things[i].name : id->second;
  }

  // An input's name for an attribute that is withheld: "user_alice_password_hash".
  std::string input_name(std::size_t i, const std::string& attribute) const {
    return plain_name(told_.things[i].kind + "_" + name_of(i) + "_" + attribute, '_');
  }

  // The attribute that holds bytes, where the thing has it.
  const ContentAttribute* content_of(const Thing& thing) const {
    const Kind* kind = kinds_.find(thing.kind);
    for (const ContentAttribute& one : kind->contents) {
      const bool told = thing.attributes.contains(one.content) && thing.attributes[one.content].is_string();
      if (told && !one.source.empty()) return &one;
    }
    return nullptr;
  }

  bool can_be_pasted(const Thing& thing) const {
    const ContentAttribute* content = content_of(thing);
    return is_plain_text(thing.name) && thing.name.find('\n') == std::string::npos &&
           (content == nullptr ||
            is_plain_text(bytes_of_text(thing.attributes[content->content].get_ref<const std::string&>())));
  }

  void write_group(const std::vector<std::size_t>& group, Lines& lines) {
    const Thing& thing = told_.things[group.front()];
    if (standings_[group.front()] == Standing::kWithheld) return write_comment(group.front(), lines);
    if (in_place_ && !can_be_pasted(thing)) {
      lines.add_comment(2, "Not here, since it is no plain text: " + thing.kind + " " + outside_line(thing.name));
      return;
    }
    if (group.size() == 1) {
      lines.add_value("  - ", 4, thing.kind, written(thing.name));
      if (out_.ids.contains(group.front()))
        lines.add_value("    ", 4, "id", Written::of_text(out_.ids.at(group.front())));
    } else {
      std::vector<std::string> names;
      for (const std::size_t i : group) names.push_back(escaped(told_.things[i].name, false));
      lines.add_value("  - ", 4, thing.kind, Written::of_texts(names));
    }
    for (const auto& [name, value] : attributes_of(thing)) lines.add_value("    ", 4, name, value);
    for (const auto& [attribute, why] : thing.withheld) {
      lines.add_comment(
          4, attribute + ": ${inputs." + input_name(group.front(), attribute) + "}  (" + why + ", which is not taken)");
      inputs_.emplace_back(input_name(group.front(), attribute),
                           thing.kind + " " + name_of(group.front()) + ": " + why);
    }
  }

  // What it would be, with an input for what is secret.
  void write_comment(std::size_t i, Lines& lines) {
    const Thing& thing = told_.things[i];
    std::string why;
    Thing open = thing;
    for (const auto& [attribute, reason] : thing.withheld) {
      append_item(why, reason);
      open.attributes.erase(attribute);
    }
    lines.add_comment(2, "Not managed: " + why + ". With an input that a store of secrets gives, it would be:");
    Lines resource;
    resource.add_value("- ", 2, thing.kind, written(thing.name));
    if (out_.ids.contains(i)) resource.add_value("  ", 2, "id", Written::of_text(out_.ids.at(i)));
    for (const auto& [attribute, reason] : thing.withheld) {
      resource.add("  " + attribute + ": ${inputs." + input_name(i, attribute) + "}");
      inputs_.emplace_back(input_name(i, attribute), thing.kind + " " + name_of(i) + ": " + reason);
    }
    for (const auto& [name, value] : attributes_of(open)) resource.add_value("  ", 2, name, value);
    std::string text = resource.text();
    while (text.ends_with('\n')) text.pop_back();
    lines.add_comment(2, text);
  }

  // Contents first, as files of their own where they have some length.
  WrittenMap attributes_of(const Thing& thing) {
    WrittenMap out;
    const ContentAttribute* content = content_of(thing);
    if (content != nullptr) {
      const std::string bytes = bytes_of_text(thing.attributes[content->content].get<std::string>());
      if (in_place_ || stays_in_place(bytes)) {
        out.emplace_back(content->content, written(thing.attributes[content->content], true));
      } else {
        out.emplace_back(content->source, Written::of_text(keep(thing, bytes)));
      }
    }
    for (const auto& [name, value] : thing.attributes.items()) {
      if (content == nullptr || name != content->content) out.emplace_back(name, written(value));
    }
    return out;
  }

  std::string keep(const Thing& thing, const std::string& bytes) {
    const std::string path = "files/" + plain_path(thing.name);
    std::string free = path;
    // A folder's name is taken, too.
    const auto is_taken = [&](const std::string& one) {
      const auto next = out_.files.lower_bound(one + "/");
      return out_.files.contains(one) || (next != out_.files.end() && next->first.starts_with(one + "/"));
    };
    for (int i = 2; is_taken(free); ++i) free = path + "." + std::to_string(i);
    out_.files[free] = bytes;
    return free;
  }

  void write_root(const ProjectNames& names, const std::vector<std::string>& included) {
    Lines lines;
    lines.add_comment(0, "How " + names.host + " differs from what its distribution and its packages brought.");
    lines.add("plumb: v1");
    lines.add_value("", 0, "project", Written::of_text(names.project));
    if (included.empty()) {
      lines.add("resources: []");
    } else {
      lines.add_value("", 0, "include", Written::of_texts(included));
    }
    if (!comments_.empty()) lines.add("");
    for (const std::size_t i : comments_) write_comment(i, lines);
    if (!inputs_.empty()) {
      lines.add("");
      lines.add_comment(
          0, "Secrets of the host are not here. What is to be managed of them takes inputs like these:\ninputs:");
      for (const auto& [name, why] : inputs_)
        lines.add_comment(0, "  " + name + ": {type: string, sensitive: true}  # " + why);
    }
    out_.files["plumb.yaml"] = lines.text();
    Lines hosts;
    hosts.add("plumb: v1");
    hosts.add("");
    hosts.add("hosts:");
    hosts.add_value("  ", 2, names.host, written(names.connection));
    out_.files["hosts.yaml"] = hosts.text();
    out_.files[".gitignore"] = ".plumb/\n";
  }

  const Told& told_;
  const Registry& kinds_;
  std::vector<Standing> standings_;
  WrittenProject out_;
  std::vector<std::size_t> comments_;
  std::vector<std::pair<std::string, std::string>> inputs_;  // with what they are for
  bool in_place_ = false;
};

}  // namespace

std::string project_name(const std::string& host) {
  const std::string name = plain_name(host, '-');
  return name.empty() || is_digit(name.front()) ? "host-" + name : name;
}

WrittenProject write_project(const Told& told, const Registry& kinds, const ProjectNames& names) {
  return Writer(told, kinds).project(names);
}

std::string write_resources(const Told& told, const Registry& kinds, const std::string& kind) {
  return Writer(told, kinds).resources(kind);
}

std::vector<std::size_t> things_at(const WrittenProject& project, const Told& told, const std::string& file, int line,
                                   const std::string& address) {
  const auto is_called = [&](std::size_t i) {
    const auto id = project.ids.find(i);
    const std::string own = told.things[i].kind + ":" + (id == project.ids.end() ? told.things[i].name : id->second);
    return address == own || address.starts_with(own + "#");
  };
  for (const Place& place : project.places) {
    const bool here = !file.empty() && place.file == file && line >= place.first_line && line <= place.last_line;
    const bool named = std::any_of(place.things.begin(), place.things.end(), is_called);
    if (!here && !(file.empty() && named)) continue;
    if (place.things.size() == 1) return place.things;
    std::vector<std::size_t> exact;
    for (const std::size_t i : place.things) {
      if (is_called(i)) exact.push_back(i);
    }
    return exact.empty() ? place.things : exact;
  }
  return {};
}

}  // namespace plumb::adopt
