// A package's description as it goes to where it runs.
#include <algorithm>

#include "engine/base/digest.h"
#include "providers/outside/package.h"

namespace plumb::outside {
namespace {

class DescriptionReader {
 public:
  explicit DescriptionReader(const Json& json) : json_(json) {
    if (!json.is_object()) wrong("it is no object");
  }

  void text(const char* name, std::string& value) {
    const Json* found = take(name, &Json::is_string);
    if (found != nullptr) value = found->get<std::string>();
  }
  void number(const char* name, int& value, int most) {
    const Json* found = take(name, &Json::is_number_integer);
    if (found == nullptr) return;
    const auto given = found->get<std::int64_t>();
    if (given < 1 || given > most) return wrong(name);
    value = static_cast<int>(given);
  }
  void flag(const char* name, bool& value) {
    const Json* found = take(name, &Json::is_boolean);
    if (found != nullptr) value = found->get<bool>();
  }
  const Json* list(const char* name) { return take(name, &Json::is_array); }
  void wrong(const char* what) {
    if (problem_.empty()) problem_ = what;
  }
  Result<> finish() {
    if (problem_.empty() && json_.size() != taken_) problem_ = "it has a member that is not known";
    if (problem_.empty()) return {};
    return fail(Code::kProtocol, "the description of a provider cannot be read: " + problem_);
  }

 private:
  const Json* take(const char* name, bool (Json::*is)() const noexcept) {
    const auto found = json_.is_object() ? json_.find(name) : json_.end();
    if (!json_.is_object() || found == json_.end() || !((*found).*is)()) {
      wrong(name);
      return nullptr;
    }
    ++taken_;
    return &*found;
  }

  const Json& json_;
  std::size_t taken_ = 0;
  std::string problem_;
};

constexpr int kLongestObservation = 600;
constexpr int kLongestApply = 21600;
constexpr int kMostMemory = 65536;

}  // namespace

Json to_json(const Package& package) {
  Json kinds = Json::array();
  for (const KindOf& kind : package.kinds)
    kinds.push_back({{"name", kind.name}, {"schema", kind.schema}, {"undo", kind.undo}});
  return {{"name", package.name},
          {"version", package.version},
          {"protocol", package.protocol},
          {"on_controller", package.on_controller},
          {"command", package.command},
          {"images", package.images},
          {"observe_seconds", package.observe_seconds},
          {"apply_seconds", package.apply_seconds},
          {"memory_mib", package.memory_mib},
          {"kinds", std::move(kinds)},
          {"digest", package.digest}};
}

Result<Package> package_from_json(const Json& json) {
  Package package;
  DescriptionReader reader(json);
  reader.text("name", package.name);
  reader.text("version", package.version);
  reader.number("protocol", package.protocol, kLastProtocol);
  reader.flag("on_controller", package.on_controller);
  reader.flag("images", package.images);
  reader.number("observe_seconds", package.observe_seconds, kLongestObservation);
  reader.number("apply_seconds", package.apply_seconds, kLongestApply);
  reader.number("memory_mib", package.memory_mib, kMostMemory);
  reader.text("digest", package.digest);
  if (!is_digest(package.digest)) reader.wrong("digest");
  if (const Json* command = reader.list("command")) {
    for (const Json& word : *command) {
      if (word.is_string()) package.command.push_back(word.get<std::string>());
    }
    if (package.command.empty() || package.command.size() != command->size()) reader.wrong("command");
  }
  if (const Json* kinds = reader.list("kinds")) {
    if (kinds->size() > kMostKinds) reader.wrong("kinds");
    for (const Json& one : *kinds) {
      DescriptionReader of_kind(one);
      KindOf& kind = package.kinds.emplace_back();
      of_kind.text("name", kind.name);
      of_kind.text("schema", kind.schema);
      of_kind.flag("undo", kind.undo);
      PLUMB_TRY(of_kind.finish());
    }
  }
  PLUMB_TRY(reader.finish());
  return package;
}

}  // namespace plumb::outside
