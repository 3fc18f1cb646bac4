// One sensitive value in a project, in each attribute that takes a text, and all that is said and kept afterwards.
#include <fstream>
#include <set>

#include "engine/conformance/attempt.h"
#include "engine/conformance/judges.h"

namespace plumb::conformance {
namespace {

namespace fs = std::filesystem;

const std::string kValue = "canary7f3a9";

// The first file below a folder that holds the value.
std::string holder(const fs::path& folder) {
  std::error_code problem;
  for (const auto& entry : fs::recursive_directory_iterator(folder, problem)) {
    if (!entry.is_regular_file(problem)) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (bytes.find(kValue) != std::string::npos) return entry.path().filename().string();
  }
  return "";
}

bool takes_any_text(const Json& property) {
  return property.value("type", Json()) == "string" && !property.contains("enum");
}

// Where the value was told or kept; "" for nowhere.
std::string leak(const Bench& bench, Attempts& attempts) {
  (void)attempts.apply();
  if (attempts.all_told().find(kValue) != std::string::npos) return "told:\n" + attempts.all_told();
  if (const std::string file = holder(attempts.history_folder()); !file.empty()) return "in " + file;
  const std::string file = holder(bench.records);
  if (!file.empty()) return "in the host's " + file;
  return "";
}

}  // namespace

void judge_secrets(const Bench& bench, const Subject& subject, Report& report) {
  const Json& schema = bench.kinds.find(subject.kind)->schema.json();
  const Json& properties = schema.at("properties");
  const std::string identity = schema.value("x-identity", "");
  bool takes_some = false;
  for (const auto& [attribute, property] : properties.items())
    takes_some |= attribute != identity && takes_any_text(property);
  if (!takes_some) return report.does_not_apply(subject.kind, Check::kSecrets);
  Attempts attempts(bench);
  std::set<std::string> judged;
  for (const Case& one : subject.cases) {
    for (const auto& [attribute, value] : one.resource.attributes.items()) {
      if (!value.is_string() || properties.value(attribute, Json::object()).contains("enum")) continue;
      if (!judged.insert(attribute).second) continue;
      (void)one.arrange();
      Resource sealed = one.resource;
      sealed.attributes[attribute] = "${inputs.s}";
      attempts.declare_with_secret(subject.kind, sealed, one.image, kValue);
      const std::string where = leak(bench, attempts);
      report.take(subject.kind, Check::kSecrets, where.empty() ? "" : "`" + attribute + "` is " + where);
    }
  }
}

}  // namespace plumb::conformance
