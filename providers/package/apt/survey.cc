#include "providers/package/apt/survey.h"

#include <algorithm>

#include "providers/package/apt/dpkg_status.h"
#include "providers/package/survey_parts.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::package::apt {
namespace {

constexpr const char* kStatus = "/var/lib/dpkg/status";
constexpr const char* kInfoFolder = "/var/lib/dpkg/info/";
constexpr std::size_t kLargestFile = std::size_t{64} << 20;
// Of all of them together; a host with five thousand packages has a quarter of it.
constexpr std::size_t kMostRead = std::size_t{512} << 20;

std::string_view after(std::string_view line, std::string_view name) {
  if (!line.starts_with(name)) return {};
  line.remove_prefix(name.size());
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  return line;
}

struct Listed {
  std::string name;
  std::string architecture;
  bool installed = false;
  bool held = false;
  bool of_every_host = false;  // essential, or required
  bool important = false;
  bool library = false;
  std::vector<std::vector<std::string>> needs;  // of each one of several
};

// "a (>= 1), b | c:any" by their names.
void add_names(std::string_view list, std::vector<std::vector<std::string>>& groups) {
  std::size_t at = 0;
  for (bool begins = true; at < list.size();) {
    while (at < list.size() && (list[at] == ' ' || list[at] == ',' || list[at] == '|'))
      begins = list[at++] == ',' || begins;
    std::size_t end = at;
    while (end < list.size() && list[end] != ' ' && list[end] != ',' && list[end] != ':' && list[end] != '|') ++end;
    if (end > at) {
      if (begins) groups.emplace_back();
      groups.back().emplace_back(list.substr(at, end - at));
      begins = false;
    }
    while (end < list.size() && list[end] != ',' && list[end] != '|') ++end;
    at = end;
  }
}

// Who needs whom, and who is there for the sake of nobody else.
struct Needs {
  std::map<std::string, std::set<std::string>> needed_by;
  std::set<std::string> roots;

  // Whether one that is there by itself needs it, or needs who does. Of two that need one another the first one stands
  // for both.
  bool brings(const std::string& name) const {
    std::vector<std::string> open = {name};
    std::set<std::string> seen = {name};
    while (!open.empty()) {
      const auto by = needed_by.find(open.back());
      open.pop_back();
      if (by == needed_by.end()) continue;
      for (const std::string& other : by->second) {
        const auto back = needed_by.find(other);
        const bool mutual = back != needed_by.end() && back->second.contains(name) && name < other;
        if (mutual || !seen.insert(other).second) continue;
        if (roots.contains(other)) return true;
        open.push_back(other);
      }
    }
    return false;
  }
};

std::vector<Listed> listed_in(std::string_view text) {
  std::vector<Listed> all;
  Listed one;
  const auto end = [&] {
    if (!one.name.empty()) all.push_back(std::move(one));
    one = {};
  };
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) {
      end();
    } else if (const std::string_view name = after(line, "Package:"); !name.empty()) {
      one.name = name;
    } else if (const std::string_view architecture = after(line, "Architecture:"); !architecture.empty()) {
      one.architecture = architecture;
    } else if (const std::string_view status = after(line, "Status:"); !status.empty()) {
      one.installed = status.ends_with(" installed");
      one.held = status.starts_with("hold ");
    } else if (line == "Essential: yes" || line == "Protected: yes" || line == "Priority: required") {
      one.of_every_host = true;
    } else if (line == "Priority: important") {
      one.important = true;
    } else if (line.starts_with("Section: libs") || line.starts_with("Section: oldlibs")) {
      one.library = true;
    } else if (const std::string_view needs = after(line, "Depends:"); !needs.empty()) {
      add_names(needs, one.needs);
    } else if (const std::string_view before = after(line, "Pre-Depends:"); !before.empty()) {
      add_names(before, one.needs);
    }
  }
  end();
  return all;
}

// " /etc/x 0123… obsolete" below "Conffiles:", of packages that are there.
void add_conffiles(std::string_view text, Packaged& packaged) {
  bool installed = false;
  bool conffiles = false;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (!line.starts_with(' ')) conffiles = false;
    if (const std::string_view status = after(line, "Status:"); !status.empty())
      installed = status.ends_with(" installed");
    if (line == "Conffiles:") {
      conffiles = true;
      continue;
    }
    if (!conffiles || !installed) continue;
    std::string_view rest = line.substr(1);
    const bool obsolete = rest.ends_with(" obsolete") || rest.ends_with(" remove-on-upgrade");
    const std::size_t end = rest.find(' ', rest.starts_with('/') ? rest.rfind('/') : 0);
    if (end == std::string_view::npos) continue;
    const std::string path(rest.substr(0, end));
    if (obsolete || rest.substr(end).find("newconffile") != std::string_view::npos) {
      packaged.paths.insert(path);
    } else {
      packaged.configuration[path] = std::string(rest.substr(end + 1, 32));
    }
  }
}

