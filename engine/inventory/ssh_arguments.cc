#include "engine/inventory/ssh_arguments.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "engine/base/ascii.h"

namespace plumb::inventory {
namespace {

// As a shell splits, without what shells expand.
std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  bool open = false;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == '\0' && (c == ' ' || c == '\t')) {
      open = false;
      continue;
    }
    if (!open) words.emplace_back();
    open = true;
    if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = '\0';
    } else {
      words.back() += c == '\\' && quote != '\'' && i + 1 < text.size() ? text[++i] : c;
    }
  }
  return words;
}

class Arguments {
 public:
  Arguments(const lang::Entry& variable, std::vector<lang::Entry>& settings)
      : variable_(variable), settings_(settings) {}

  // What of the arguments has no equal.
  std::vector<std::string> take() {
    const std::vector<std::string> words = split(variable_.value.text);
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::string& word = words[i];
      if (word.size() < 2 || word[0] != '-') {
        left_.push_back(word);
        continue;
      }
      // Switches without a value that say nothing of where and as whom.
      static const std::set<std::string> needless = {"-C", "-q", "-T", "-t", "-tt", "-v", "-vv", "-vvv", "-x"};
      static const std::set<std::string> switches = {"-4", "-6", "-A", "-a", "-K", "-k", "-X"};
      if (needless.contains(word)) continue;
      if (switches.contains(word)) {
        left_.push_back(word);
        continue;
      }
      std::string value = word.substr(2);
      if (value.empty() && i + 1 < words.size()) value = words[++i];
      letter(word[1], value);
    }
    return std::move(left_);
  }

 private:
  void letter(char name, const std::string& value) {
    static const std::map<char, const char*> keys = {
        {'i', "identity_file"}, {'F', "ssh_config"}, {'l', "user"}, {'p', "port"}};
    if (name == 'o') return option(value);
    const auto known = keys.find(name);
    if (known == keys.end()) {
      left_.push_back(std::string("-") + name + " " + value);
    } else {
      set(known->second, value);
    }
  }

  void option(const std::string& assignment) {
    static const std::map<std::string, const char*> keys = {{"user", "user"},
                                                            {"port", "port"},
                                                            {"hostname", "address"},
                                                            {"identityfile", "identity_file"},
                                                            {"userknownhostsfile", "known_hosts"},
                                                            {"connecttimeout", "connect_timeout"},
                                                            {"connectionattempts", "connect_attempts"}};
    // Connections are few and kept alive without these, and nobody is asked anything by them.
    static const std::set<std::string> needless = {"controlmaster",
                                                   "controlpath",
                                                   "controlpersist",
                                                   "serveraliveinterval",
                                                   "serveralivecountmax",
                                                   "tcpkeepalive",
                                                   "compression",
                                                   "batchmode",
                                                   "loglevel",
                                                   "requesttty",
                                                   "identitiesonly",
                                                   "preferredauthentications",
                                                   "passwordauthentication",
                                                   "kbdinteractiveauthentication"};
    const std::size_t equals = std::min(assignment.find_first_of("= "), assignment.size());
    const std::string name = lowered(assignment.substr(0, equals));
    const std::string value = equals < assignment.size() ? assignment.substr(equals + 1) : "";
    if (needless.contains(name)) return;
    const auto known = keys.find(name);
    // A file of host keys that is none is a way not to check them.
    if (known == keys.end() || (name == "userknownhostsfile" && value == "/dev/null")) {
      left_.push_back("-o " + assignment);
    } else {
      set(known->second, value);
    }
  }

  void set(const char* key, const std::string& value) {
    put(settings_, entry(key, variable_.key_span, scalar(value, variable_.value.span)));
  }

  const lang::Entry& variable_;
  std::vector<lang::Entry>& settings_;
  std::vector<std::string> left_;
};

}  // namespace

void take_ssh_arguments(const lang::Entry& variable, std::vector<lang::Entry>& settings, Reading& reading) {
  if (!variable.value.is_scalar()) return;
  for (const std::string& argument : Arguments(variable, settings).take()) {
    const std::string shown = lowered(argument);
    const bool checking =
        shown.find("stricthostkeychecking") != std::string::npos || shown.find("/dev/null") != std::string::npos;
    reading.diagnostics.add(
        Diagnostic(Code::kInventoryLeftOut, "`" + argument + "` of `" + variable.key + "` is left out")
            .at(variable.value.span, checking ? "host keys are always checked" : "plumb has no equal for it here")
            .with_hint(checking ? "run plumb once with --accept-new-host-keys to take the keys of new hosts"
                                : "write it into ~/.ssh/config, or into a file that `ssh_config:` names")
            .as(Severity::kWarning));
  }
}

}  // namespace plumb::inventory
