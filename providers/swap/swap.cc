#include "providers/swap/swap.h"

#include <algorithm>

#include "engine/base/joined.h"
#include "providers/sdk/exchangeable.h"
#include "providers/sdk/fstab.h"
#include "providers/sdk/kernel_files.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/place_limits.h"

namespace plumb::providers::swap {
namespace {

constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;
constexpr const char* kPriority = "pri=";

bool is_in_state(const Desired& desired, std::string_view state) {
  return desired.text("state", "active") == state;
}

int priority_of(const Desired& desired) {
  const Json& value = desired.attribute("priority");
  return value.is_number_integer() ? value.get<int>() : -1;
}

// Whole MiB; 0 for what is somebody else's.
int mebibytes_of(const Desired& desired) {
  const Json& size = desired.attribute("size");
  return size.is_number_integer() ? static_cast<int>((size.get<std::int64_t>() + kMebibyte - 1) / kMebibyte) : 0;
}
Json size_of(const Desired& desired) {
  return mebibytes_of(desired) * kMebibyte;
}

// "sw" says what the type says already.
std::set<std::string> plain_options(std::string_view options) {
  std::set<std::string> set = option_set(options);
  set.erase("sw");
  return set;
}

std::string asked_options(const Desired& desired) {
  std::set<std::string> options;
  for (const std::string& text : texts_in(desired.attribute("options"))) options.merge(plain_options(text));
  if (priority_of(desired) >= 0) options.insert(kPriority + std::to_string(priority_of(desired)));
  return joined(options, ",");
}

FstabLine asked_line(const Desired& desired) {
  FstabLine line{desired.text("path"), "none", "swap", "sw"};
  if (const std::string options = asked_options(desired); !options.empty()) line.options += "," + options;
  return line;
}

Result<> observe_line(const std::string& path, System& system, Observed& observed) {
  PLUMB_TRY_ASSIGN(const std::vector<FstabLine> lines, read_fstab(system));
  for (const FstabLine& line : lines) {
    if (!line.is_swap() || line.source != path) continue;
    observed.exists = true;
    observed.attributes["options"] = joined(plain_options(line.options), ",");
  }
  return {};
}

Result<> observe_file(const Desired& desired, const std::string& path, System& system, Observed& observed) {
  PLUMB_TRY_ASSIGN(const auto info, system.stat(path, false));
  const int size = mebibytes_of(desired);
  const bool absent = wants_absent(desired);
  if (!info) {
    if (absent) return {};
    if (size > 0) return note_missing_parent(path, system, observed);
    if (path.starts_with('/') && !is_in_state(desired, "inactive") && !system.is_image())
      observed.missing.push_back({{"", "file", path}, "path"});
    return {};
  }
  if (size == 0) return {};
  if (info->type != FileType::kFile) {
    observed.obstacle = Diagnostic(Code::kRefusedByState, path + " is no regular file").with_hint("leave out `size`");
    return {};
  }
  observed.attributes["size"] = static_cast<std::int64_t>(info->size);
  observed.exists = observed.exists || absent;  // what is to go is there as long as its file is
  return {};
}

Result<> observe_running(const Desired& desired, const std::string& path, System& system, Observed& observed) {
  if (system.is_image()) return {};
  PLUMB_TRY_ASSIGN(const std::vector<ActiveSwap> swaps, read_swaps(system));
  PLUMB_TRY_ASSIGN(const std::string device, device_of(path, system));
  const auto found =
      std::find_if(swaps.begin(), swaps.end(), [&](const ActiveSwap& one) { return one.device == device; });
  observed.attributes["active"] = found != swaps.end();
  if (found != swaps.end() && priority_of(desired) >= 0) observed.attributes["running_priority"] = found->priority;
  return {};
}

// A file goes, or is made anew, where fstab or the kernel has it as swap space; another file may hold anything.
void note_other_files(const Desired& desired, const std::string& path, Observed& observed) {
  if (observed.obstacle || !observed.has("size") || observed.has("options") || observed.flag("active", false)) return;
  if (!wants_absent(desired) && observed.attribute("size") == size_of(desired)) return;
  observed.obstacle =
      Diagnostic(Code::kRefusedByState, path + " is there, and neither fstab nor the kernel has it as swap space")
          .with_hint("remove it by a `file` with `state: absent`, or give another path");
}

// What the host swaps to holds everybody's memory.
Result<> note_others(const Desired& desired, const std::string& path, System& system, Observed& observed) {
  if (observed.obstacle || wants_absent(desired) || !path.starts_with('/')) return {};
  PLUMB_TRY_ASSIGN(const std::string others, exchangeable_folder(path, system));
  if (others.empty()) return {};
  observed.obstacle =
      Diagnostic(Code::kRefusedByState,
                 "somebody other than root may put another file in the place of " + path + ", in " + others)
          .with_hint("have swap space in folders of root's that nobody else may write to");
  return {};
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  const std::string path = desired.text("path");
  PLUMB_TRY(observe_line(path, system, observed));
  PLUMB_TRY(observe_file(desired, path, system, observed));
  PLUMB_TRY(observe_running(desired, path, system, observed));
  note_other_files(desired, path, observed);
  PLUMB_TRY(note_others(desired, path, system, observed));
  return observed;
}

class Differences {
 public:
  Differences(const Desired& desired, const Observed& observed)
      : desired_(desired), observed_(observed), path_(desired.text("path")) {}

