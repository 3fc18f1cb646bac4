#include "engine/base/joined.h"
#include "engine/base/shell_word.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/text_lines.h"
#include "providers/selinux_mode/policy_store.h"
#include "providers/selinux_mode/selinux_mode.h"

namespace plumb::providers::selinux_mode {
namespace {

constexpr const char* kManage = "semanage";

std::string protocol_of(const Desired& desired) {
  return desired.text("protocol", "tcp");
}

// "portcon tcp 8080 system_u:object_r:http_port_t:s0"; of more than one the number is "8000-8010" or "8000 - 8010".
std::string type_in(const std::string& line, const Desired& desired) {
  std::vector<std::string> words = words_of(line);
  if (words.size() == 6 && words[3] == "-") {
    words[2] += "-" + words[4];
    words.erase(words.begin() + 3, words.begin() + 5);
  }
  if (words.size() != 4 || words[1] != protocol_of(desired) || words[2] != desired.text("port")) return {};
  std::string_view label = words[3];
  for (int i = 0; i < 2; ++i) {
    const std::size_t colon = label.find(':');
    label.remove_prefix(colon == std::string_view::npos ? label.size() : colon + 1);
  }
  return std::string(label.substr(0, label.find(':')));
}

Result<Observed> observe_port(const Desired& desired, const Settings& settings, const std::vector<std::string>& stored,
                              System& system) {
  Observed observed;
  for (const std::string& line : stored) {
    const std::string type = type_in(line, desired);
    if (type.empty()) continue;
    observed.exists = true;
    observed.attributes["type"] = type;
  }
  if (wants_absent(desired)) return observed;
  if (!settings.there || system.is_image())
    observed.obstacle = not_there("port " + desired.text("port") + " is nobody's");
  if (system.find_program(kManage).empty())
    observed.missing.push_back({{"", "package", "policycoreutils-python-utils"}, "port"});
  return observed;
}

std::vector<std::string> words_for(const Desired& desired, const char* verb) {
  std::vector<std::string> words = {kManage, "port", verb};
  if (!wants_absent(desired)) words.insert(words.end(), {"-t", desired.text("type")});
  words.insert(words.end(), {"-p", protocol_of(desired), desired.text("port")});
  return words;
}

std::string line_for(const Desired& desired, const char* verb) {
  std::string line;
  for (const std::string& word : words_for(desired, verb)) append_item(line, shell_word(word), " ");
  return line;
}

}  // namespace

std::vector<Result<Observed>> SelinuxPortProvider::observe(std::span<const Desired* const> desired,
                                                           System& system) const {
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  const Result<Settings> settings = read_settings(system);
  const auto stored =
      settings ? stored_lines(*settings, "ports.local", system) : Result<std::vector<std::string>>(settings.error());
  for (const Desired* one : desired)
    results.push_back(stored ? observe_port(*one, *settings, *stored, system) : Result<Observed>(stored.error()));
  return results;
}

Change SelinuxPortProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const bool absent = wants_absent(desired);
  const bool same = observed.exists && observed.attribute("type") == desired.attribute("type");
  if (absent ? !observed.exists : same) return change;
  if (observed.has("type")) change.before["type"] = observed.attribute("type");
  if (!absent) change.after["type"] = desired.attribute("type");
  change.op = absent ? Op::kDelete : observed.exists ? Op::kUpdate : Op::kCreate;
  Run run;
  run.timeout_seconds = 300;
  if (absent || observed.exists) {
    run.argv = words_for(desired, absent ? "-d" : "-m");
  } else {
    // One that the policy itself gives to somebody can only be given to another one.
    run.script = line_for(desired, "-a") + " 2>/dev/null || " + line_for(desired, "-m");
  }
  change.operations.emplace_back(std::move(run));
  return change;
}

std::vector<Address> SelinuxPortProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  return {{"", "package", "policycoreutils-python-utils"}, {"", "package", "policycoreutils-python"}};
}

std::vector<std::string> SelinuxPortProvider::claims(const Desired& desired) const {
  return {"SELinux's type of port " + desired.text("port") + "/" + protocol_of(desired)};
}

std::optional<Desired> SelinuxPortProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again = desired_again(desired, before, {"type"});
  again.attributes["port"] = desired.attribute("port");
  if (desired.has("protocol")) again.attributes["protocol"] = desired.attribute("protocol");
  return again;
}

}  // namespace plumb::providers::selinux_mode
