#include "testdata/conformance/subjects.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "engine/base/file.h"
#include "testdata/meet/packages.h"
#include "testdata/meet/pairs.h"

namespace plumb::conformance {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLimit = std::size_t{1} << 20U;

Result<std::vector<State>> states_of(const std::string& kind, const fs::path& folder) {
  std::vector<State> states;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder / kind, problem)) {
    if (entry.path().extension() != ".json") continue;
    PLUMB_TRY_ASSIGN(const std::string text, read_file(entry.path(), kLimit));
    PLUMB_TRY_ASSIGN(const Json json, parse_json(text, Code::kInternal));
    State state;
    state.name = entry.path().stem().string();
    state.desired.address = {"", kind, json.value("identity", "it")};
    state.desired.attributes = json.at("desired");
    for (const Json& attribute : json.value("sensitive", Json::array()))
      state.desired.sensitive.insert(attribute.get<std::string>());
    const Json& observed = json.at("observed");
    state.observed.exists = observed.value("exists", true);
    state.observed.attributes = observed.value("attributes", Json::object());
    for (const Json& address : observed.value("missing", Json::array())) {
      if (const auto what = Address::parse(address.get<std::string>())) state.observed.missing.push_back({*what, ""});
    }
    if (json.contains("trigger")) state.trigger = op_from_name(json.at("trigger").get<std::string>());
    states.push_back(std::move(state));
  }
  std::sort(states.begin(), states.end(), [](const State& a, const State& b) { return a.name < b.name; });
  return states;
}

// Lines `KIND, KIND | CHECK, CHECK | why`.
Result<std::map<std::string, Exceptions>> read_exceptions(const fs::path& file) {
  PLUMB_TRY_ASSIGN(const std::string text, read_file(file, kLimit));
  const auto words = [](const std::string& list) {
    std::vector<std::string> all;
    std::istringstream in(list);
    for (std::string word; std::getline(in, word, ',');) {
      word.erase(0, word.find_first_not_of(' '));
      word.erase(word.find_last_not_of(' ') + 1);
      all.push_back(word);
    }
    return all;
  };
  std::map<std::string, Exceptions> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t first = line.find(" | ");
    const std::size_t second = line.find(" | ", first + 1);
    if (first == std::string::npos || second == std::string::npos)
      return fail(Code::kInternal, file.string() + ": neither kinds, checks and a reason: " + line);
    for (const std::string& kind : words(line.substr(0, first))) {
      for (const std::string& name : words(line.substr(first + 3, second - first - 3))) {
        const std::optional<Check> check = check_by_name(name);
        if (!check) return fail(Code::kInternal, file.string() + ": there is no check `" + name + "`");
        if (!all[kind].emplace(*check, line.substr(second + 3)).second)
          return fail(Code::kInternal, file.string() + ": twice: " + kind + ", " + name);
      }
    }
  }
  return all;
}

// What a kind's own programs and files of the system do beside what is planned.
std::function<bool(const std::string&)> comes_along(const std::string& kind) {
  if (kind == "user" || kind == "group")
    return [](const std::string& path) {
      static const std::set<std::string> files = {"/etc/passwd", "/etc/shadow", "/etc/group",    "/etc/gshadow",
                                                  "/etc/subuid", "/etc/subgid", "/etc/.pwd.lock"};
      return files.contains(path) || path.starts_with("/home/") || path.starts_with("/srv/p/") ||
             path.starts_with("/var/lib/systemd");
    };
  if (kind == "package" || kind == "upgrade" || kind == "apt_repository") return meet::is_of_packages;
  if (kind == "alternatives")
    return [](const std::string& path) {
      return path.starts_with("/etc/alternatives/") || path.starts_with("/var/lib/dpkg/alternatives/") ||
             path == "/var/log/alternatives.log" || path == "/opt/tool";
    };
  // It keeps a line of each, and the file before the last change.
  if (kind == "dpkg_divert")
    return [](const std::string& path) { return path.starts_with("/var/lib/dpkg/diversions"); };
  if (kind == "service") return [](const std::string& path) { return path.starts_with("/etc/systemd/system/"); };
  // What an archive or a repository holds is its own matter.
  if (kind == "archive" || kind == "git") return [](const std::string& path) { return path.starts_with("/srv/"); };
  if (kind == "ssh_keypair") return [](const std::string& path) { return path.ends_with(".pub"); };
  // Where its table is found.
  if (kind == "firewall")
    return [](const std::string& path) {
      return path == "/etc/nftables.conf" || path == "/etc/nftables.d" || path == "/etc/nftables.d/plumb";
    };
  return nullptr;
}