  Change change() {
    const int size = mebibytes_of(desired_);
    const Json& there = observed_.attribute("size");
    const bool other_size = size > 0 && !wants_absent(desired_) && there != size_of(desired_);
    const bool active = observed_.flag("active", false);
    const Json& running = observed_.attribute("running_priority");
    const bool other_priority = active && !running.is_null() && running != priority_of(desired_);
    const bool wants_on = is_in_state(desired_, "active") && observed_.has("active");
    const bool wants_off = is_in_state(desired_, "inactive") || wants_absent(desired_);
    if (active && (wants_off || other_size || (wants_on && other_priority))) {
      if (wants_off) note("active", false);
      change_.operations.push_back(ChangeSwap{"off", path_});
    }
    if (other_size) make_file(there, size);
    // The line goes last: while it is there the file is known for what it is.
    if (wants_absent(desired_) && size > 0 && there.is_number_integer()) {
      change_.before["size"] = there;
      change_.operations.push_back(Remove{path_, false, false});
    }
    put_line();
    if (wants_on && (!active || other_size || other_priority)) {
      if (!active) note("active", true);
      if (other_priority) note("running_priority", priority_of(desired_));
      change_.operations.push_back(ChangeSwap{"on", path_, 0, priority_of(desired_)});
    }
    finish();
    return std::move(change_);
  }

 private:
  void note(const char* attribute, const Json& wanted) {
    const Json& found = observed_.attribute(attribute);
    if (!found.is_null() && found != false) change_.before[attribute] = found;
    change_.after[attribute] = wanted;
  }

  // What is swapped to is nobody's content.
  void make_file(const Json& there, int size) {
    note("size", size_of(desired_));
    if (there.is_number_integer()) change_.operations.push_back(Remove{path_, false, false});
    change_.operations.push_back(ChangeSwap{"make", path_, size});
  }

  void put_line() {
    const bool absent = wants_absent(desired_);
    const std::string options = asked_options(desired_);
    if (absent ? !observed_.has("options") : observed_.exists && observed_.text("options") == options) return;
    if (observed_.exists) change_.before["options"] = observed_.attribute("options");
    if (!absent) change_.after["options"] = options;
    EditFile edit;
    edit.path = kFstab;
    edit.edits = {fstab_edit(asked_line(desired_), absent)};
    edit.create = !absent;
    edit.follow = true;
    edit.backup = desired_.flag("backup", false);
    change_.operations.push_back(std::move(edit));
  }

  void finish() {
    if (change_.operations.empty()) return;
    change_.op = wants_absent(desired_)                        ? Op::kDelete
                 : observed_.exists || !change_.before.empty() ? Op::kUpdate
                                                               : Op::kCreate;
    if (change_.op == Op::kDelete) change_.after = Json::object();
  }

  const Desired& desired_;
  const Observed& observed_;
  std::string path_;
  Change change_;
};

}  // namespace

std::vector<Result<Observed>> SwapProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return observe_places(*this, desired, system, [&](const Desired& one) { return observe_one(one, system); });
}

Change SwapProvider::diff(const Desired& desired, const Observed& observed) const {
  return Differences(desired, observed).change();
}

std::vector<Address> SwapProvider::infers(const Desired& desired) const {
  const std::string path = desired.text("path");
  if (wants_absent(desired) || !path.starts_with('/')) return {};
  std::vector<Address> edges = infer_path_edges({}, path);
  edges.push_back({"", "file", path});
  return edges;
}

std::vector<std::string> SwapProvider::claims(const Desired& desired) const {
  return {"swap space on " + desired.text("path")};
}

std::vector<std::string> SwapProvider::manages_paths(const Desired& desired) const {
  if (mebibytes_of(desired) == 0) return {};
  return {desired.text("path")};
}

std::vector<std::string> SwapProvider::edits_paths(const Desired&) const {
  return {kFstab};
}

std::vector<ImpliedPath> SwapProvider::implies_paths(const Desired& desired) const {
  if (wants_absent(desired) || !desired.text("path").starts_with('/')) return {};
  return {{desired.text("path")}};
}

std::string SwapProvider::remedy(const Desired&, const Missing& missing) const {
  return missing.attribute == "path" ? "`size` makes the file" : "";
}

Observed SwapProvider::as_declared(const Desired& desired) const {
  Observed observed;
  observed.exists = !wants_absent(desired);
  if (!observed.exists) return observed;
  observed.attributes["options"] = asked_options(desired);
  if (!is_in_state(desired, "present")) observed.attributes["active"] = is_in_state(desired, "active");
  if (mebibytes_of(desired) > 0) observed.attributes["size"] = size_of(desired);
  return observed;
}

std::optional<Desired> SwapProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again;
  again.address = desired.address;
  again.attributes["path"] = desired.text("path");
  const bool active = before.flag("active", false);
  const Json& size = before.attribute("size");
  if (!before.exists && (active || (size.is_number_integer() && mebibytes_of(desired) > 0))) return std::nullopt;
  again.attributes["state"] = !before.exists                                             ? "absent"
                              : active                                                   ? "active"
                              : before.has("active") && !is_in_state(desired, "present") ? "inactive"
                                                                                         : "present";
  if (before.exists) again.attributes["options"] = before.attribute("options");
  // What is made now goes again, and what was there has its old size.
  if (mebibytes_of(desired) > 0) {
    if (!size.is_number_integer() && before.exists) return std::nullopt;
    again.attributes["size"] = size.is_number_integer() ? size : desired.attribute("size");
  }
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "swap",
                .provider = make_provider<SwapProvider>(),
                .operations = OperationSet::of<ChangeSwap, EditFile, Remove>(),
                .adoption = {survey, "storage"}});
}

}  // namespace plumb::providers::swap
