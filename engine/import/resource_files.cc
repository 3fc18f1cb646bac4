// Modules that make files: file, template, archives.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/jinja_template.h"
#include "engine/import/paths.h"
#include "engine/import/resource.h"
#include "engine/import/task_words.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

constexpr std::size_t kMostCopied = std::size_t{16} << 20;

}  // namespace

// `~/x` and `~name/x`: below the home of the user that does it, or of that one.
std::string Builder::home_path(const std::string& path) const {
  if (!path.starts_with('~')) return path;
  const Node* as = task_.keyword("become_user");
  std::string user = as != nullptr ? as->text : around_.as;
  const std::size_t slash = path.starts_with("~${") ? path.find("}/") + 1 : std::min(path.find('/'), path.size());
  if (slash == 0) throw Untranslatable{"a path below the home of a user (`~`)"};
  const std::string rest = path.substr(slash);
  std::string name = path.substr(1, slash - 1);
  if (name.starts_with("${") && name.ends_with("}"))
    return "${facts.homes[" + name.substr(2, name.size() - 3) + "]}" + rest;
  if (name.empty()) name = user;
  if (holds_jinja(name)) throw Untranslatable{"a path below the home of a user (`~`)"};
  return (name.empty() ? std::string("${facts.user.home}") : "${facts.homes[" + cel_text(name) + "]}") + rest;
}

std::string Builder::user_of_task(Names& local) const {
  const Node* own = task_.keyword("become_user");
  const std::string user = own != nullptr ? translate_text(own->text, local).text : around_.as;
  return user == "root" ? "" : user;
}

// The file of the project, copied into the module; empty where the role has none.
std::string Builder::project_file(const std::string& src, const std::string& folder) {
  const std::string name = without_prefix(src, {"{{ role_path }}/", "./", "../"});
  for (const std::string& path : {folder + "/" + name, name, around_.folder + "/" + name}) {
    const std::string clean = std::filesystem::path(path).lexically_normal().generic_string();
    if (clean.starts_with("..") || clean.starts_with("/")) continue;
    const auto status = unit_.source_.status(clean);
    if (!status || status->type != EntryType::kFile) continue;
    const Result<std::string> bytes = unit_.source_.read(clean, kMostCopied);
    if (!bytes) throw Untranslatable{"the file `" + clean + "`, which cannot be read"};
    const std::string target = clean.starts_with(folder + "/") ? clean : folder + "/" + clean;
    unit_.files_[target] = *bytes;
    return target;
  }
  return "";
}

void Builder::put_ownership(Item& item, Names& local) {
  if (auto owner = take({"owner"}, Form::kText, local)) item.put("owner", *owner);
  if (auto group = take({"group"}, Form::kText, local)) item.put("group", *group);
  if (auto mode = take({"mode"}, Form::kMode, local); mode && mode->text != "preserve") item.put("mode", *mode);
}

// What Ansible takes from the policy is what is given to a new file here too, where nothing is said.
void Builder::put_beyond_mode(Item& item, Names& local) {
  WrittenMap label;
  bool has_type = false;
  for (const auto& [parameter, part] : std::initializer_list<std::pair<const char*, const char*>>{
           {"setype", "type"}, {"seuser", "user"}, {"serole", "role"}, {"selevel", "level"}}) {
    const Node* node = task_.argument({parameter});
    ignore({parameter});
    const bool given = node != nullptr && node->is_scalar() && !node->is_null() && node->text != "_default";
    if (!given || node->text.find("omit") != std::string::npos) continue;
    label.emplace_back(part, write(*node, Form::kText, local));
    has_type = has_type || std::string_view(part) == "type";
  }
  if (has_type) {
    item.put("selinux", Written::of_map(std::move(label)));
  } else if (!label.empty()) {
    no_word("seuser", "a label needs its type: `selinux: {type: …}`");
  }
  if (item.type != "directory" && yes({"unsafe_writes"})) item.put("in_place", Written::of_plain("true"));
  ignore({"unsafe_writes"});
}