// Which account stands first says nothing; who is a member and is nobody is gone with the first change; and of what
// stands for a password where there is none nothing is kept.
void settle_accounts(Tree& tree) {
  tree.erase("/etc/gshadow");
  tree.erase("/etc/shadow");
  for (const char* const path : {"/etc/passwd", "/etc/group"}) {
    const auto found = tree.find(path);
    if (found == tree.end()) continue;
    std::set<std::string> sorted;
    std::istringstream lines(found->second.content);
    for (std::string line; std::getline(lines, line);) sorted.insert(line);
    found->second.content.clear();
    for (const std::string& line : sorted) found->second.content += line + "\n";
  }
}

// And which lists of packages were read, undo does not say.
void settle_lists(Tree& tree) {
  settle_accounts(tree);
  std::erase_if(tree, [](const auto& one) { return meet::is_of_packages(one.first); });
}

// The first of `states` first: from nothing.
std::vector<std::size_t> starts_of(std::size_t variant, bool whole) {
  std::vector<std::size_t> all = {0};
  for (std::size_t start = 1; start < meet::pair_starts(); ++start) {
    if (whole || start == 1 + variant % (meet::pair_starts() - 1)) all.push_back(start);
  }
  return all;
}

// What a source of packages has that nobody has read, no plan can know.
bool is_about_unread_lists(const meet::Resource& resource) {
  return (resource.kind == "package" || resource.kind == "upgrade") && resource.attributes.contains("refresh");
}

Case case_of(std::size_t variant, std::size_t start, bool live, const meet::Image& image) {
  const meet::Case single = meet::single(variant, start, live);
  const meet::Resource& resource = single.resources.front();
  Case made;
  made.resource = {resource.name, resource.attributes};
  made.image = !single.live;
  made.name = resource.address() + " " + resource.attributes.dump() + " on " + (single.live ? "a host" : "an image") +
              ", start " + std::to_string(start);
  made.arrange = [&image, begin = single.start]() -> Result<> {
    image.reset(begin);
    return {};
  };
  return made;
}

}  // namespace

Result<std::vector<Subject>> builtin_subjects(const Registry& kinds, const fs::path& folder, const fs::path& exceptions,
                                              const meet::Image& image, bool whole) {
  using BySubject = std::map<std::string, Exceptions>;
  PLUMB_TRY_ASSIGN(BySubject excepted, read_exceptions(exceptions));
  std::map<std::string, Subject> subjects;
  for (const std::string& kind : kinds.names()) {
    Subject& subject = subjects[kind];
    subject.kind = kind;
    PLUMB_TRY_ASSIGN(subject.states, states_of(kind, folder));
    subject.exceptions = excepted[kind];
    subject.comes_along = comes_along(kind);
    subject.settle = kind == "apt_repository" ? settle_lists : settle_accounts;
    excepted.erase(kind);
  }
  if (!excepted.empty()) return fail(Code::kInternal, exceptions.string() + ": no kind " + excepted.begin()->first);
  for (std::size_t i = 0; i < meet::single_count(); ++i) {
    if (is_about_unread_lists(meet::single(i, 0, false).resources.front())) continue;
    for (const std::size_t start : starts_of(i, whole)) {
      const bool first_live = (i + start) % 2 == 0;
      const std::string kind = meet::single(i, start, first_live).resources.front().kind;
      std::vector<Case>& cases = subjects[kind].cases;
      cases.push_back(case_of(i, start, first_live, image));
      // In the other way too, where there is one.
      Case other = case_of(i, start, !first_live, image);
      if (whole && other.image != cases.back().image) cases.push_back(std::move(other));
    }
  }
  std::vector<Subject> all;
  for (auto& [kind, subject] : subjects) all.push_back(std::move(subject));
  return all;
}

}  // namespace plumb::conformance
