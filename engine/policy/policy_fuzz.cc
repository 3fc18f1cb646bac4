#include <cstddef>
#include <cstdint>

#include "engine/base/digest.h"
#include "engine/base/memory_files.h"
#include "engine/plan/action_json.h"
#include "engine/policy/bundle.h"
#include "engine/policy/judge.h"
#include "engine/policy/outside.h"
#include "engine/policy/told.h"

// The bytes as rules, which judge a small plan, and as what a program answers. Whatever a rule says, it does not say
// what is sensitive.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb;
  if (size > (std::size_t{64} << 10)) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  static const std::string sealed = std::string(kKeyedDigestPrefix) + std::string(64, 'a');
  static const plan::Plan plan = [] {
    const Json action = {{"address", "boat:one"},
                         {"after", {{"key", sealed}}},
                         {"because", Json::object()},
                         {"before", Json::object()},
                         {"desired", {{"key", sealed}, {"speed", 3}}},
                         {"fidelity", "exact"},
                         {"op", "create"},
                         {"operations", {{{"run", {{"argv", {"true"}}, {"env", {{"KEY", sealed}}}}}}}},
                         {"requires", Json::array()},
                         {"sensitive", {"key"}},
                         {"source", "plumb.yaml:7:5"},
                         {"undo", "no"}};
    plan::Plan made;
    made.hosts["a"].actions = plan::ActionList({*plan::action_from_json(action)});
    return made;
  }();
  MemoryFiles files;
  files.add("/p/policy/rules.yaml", bytes);
  Diagnostics found;
  lang::SourceMap sources;
  if (const auto policy = policy::read_policy(Folder(files, "/p"), {{"policy", {}}}, found, sources)) {
    const policy::Judgement judgement = policy::judge(*policy, {plan,
                                                                [](const std::string&) {
                                                                  return policy::HostNotes{{"edge"}, nullptr};
                                                                },
                                                                {},
                                                                sources});
    const Diagnostics told = policy::diagnostics_of(judgement);
    for (const Diagnostic& one : told.items()) {
      // What the rule holds itself, it may say.
      if (one.summary.find(sealed) != std::string::npos && bytes.find("aaaa") == std::string::npos) __builtin_trap();
    }
  }
  (void)policy::read_answer({"outside", {"opa"}, std::chrono::seconds(1), {}}, bytes, plan);
  return 0;
}
