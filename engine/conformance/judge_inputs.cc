// Values and attributes that nobody may write.
#include <iterator>
#include <vector>

#include "engine/conformance/attempt.h"
#include "engine/conformance/judges.h"

namespace plumb::conformance {
namespace {

// Of other types than most attributes have: whatever one takes, it does not take all of them.
std::vector<Json> others() {
  const Json deep = Json::array({Json::array({Json::array()})});
  return {{{"one", deep}}, deep, 1.5, "\x01", true};
}

}  // namespace

void judge_inputs(const Bench& bench, const Subject& subject, Report& report) {
  if (subject.cases.empty()) return;
  Attempts attempts(bench);
  const auto refused = [&](const std::string& attribute, const Json& value) -> std::string {
    Resource resource = subject.cases.front().resource;
    resource.attributes[attribute] = value;
    attempts.declare(subject.kind, resource, true);
    const Ended ended = attempts.validate();
    if (ended.done) return "is taken";
    const auto at = static_cast<int>(std::distance(resource.attributes.begin(), resource.attributes.find(attribute)));
    return ended.error_lines.contains(attempts.resource_line() + 1 + at) ? "" : "is refused elsewhere:\n" + ended.told;
  };
  const Json& schema = bench.kinds.find(subject.kind)->schema.json();
  const std::string identity = schema.value("x-identity", "");
  for (const auto& [attribute, property] : schema.at("properties").items()) {
    if (attribute == identity) continue;
    std::string told;
    for (const Json& value : others()) {
      told = refused(attribute, value);
      if (told.empty()) break;
    }
    report.take(subject.kind, Check::kBadInput, told.empty() ? "" : "a bad `" + attribute + "` " + told);
  }
  const std::string told = refused("no_such_attribute", true);
  report.take(subject.kind, Check::kBadInput, told.empty() ? "" : "an attribute that there is not " + told);
}

}  // namespace plumb::conformance