void Builder::file(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* given_path = task_.argument({"path", "dest", "name"});
  ignore({"path", "dest", "name"});
  const Node* src = task_.argument({"src"});
  if (given_path == nullptr && src != nullptr && is({"state"}, "absent")) given_path = src;
  if (given_path == nullptr) throw Untranslatable{"a file without a path"};
  Written path = write(*given_path, Form::kText, local);
  path.text = home_path(path.text);
  const bool slash = path.text.size() > 1 && path.text.ends_with('/');
  path.text = without_slash(path.text);
  const Node* state_node = task_.argument({"state"});
  std::string state = state_node == nullptr ? "" : state_node->text;
  ignore({"state"});
  if (holds_jinja(state)) {
    const Unit::FixedAlone fixed(unit_);
    const std::optional<std::string> known = constant_text(state, local);
    if (!known) {
      return file_by_state(*state_node, turn, when, changes);
    }
    state = *known;
  }
  const bool recurse = yes({"recurse"});
  if (state.empty()) state = src != nullptr ? "link" : recurse ? "directory" : "file";
  std::string kind = "file";
  if (state == "directory") kind = "directory";
  if (state == "link" || state == "hard") kind = "link";
  if (state == "absent") {
    const bool folder = slash || unit_.directories_.contains(path.text) || path.text.ends_with(".d");
    kind = folder ? "directory" : "file";
  }
  auto item = start(kind, turn, when);
  identify(*item, kind, path, turn);
  if (kind == "directory") unit_.directories_.insert(path.text);
  if (state == "absent") {
    item->put("state", Written::of_text("absent"));
    ignore({"owner", "group", "mode", "force", "src", "recurse", "follow"});
    return finish(std::move(item), turn, changes);
  }
  if (kind == "link") {
    if (auto target = take({"src"}, Form::kText, local)) item->put("target", *target);
    if (state == "hard") item->put("hard", Written::of_plain("true"));
    if (yes({"force"})) item->put("force", Written::of_plain("true"));
    ignore({"owner", "group", "mode", "follow"});
    return finish(std::move(item), turn, changes);
  }
  if (state == "touch") item->put("state", Written::of_text("exists"));
  if (state == "touch") ignore({"modification_time", "access_time", "modification_time_format", "access_time_format"});
  put_ownership(*item, local);
  if (kind == "directory") item->put("parents", Written::of_plain("true"));
  if (kind == "directory" && recurse) item->put("recurse", Written::of_plain("true"));
  if (given({"follow"}) && yes({"follow"})) item->put("follow", Written::of_plain("true"));
  put_beyond_mode(*item, local);
  ignore({"force", "src", "follow"});
  if (kind == "file") unit_.file_resources_.insert(path.text);
  finish(std::move(item), turn, changes);
}

// A state that the host knows: a resource for each that it can be.
void Builder::file_by_state(const Node& given_state, Unit::Turn& turn, const Cel& when,
                            const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Cel state = text_expression(given_state.text, local);
  const bool leads = given({"src"});
  const auto named = [&](const std::string& word) {
    return given_state.text.find("'" + word + "'") != std::string::npos ||
           given_state.text.find('"' + word + '"') != std::string::npos;
  };
  std::vector<std::string> states;
  for (const char* word : {"directory", "file", "touch", "link", "hard", "absent"}) {
    if (named(word)) states.emplace_back(word);
  }
  // What else a variable may say.
  if (states.size() < 2) {
    const std::vector<std::string> usual =
        leads ? std::vector<std::string>{"link", "absent"} : std::vector<std::string>{"directory", "touch", "absent"};
    for (const std::string& word : usual) {
      if (!named(word)) states.push_back(word);
    }
    unit_.note(row_, "its `state` hangs on the host: a resource for each that it can be");
  }
  for (const std::string& word : states) {
    Task one = task_;
    for (Entry& entry : one.arguments.entries) {
      if (entry.key != "state") continue;
      entry.value.text = word;
      entry.value.style = lang::Style::kPlain;
    }
    if (!leads && (word == "link" || word == "hard")) continue;
    const Cel is{
        state.in_brackets(rank::kSum) + " == " + cel_text(word), Type::kBool, Type::kAny, rank::kRelation, "", ""};
    Builder builder(unit_, one, around_, row_);
    builder.registered_ = registered_;
    builder.file(turn, both_of(when, is), changes);
    made_any_ = made_any_ || builder.made_any_;
    used_.insert(builder.used_.begin(), builder.used_.end());
  }
}

// A name that the variables of the system give, or any value: a folder with those that it can be.
std::optional<Unit::SystemPath> Builder::chosen_templates(const std::string& src, Names& names) {
  if (auto by_value = unit_.templates_by_value(src, names)) return by_value;
  return unit_.templates_by_pattern(without_prefix(src, {"{{ role_path }}/", "./", "templates/"}), names);
}

