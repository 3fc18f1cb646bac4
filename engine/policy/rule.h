// What a policy is made of: rules, waivers, and programs that judge besides.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/window.h"
#include "engine/lang/cel/program.h"
#include "engine/lang/interpolation.h"
#include "engine/lang/yaml.h"

namespace plumb::policy {

// What a rule looks at, one at a time.
enum class Subject { kPlan, kHost, kAction };

// What follows where a rule fires. Of two, the former weighs more.
enum class Effect { kDeny, kRequire, kWarn };
std::string_view name(Effect effect);

// What has to be there before the plan is applied.
struct Requirement {
  std::size_t approvals = 0;    // of so many persons
  std::vector<Window> windows;  // of which one has to be open; none: at any time
  std::string ticket;           // a pattern (engine/base/pattern.h) that is found in it; "" for none
};

// A text of a rule, with where it stands.
template <class T>
struct Placed {
  T code;
  lang::Node node;
};

struct Rule {
  std::string name;
  std::string bundle;  // that it is of
  SourceSpan span;     // of its name
  Subject subject = Subject::kAction;
  Effect effect = Effect::kDeny;
  Requirement requirement;                   // of kRequire
  std::optional<Placed<cel::Program>> when;  // nothing: always
  Placed<lang::Interpolation> message;
  std::string hint;
  // What `when` and the message read of the host and of an action: fields, the first names of paths. A path of a host
  // goes as deep as it is written.
  std::vector<std::vector<std::string>> of_host = {};
  std::set<std::string> of_action = {};
  bool reads_facts = false;
};

// Lets something pass that a rule is about, until a day.
struct Waiver {
  std::string rule;
  std::string address;  // pattern; of what a host or the whole plan breaks, only `*` means it
  std::string hosts;    // glob over names of hosts
  std::string reason;
  std::chrono::sys_days until{};  // the first day on which it does not count any more
  SourceSpan span;
};

// A program that is asked what it makes of the whole plan.
struct Judge {
  std::string name;
  std::vector<std::string> program;
  std::chrono::seconds timeout{30};
  SourceSpan span;
};

struct Bundle {
  std::string name;      // its folder, or "baseline"
  std::string digest;    // over the names and bytes of its files
  bool builtin = false;  // it came with plumb
};

struct Policy {
  std::vector<Bundle> bundles;
  std::vector<Rule> rules;
  std::vector<Waiver> waivers;
  std::vector<Judge> judges;

  bool empty() const { return rules.empty() && judges.empty(); }
  // A program is told all that is known of a host.
  bool reads_facts() const {
    return !judges.empty() ||
           std::any_of(rules.begin(), rules.end(), [](const Rule& rule) { return rule.reads_facts; });
  }
};

}  // namespace plumb::policy
