#include "providers/hostname/hostname.h"

#include "providers/sdk/kernel_files.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::hostname {
namespace {

constexpr const char* kFile = "/etc/hostname";
constexpr const char* kKey = "kernel.hostname";
constexpr std::size_t kLargest = std::size_t{64} << 10;

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
  const auto differs = [&](const char* attribute) {
    if (observed.has(attribute) && observed.text(attribute) == name) return false;
    if (observed.has(attribute)) change.before[attribute] = observed.attribute(attribute);
    change.after[attribute] = name;
    return true;
  };
  if (observed.has("running") && differs("running")) change.operations.push_back(SetKernelValue{kKey, name});
  if (differs("name")) {
    EditFile edit;
    edit.path = kFile;
    edit.edits = {TextEdit{name + "\n"}};
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
  const std::string name = before.text("name");
  if (!before.exists || name.empty() || before.text("running", name) != name) return std::nullopt;
  Desired again;
  again.address = desired.address;
  again.attributes["name"] = name;
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "hostname",
                .provider = std::make_shared<HostnameProvider>(),
                .operations = OperationSet::of<SetKernelValue, EditFile>(),
                .removal = "",
                .adoption = {survey, "system"}});
}

}  // namespace plumb::providers::hostname
