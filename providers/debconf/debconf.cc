#include "providers/debconf/debconf.h"

#include <algorithm>
#include <map>

#include "engine/base/shell_word.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::debconf {
namespace {

constexpr const char* kProgram = "debconf-set-selections";
// Where debconf keeps its answers as it comes. Its own programs would have to write there to be asked.
constexpr const char* kAnswers = "/var/cache/debconf/config.dat";
constexpr const char* kPasswords = "/var/cache/debconf/passwords.dat";
constexpr const char* kInfo = "/var/lib/dpkg/info";
constexpr std::size_t kLargest = std::size_t{16} << 20;
constexpr const char* kHidden = "(not shown)";

struct Question {
  std::optional<std::string> value;
  std::vector<std::string> owners;
  bool seen = false;
  bool secret = false;
};
using Questions = std::map<std::string, Question>;

std::vector<std::string> items_in(std::string_view list) {
  std::vector<std::string> items;
  while (!list.empty()) {
    const std::size_t end = list.find(", ");
    items.emplace_back(list.substr(0, end));
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 2);
  }
  return items;
}

// Stanzas of "Name: …" lines with an empty line behind each; lines that begin with a blank are variables.
Result<> read_questions(const std::string& path, bool secret, System& system, Questions& all) {
  PLUMB_TRY_ASSIGN(const auto there, system.stat(path, true));
  if (!there) return {};
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(path, kLargest));
  Question* question = nullptr;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = take_line(rest);
    const std::size_t colon = line.find(':');
    if (line.empty()) question = nullptr;
    if (colon == std::string_view::npos || line.front() == ' ') continue;
    const std::string_view field = line.substr(0, colon);
    std::string_view value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "Name") {
      question = &all[std::string(value)];
      question->secret = secret;
    } else if (question == nullptr) {
      continue;
    } else if (field == "Value") {
      question->value = value;
    } else if (field == "Owners") {
      question->owners = items_in(value);
    } else if (field == "Flags") {
      const std::vector<std::string> flags = items_in(value);
      question->seen = std::find(flags.begin(), flags.end(), "seen") != flags.end();
    }
  }
  return {};
}

std::string package_of(const Desired& desired) {
  const std::string question = desired.text("question");
  return desired.text("package", question.substr(0, question.find('/')));
}

// Packages that ask questions bring their templates, which are gone with them.
Result<bool> is_installed(const std::string& package, System& system) {
  PLUMB_TRY_ASSIGN(const auto there, system.stat(kInfo, true));
  if (!there) return false;
  PLUMB_TRY_ASSIGN(const std::vector<std::string> names, system.list(kInfo));
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return name.ends_with(".templates") && (name.starts_with(package + ".") || name.starts_with(package + ":"));
  });
}

Result<Observed> observe_one(const Desired& desired, const Questions& all, System& system) {
  Observed observed;
  const std::string package = package_of(desired);
  if (const auto known = all.find(desired.text("question")); known != all.end()) {
    const Question& question = known->second;
    observed.exists = std::find(question.owners.begin(), question.owners.end(), package) != question.owners.end();
    if (observed.exists) observed.attributes["package"] = package;
    observed.attributes["seen"] = question.seen;
    if (question.value) {
      const bool hide =
          question.secret && !desired.sensitive.contains("value") && *question.value != desired.text("value");
      observed.attributes["value"] = hide ? kHidden : *question.value;
    }
  }
  if (wants_absent(desired)) return observed;
  if (desired.text("type") == "password") {
    PLUMB_TRY_ASSIGN(const bool installed, is_installed(package, system));
    if (installed) observed.attributes["taken"] = true;
  }
  if (system.find_program(kProgram).empty()) observed.missing.push_back({{"", "package", "debconf"}, "question"});
  return observed;
}

// The value is told by standard input alone; what is sensitive of it is put in there.
Run answer(const Desired& desired) {
  const std::string line = package_of(desired) + " " + desired.text("question") + " " + desired.text("type") + " ";
  const std::string program = std::string(kProgram) + (desired.flag("seen", true) ? "" : " --unseen");
  Run run;
  run.timeout_seconds = 60;
  run.stdin_text = desired.text("value");
  if (desired.sensitive.contains("value")) {
    run.script = "{ printf %s " + shell_word(line) + "; cat; } | " + program;
    return run;
  }
  run.argv = {kProgram};
  if (!desired.flag("seen", true)) run.argv.emplace_back("--unseen");
  run.stdin_text = line + run.stdin_text + "\n";
  return run;
}

}  // namespace

std::vector<Result<Observed>> DebconfProvider::observe(std::span<const Desired* const> desired, System& system) const {
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  Questions all;
  Result<> read = read_questions(kAnswers, false, system, all);
  if (read) read = read_questions(kPasswords, true, system, all);
  for (const Desired* one : desired) {
    results.push_back(read ? observe_one(*one, all, system) : Result<Observed>(read.error()));
  }
  return results;
}

Change DebconfProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    if (observed.has("package")) change.before["package"] = observed.attribute("package");
    if (observed.has("value")) change.before["value"] = observed.attribute("value");
    Run run;
    run.argv = {"debconf-communicate", package_of(desired)};
    run.env = {{"DEBIAN_FRONTEND", "noninteractive"}};
    run.stdin_text = "UNREGISTER " + desired.text("question") + "\n";
    run.timeout_seconds = 60;
    change.operations.emplace_back(std::move(run));
    return change;
  }
  if (observed.flag("taken", false)) return change;
  if (observed.attribute("value") != desired.attribute("value")) {
    if (observed.has("value")) change.before["value"] = observed.attribute("value");
    change.after["value"] = desired.attribute("value");
  }
  if (desired.flag("seen", true) && !observed.flag("seen", false)) {
    if (observed.has("seen")) change.before["seen"] = false;
    change.after["seen"] = true;
  }
  if (observed.exists && change.after.empty()) return change;
  if (!observed.exists) change.after["package"] = package_of(desired);
  // One that another package has asked already has an answer.
  change.op = observed.exists || !change.before.empty() ? Op::kUpdate : Op::kCreate;
  change.operations.emplace_back(answer(desired));
  return change;
}

std::vector<std::string> DebconfProvider::claims(const Desired& desired) const {
  return {"the answer to " + desired.text("question")};
}

std::string DebconfProvider::remedy(const Desired&, const Missing& missing) const {
  return missing.what.kind == "package" ? "only hosts of Debian's family have questions" : "";
}

std::optional<Desired> DebconfProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again;
  again.address = desired.address;
  again.attributes = {{"question", desired.text("question")}, {"package", package_of(desired)}};
  if (!before.exists) {
    again.attributes["state"] = "absent";
    return again;
  }
  // Of what was secret nothing is kept, and that there was no answer cannot be answered.
  const bool known = before.has("value") && before.text("value") != kHidden && !desired.sensitive.contains("value");
  if (!known || !desired.has("type")) return std::nullopt;
  again.attributes["state"] = "present";
  again.attributes["type"] = desired.attribute("type");
  again.attributes["value"] = before.attribute("value");
  again.attributes["seen"] = before.flag("seen", false);
  return again;
}

void add_to(Registry& registry) {
  registry.add(
      {.name = "debconf", .provider = make_provider<DebconfProvider>(), .operations = OperationSet::of<Run>()});
}

}  // namespace plumb::providers::debconf