void Builder::templated(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* dest = task_.argument({"dest", "path"});
  const Node* src = task_.argument({"src"});
  ignore({"dest", "path", "src", "follow", "newline_sequence", "output_encoding"});
  for (const char* sign : {"variable_start_string", "block_start_string", "comment_start_string"}) {
    if (given({sign})) throw Untranslatable{"a template with `" + std::string(sign) + "`"};
  }
  if (const Node* ends = task_.argument({"newline_sequence"});
      ends != nullptr && ends->text != "\n" && ends->text != "\\n")
    throw Untranslatable{"a template with other ends of lines (`newline_sequence`)"};
  if (dest == nullptr || src == nullptr) throw Untranslatable{"a template without `src` or `dest`"};
  Written path = write(*dest, Form::kText, local);
  path.text = home_path(path.text);

  // Which templates it may be, each with the path that it gets here.
  std::vector<std::pair<std::string, std::string>> sources;  // in the role, in the module
  std::string written_path;
  std::optional<std::string> known = constant_text(src->text, local);
  {
    // A default that somebody may set otherwise, where the role has other templates for it.
    const Unit::FixedAlone fixed(unit_);
    if (known && holds_jinja(src->text) && !constant_text(src->text, local)) {
      const auto choices =
          unit_.choices_of(without_prefix(src->text, {"{{ role_path }}/", "./", "templates/"}), {"templates"}, {""});
      constexpr std::size_t kMostTemplates = 30;
      if (choices.size() > 1 && choices.size() <= kMostTemplates) known.reset();
    }
  }
  std::string base;
  const auto find = [&](const std::string& name) {
    const std::string clean = without_prefix(name, {"{{ role_path }}/", "./", "templates/"});
    for (const std::string& one : {"templates/" + clean, clean, around_.folder + "/" + clean}) {
      const auto status = unit_.source_.status(one);
      if (!one.starts_with("/") && status && status->type == EntryType::kFile) return one;
    }
    return std::string();
  };
  if (!known) {
    if (std::optional<Unit::SystemPath> by_system =
            unit_.system_path(without_prefix(src->text, {"templates/"}), "templates", "templates")) {
      for (const auto& [target, origin] : by_system->files) sources.emplace_back(origin, target);
      written_path = by_system->path;
    } else if (auto by_value = chosen_templates(src->text, local)) {
      written_path = by_value->path;
      for (const auto& [target, origin] : by_value->files) sources.emplace_back(origin, target);
    } else {
      // A default that a variable may set otherwise: the default is what stands in the role.
      const std::vector<TextPart> parts = parse_text(src->text);
      const ExprPtr& expr = parts.front().expression;
      const bool has_default = parts.size() == 1 && expr != nullptr && expr->is(Expr::Kind::kFilter) &&
                               (expr->text == "default" || expr->text == "d") && expr->children.size() > 1;
      std::optional<Node> fallback = has_default ? constant_of(*expr->children[1], local) : std::nullopt;
      if (!fallback)
        throw Untranslatable{"a template whose name hangs on the host: write its path, or a resource for each"};
      known = fallback->text;
      no_word("src", "is always `" + *known + "` here; another template is another resource");
    }
  }
  if (known) {
    const std::string origin = find(*known);
    if (origin.empty()) throw Untranslatable{"the template `" + *known + "`, which the role does not have"};
    sources.emplace_back(origin, origin.starts_with("templates/") ? origin : "templates/" + origin);
    base = last_name(*known);
    if (holds_jinja(src->text) && turn.for_each.empty() && task_.keyword("with_items") == nullptr &&
        task_.keyword("loop") == nullptr)
      no_word("src", "is always `" + *known + "` here; another template is another resource");
  }
  TemplateOptions options;
  if (given({"trim_blocks"})) options.layout.trim_blocks = yes({"trim_blocks"});
  if (given({"lstrip_blocks"})) options.layout.lstrip_blocks = yes({"lstrip_blocks"});
  options.included = [&](const std::string& name) -> std::optional<std::string> {
    const std::string folder =
        sources.empty() ? "" : std::filesystem::path(sources.front().first).parent_path().generic_string();
    for (const std::string& one : {"templates/" + name, folder + "/" + name}) {
      const auto status = unit_.source_.status(one);
      if (status && status->type == EntryType::kFile) return unit_.file_text(one);
    }
    return std::nullopt;
  };
  auto item = start("file", turn, when);
  for (const auto& [origin, target] : sources) {
    const TranslatedTemplate translated = translate_template(unit_.file_text(origin), local, options);
    // Of several that it may be, one is left out: a host that asks for it is told so.
    if (!translated.problem.empty() && sources.size() > 1 && &origin != &sources.front().first) {
      no_word("src", "`" + origin + "` is by hand: " + translated.problem);
      continue;
    }
    if (!translated.problem.empty())
      throw Untranslatable{"the template " + origin + ":" + std::to_string(translated.line) + ": " +
                           translated.problem};
    if (translated.walks_maps)
      unit_.tell_once((unit_.shown_.empty() ? "" : unit_.shown_ + "/") + origin +
                      ": a map is walked in the order of its keys, not in that of the file it stands in");
    std::string name = target.ends_with(".j2") ? target.substr(0, target.size() - 3) : target;
    // One template for several loops has other names in each.
    for (int i = 2; unit_.files_.contains(name) && unit_.files_.at(name) != translated.text; ++i)
      name = target + "." + std::to_string(i);
    unit_.files_[name] = translated.text;
    if (written_path.empty()) written_path = name;
    item->template_files.push_back(name);
  }
  if (written_path.ends_with(".j2")) written_path = written_path.substr(0, written_path.size() - 3);
  if (unit_.is_folder(dest->text, path.text) && !base.empty())
    path.text = without_slash(path.text) + "/" + (base.ends_with(".j2") ? base.substr(0, base.size() - 3) : base);
  identify(*item, "file", path, turn);
  item->put("template", Written::of_text(written_path));
  finish_file(std::move(item), path, turn, changes);
}