// Files that a package put into /etc by ucf, which keeps what it brought.
void add_of_ucf(std::string_view text, Packaged& packaged) {
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t path = line.find('/');
    if (line.size() > 32 && path != std::string_view::npos)
      packaged.configuration[std::string(line.substr(path))] = std::string(line.substr(0, 32));
  }
}

void add_paths(std::string_view text, Packaged& packaged) {
  while (!text.empty()) add_packaged_path(take_line(text), packaged);
}

void add_contents(std::string_view text, Packaged& packaged) {
  constexpr std::size_t kDigits = 32;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.size() > kDigits) packaged.contents.emplace(line.substr(0, kDigits));
  }
}

Result<std::string> text_at(const std::string& path, System& system) {
  PLUMB_TRY_ASSIGN(const auto info, system.stat(path, true));
  if (!info) return std::string();
  return system.read_file(path, kLargestFile);
}

}  // namespace

Result<std::shared_ptr<const Packaged>> packaged(System& system) {
  auto all = std::make_shared<Packaged>();
  PLUMB_TRY_ASSIGN(const std::string status, text_at(kStatus, system));
  if (status.empty()) return std::shared_ptr<const Packaged>();
  add_conffiles(status, *all);
  PLUMB_TRY_ASSIGN(const std::string ucf, text_at("/var/lib/ucf/hashfile", system));
  add_of_ucf(ucf, *all);
  const Result<std::vector<std::string>> names = system.list("/var/lib/dpkg/info");
  if (!names) return Error(names.error());
  std::size_t read = 0;
  for (const std::string& name : *names) {
    const std::size_t dot = name.rfind('.');
    const std::string ending = dot == std::string::npos ? "" : name.substr(dot);
    const bool script = ending == ".postinst" || ending == ".preinst" || ending == ".config" || ending == ".postrm";
    if (!script && ending != ".list" && ending != ".md5sums") continue;
    PLUMB_TRY_ASSIGN(const std::string text, text_at(kInfoFolder + name, system));
    read += text.size();
    if (read > kMostRead) return fail(Code::kCannotObserve, "dpkg's database is larger than is read");
    if (script) add_script_words(text, *all);
    if (ending == ".list") add_paths(text, *all);
    if (ending == ".md5sums") add_contents(text, *all);
  }
  return std::shared_ptr<const Packaged>(std::move(all));
}

void survey(const SurveyedHost& host, Survey& survey) {
  const Result<std::string> status = text_at(kStatus, host.system);
  const Result<std::string> states = text_at("/var/lib/apt/extended_states", host.system);
  if (!status || !states) return survey.leave_out("the packages", (status ? states.error() : status.error()).summary());
  const std::vector<Listed> all = listed_in(*status);
  const std::set<std::string> automatic = read_automatic(*states);
  const auto is_automatic = [&](const Listed& one) {
    return automatic.contains(one.name + ":" + one.architecture) ||
           (one.architecture == "all" && std::any_of(automatic.begin(), automatic.end(), [&](const std::string& other) {
              return other.starts_with(one.name + ":");
            }));
  };
  // Installers take the important ones along, images for containers do not.
  constexpr std::ptrdiff_t kFromAnInstaller = 20;
  const bool installed_whole = std::count_if(all.begin(), all.end(), [](const Listed& one) {
                                 return one.installed && one.important;
                               }) >= kFromAnInstaller;
  Needs needs;
  std::map<std::string, int> architectures;
  for (const Listed& one : all) {
    if (!one.installed) continue;
    ++architectures[one.name];
    if (one.of_every_host || !is_automatic(one)) needs.roots.insert(one.name);
  }
  for (const Listed& one : all) {
    if (!one.installed) continue;
    for (const std::vector<std::string>& group : one.needs) {
      // Where several of them are there, it needs none of these.
      const auto there = [&](const std::string& name) { return architectures.contains(name); };
      if (std::count_if(group.begin(), group.end(), there) == 1)
        needs.needed_by[*std::find_if(group.begin(), group.end(), there)].insert(one.name);
    }
  }
  std::set<std::string> taken;
  for (const Listed& one : all) {
    if (!one.installed) continue;
    const bool asked_for =
        !is_automatic(one) && !one.of_every_host && !(one.important && installed_whole) && !needs.brings(one.name);
    if (!asked_for && !one.held) continue;
    if (one.held && is_automatic(one)) {
      survey.leave_out("package " + one.name, "it is held, and there for the sake of others alone");
      continue;
    }
    const std::string name = architectures[one.name] > 1 ? one.name + ":" + one.architecture : one.name;
    if (!taken.insert(name).second) continue;
    survey.add(name, one.held ? Json{{"hold", true}} : Json::object());
  }
}

}  // namespace plumb::providers::package::apt
