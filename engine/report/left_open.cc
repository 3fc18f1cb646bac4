#include "engine/report/left_open.h"

#include <map>

#include "engine/base/joined.h"
#include "engine/base/sealed.h"

namespace plumb::report {
namespace {

constexpr std::size_t kMostLines = 20;

std::string why_open(const plan::Action& action) {
  std::string why;
  const auto add = [&why](const std::string& text) { append_item(why, text, "; "); };
  if (!action.unknown_until.empty()) {
    add("decided once " + action.unknown_until.front() +
        (action.unknown_until.size() > 1 ? " and others have" : " has") + " had its turn");
  } else if (action.op == Op::kRun && !action.triggered) {
    add("its guards are asked when its turn comes");
  }
  for (const std::string& name : action.desired.sensitive) {
    if (is_sealed(action.desired.attribute(name))) add("`" + name + "` is known by its digest alone");
  }
  return why;
}

}  // namespace

std::string left_open(const plan::Plan& plan) {
  std::map<std::string, std::size_t> hosts;  // by line: how many
  for (const auto& [name, host] : plan.hosts) {
    for (const plan::Action& action : *host.actions.get()) {
      if (const std::string why = why_open(action); !why.empty()) ++hosts[action.desired.address.str() + ": " + why];
    }
  }
  if (hosts.empty()) return {};
  std::string text = "\nLeft open to whoever applies it:\n";
  std::size_t lines = 0;
  for (const auto& [line, count] : hosts) {
    if (++lines > kMostLines) {
      text += "  and " + std::to_string(hosts.size() - kMostLines) + " more\n";
      break;
    }
    text += "  " + line + (count > 1 ? " (" + std::to_string(count) + " hosts)" : "") + "\n";
  }
  return text;
}

}  // namespace plumb::report
