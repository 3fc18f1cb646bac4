#include "providers/hostname/hostname.h"

#include "providers/sdk/kernel_files.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/place_limits.h"

namespace plumb::providers::hostname {
namespace {

constexpr const char* kFile = "/etc/hostname";
constexpr const char* kKey = "kernel.hostname";
constexpr std::size_t kLargest = std::size_t{64} << 10;
constexpr std::size_t kLongestTold = 4096;

// The first line that is no remark.
std::string name_in(std::string_view text) {
  while (!text.empty()) {
    std::string line(take_line(text));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.pop_back();
    if (!line.empty() && !line.starts_with('#')) return line;
  }
  return {};
}

Result<Observed> observe_one(System& system) {
  Observed observed;
  PLUMB_TRY_ASSIGN(const auto there, system.stat(kFile, false));
  if (there && there->type != FileType::kFile) {
    observed.obstacle = Diagnostic(Code::kRefusedByState, std::string(kFile) + " is no regular file");
  } else if (there) {
    PLUMB_TRY_ASSIGN(const std::string text, system.read_file(kFile, kLargest));
    observed.exists = true;
    observed.attributes["name"] = name_in(text);
    if (text != name_in(text) + "\n")
      observed.attributes["text"] = text.size() > kLongestTold ? Json(true) : Json(text);
  } else {
    PLUMB_TRY(note_missing_parent(kFile, system, observed));
  }
  if (system.is_image()) return observed;
  const std::string path = kernel_value_path(kKey);
  PLUMB_TRY_ASSIGN(const auto runs, system.stat(path, true));
  if (!runs) return observed;
  PLUMB_TRY_ASSIGN(const std::string running, system.read_file(path, kLargest));
  observed.attributes["running"] = name_in(running);
  return observed;
}

}  // namespace

std::vector<Result<Observed>> HostnameProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return observe_places(*this, desired, system, [&](const Desired&) { return observe_one(system); });
}

Change HostnameProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::string name = desired.text("name");
  const auto differs = [&](const char* attribute, const std::string& wanted) {
    if (observed.has(attribute) && observed.text(attribute) == wanted) return false;
    if (observed.has(attribute)) change.before[attribute] = observed.attribute(attribute);
    change.after[attribute] = wanted;
    return true;
  };
  const std::string running = desired.text("running", name);
  if (observed.has("running") && differs("running", running))
    change.operations.push_back(SetKernelValue{kKey, running});
  if (wants_absent(desired)) {
    change.after = Json::object();
    if (observed.exists) {
      change.before["name"] = observed.attribute("name");
      change.operations.push_back(Remove{kFile, false, false});
    }
    if (!change.operations.empty()) change.op = Op::kDelete;
    return change;
  }
  const bool other_text = desired.has("text") && observed.text("text") != desired.text("text");
  if (differs("name", name) || other_text) {
    if (other_text) change.after["text"] = desired.attribute("text");
    EditFile edit;
    edit.path = kFile;
    edit.edits = {TextEdit{desired.text("text", name + "\n")}};
    edit.create = true;
    change.operations.push_back(std::move(edit));
  }
  if (!change.after.empty()) change.op = observed.exists || !change.before.empty() ? Op::kUpdate : Op::kCreate;
  return change;
}

std::vector<std::string> HostnameProvider::claims(const Desired&) const {
  return {"the host's name"};
}

std::vector<std::string> HostnameProvider::manages_paths(const Desired&) const {
  return {kFile};
}

std::vector<std::string> HostnameProvider::replaces_paths(const Desired& desired) const {
  return manages_paths(desired);
}

std::optional<Desired> HostnameProvider::restore(const Desired& desired, const Observed& before) const {
  // Of a file so long not all was told.
  if (before.has("text") && !before.attribute("text").is_string()) return std::nullopt;
  Desired again;
  again.address = desired.address;
  again.attributes["name"] = before.exists ? before.attribute("name") : desired.attribute("name");
  if (!before.exists) again.attributes["state"] = "absent";
  for (const char* attribute : {"text", "running"}) {
    if (before.has(attribute)) again.attributes[attribute] = before.attribute(attribute);
  }
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "hostname",
                .provider = make_provider<HostnameProvider>(),
                .operations = OperationSet::of<SetKernelValue, EditFile, Remove>(),
                .removal = "",
                .adoption = {survey, "system"}});
}

}  // namespace plumb::providers::hostname