// What is said of every file that is written whole: whose it is, and how it gets there.
void Builder::finish_file(std::unique_ptr<Item> item, const Written& path, Unit::Turn& turn,
                          const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  put_ownership(*item, local);
  put_beyond_mode(*item, local);
  if (yes({"backup"})) item->put("backup", Written::of_plain("true"));
  if (auto validate = take({"validate"}, Form::kText, local)) item->put("validate", *validate);
  const Node* force = task_.argument({"force"});
  ignore({"force"});
  if (says_no(force)) {
    item->put("state", Written::of_text("exists"));
  } else if (force != nullptr && holds_jinja(force->text)) {
    no_word("force", "hangs on a variable: it is written over in any case");
  }
  unit_.file_resources_.insert(path.text);
  finish(std::move(item), turn, changes);
}

void Builder::unarchive(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* src = task_.argument({"src"});
  const Node* dest = task_.argument({"dest"});
  ignore({"src", "dest", "list_files", "mode", "validate_certs", "keep_newer"});
  if (src == nullptr || dest == nullptr) throw Untranslatable{"an archive without `src` or `dest`"};
  auto item = start("archive", turn, when);
  Written path = write(*dest, Form::kText, local);
  path.text = without_slash(home_path(path.text));
  identify(*item, "archive", path, turn);
  const Node* copy = task_.argument({"copy"});
  const bool on_host =
      yes({"remote_src"}) || (copy != nullptr && !is_true_word(copy->text)) || unit_.is_fetched(src->text);
  ignore({"copy", "remote_src"});
  const std::string from = translate_text(src->text, local).text;
  if (on_host && (from.find("://") != std::string::npos)) {
    // What comes from elsewhere is fetched first.
    auto download = start("download", turn, when);
    const std::string name = glob_free(last_name(from));
    const std::string file = "/var/cache/" + name;
    identify(*download, "download", Written::of_text(file), turn);
    download->put("url", Written::of_text(from));
    around_.out->push_back(std::move(download));
    item->put("file", Written::of_text(file));
    unit_.note(row_, "it is fetched to " + file + " first; give the download a `digest`");
  } else if (on_host) {
    item->put("file", Written::of_text(from));
  } else {
    const std::optional<std::string> known = constant_text(src->text, local);
    const std::string source = known ? project_file(*known, "files") : "";
    if (source.empty()) throw Untranslatable{"an archive that the role does not have"};
    item->put("source", Written::of_text(source));
  }
  if (auto owner = take({"owner"}, Form::kText, local)) item->put("owner", *owner);
  if (auto group = take({"group"}, Form::kText, local)) item->put("group", *group);
  if (auto creates = take({"creates"}, Form::kText, local)) item->put("creates", *creates);
  if (auto include = take({"include"}, Form::kList, local)) item->put("include", *include);
  if (auto exclude = take({"exclude"}, Form::kList, local)) item->put("exclude", *exclude);
  for (const std::string& option : texts_of(task_.argument({"extra_opts"}))) {
    if (option.starts_with("--strip-components=")) {
      item->put("strip", Written::of_plain(option.substr(19)));
    } else if (option.starts_with("--strip=")) {
      item->put("strip", Written::of_plain(option.substr(8)));
    } else if (option != "--no-same-owner") {
      no_word("extra_opts", "`" + option + "` has no word here");
    }
  }
  ignore({"extra_opts"});
  finish(std::move(item), turn, changes);
}

// A name of a file that expressions may stand in.
std::string Builder::glob_free(const std::string& name) {
  return name.empty() ? "archive" : name;
}

}  // namespace plumb::imports
