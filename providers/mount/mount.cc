#include "providers/mount/mount.h"

#include <algorithm>

#include "providers/mount/running.h"
#include "providers/sdk/fstab.h"
#include "providers/sdk/kernel_files.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/place_limits.h"

namespace plumb::providers::mount {
namespace {

bool is_in_state(const Desired& desired, std::string_view state) {
  return desired.text("state", "mounted") == state;
}
bool wants_line(const Desired& desired) {
  return !wants_absent(desired) && !is_in_state(desired, "ephemeral");
}
bool wants_mounted(const Desired& desired) {
  return is_in_state(desired, "mounted") || is_in_state(desired, "ephemeral");
}
bool wants_unmounted(const Desired& desired) {
  return wants_absent(desired) || is_in_state(desired, "unmounted");
}

std::set<std::string> asked_options(const Json& given) {
  std::string all;
  for (const std::string& text : texts_in(given)) all += text + ",";
  return option_set(all);
}

// What only fstab is told: it says nothing of what is mounted, and `mount -o` does not need it.
std::set<std::string> mount_options(const std::set<std::string>& options) {
  std::set<std::string> kept;
  for (const std::string& option : options) {
    const bool fstab = option == "auto" || option == "noauto" || option == "nofail" || option == "_netdev" ||
                       option == "user" || option == "users" || option == "nouser" || option == "owner" ||
                       option == "group" || option.starts_with("x-") || option.starts_with("comment=");
    if (!fstab) kept.insert(option);
  }
  for (const std::string& option : plain_options(options)) kept.insert(option);
  return kept;
}

int number(const Desired& desired, const char* attribute) {
  const Json& value = desired.attribute(attribute);
  return value.is_number_integer() ? value.get<int>() : 0;
}

FstabLine asked_line(const Desired& desired) {
  FstabLine line{desired.text("source"), desired.text("path"), desired.text("type", "auto")};
  const std::string options = option_text(asked_options(desired.attribute("options")));
  if (!options.empty()) line.options = options;
  line.dump = number(desired, "dump");
  line.pass = number(desired, "pass");
  return line;
}

void tell_line(const FstabLine& line, Json& attributes) {
  attributes["source"] = line.source;
  attributes["type"] = line.type;
  attributes["options"] = option_text(option_set(line.options));
  attributes["dump"] = line.dump;
  attributes["pass"] = line.pass;
}

Result<> observe_line(const Desired& desired, System& system, Observed& observed) {
  if (is_in_state(desired, "ephemeral")) return {};
  PLUMB_TRY_ASSIGN(const std::vector<FstabLine> lines, read_fstab(system));
  const std::string path = desired.text("path");
  std::size_t count = 0;
  for (const FstabLine& line : lines) {
    if (line.is_swap() || line.point != path) continue;
    ++count;
    observed.exists = true;
    tell_line(line, observed.attributes);
  }
  if (count > 1 && !wants_absent(desired)) {
    observed.obstacle =
        Diagnostic(Code::kRefusedByState, std::string(kFstab) + " has " + std::to_string(count) + " lines for " + path)
            .with_hint("keep one of them");
  }
  return {};
}

Result<> observe_running(const Desired& desired, System& system, Observed& observed) {
  if (system.is_image()) {
    if (is_in_state(desired, "ephemeral")) {
      observed.attributes["mounted"] = false;
      observed.obstacle =
          Diagnostic(Code::kRefusedByState, "nothing is mounted in an image").with_hint("say `state: present`");
    }
    return {};
  }
  const std::string path = desired.text("path");
  PLUMB_TRY_ASSIGN(const std::vector<MountedPlace> mounts, read_mounts(system));
  const MountedPlace* mounted = mounted_at(mounts, system.resolve(path).value_or(path));
  observed.attributes["mounted"] = mounted != nullptr;
  if (is_in_state(desired, "ephemeral")) observed.exists = mounted != nullptr;
  PLUMB_TRY_ASSIGN(const auto manager, system.stat("/run/systemd/system", true));
  if (manager) observed.attributes["reloads"] = true;
  if (mounted == nullptr) return {};
  observed.attributes["running"] = option_text(plain_options({mounted->options.begin(), mounted->options.end()}));
  if (!wants_mounted(desired) || observed.obstacle) return {};
  const std::string options = option_text(asked_options(desired.attribute("options")));
  PLUMB_TRY_ASSIGN(const bool same,
                   is_from(*mounted, mounts, desired.text("source"), desired.text("type"), options, system));
  if (!same) {
    // Told as not mounted, so that it is never an empty change.
    observed.attributes["mounted"] = false;
    observed.obstacle = Diagnostic(Code::kRefusedByState, path + " has something else mounted: " + mounted->source +
                                                              " (" + mounted->type + ")")
                            .with_hint("unmount it first; nothing that others use is taken away");
  }
  return {};
}

// A folder or a file of the host that is to be seen elsewhere, or a device, has to be there.
Result<> note_missing_source(const Desired& desired, System& system, Observed& observed) {
  const std::string source = desired.text("source");
  if (!wants_mounted(desired) || system.is_image() || !source.starts_with('/')) return {};
  PLUMB_TRY_ASSIGN(const auto there, system.stat(source, true));
  const bool bind = is_bind(option_text(asked_options(desired.attribute("options"))));
  if (!there) observed.missing.push_back({{"", bind ? "directory" : "file", source}, "source"});
  return {};
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  PLUMB_TRY(observe_line(desired, system, observed));
  PLUMB_TRY(observe_running(desired, system, observed));
  if (observed.obstacle || wants_absent(desired)) return observed;
  if (!observed.flag("mounted", false)) PLUMB_TRY(note_missing_source(desired, system, observed));
  return observed;
}

class Differences {
 public:
  Differences(const Desired& desired, const Observed& observed) : desired_(desired), observed_(observed) {}

  Change change() {
    const bool mounted = observed_.flag("mounted", false);
    const bool line = line_differs();
    if (wants_unmounted(desired_) && mounted) {
      note("mounted", false);
      add(ChangeMount{"unmount", desired_.text("path")});
    }
    if (line) put_line();
    if (wants_mounted(desired_) && observed_.has("mounted")) {
      mounted ? remount(line) : mount();
    }
    if (change_.operations.empty()) return std::move(change_);
    change_.op = wants_absent(desired_)                        ? Op::kDelete
                 : observed_.exists || !change_.before.empty() ? Op::kUpdate
                                                               : Op::kCreate;
    if (change_.op == Op::kDelete) change_.after = Json::object();
    return std::move(change_);
  }

 private:
  void add(Operation operation) { change_.operations.push_back(std::move(operation)); }

  void note(const char* attribute, const Json& wanted) {
    // That nothing is there goes without saying.
    const Json& found = observed_.attribute(attribute);
    if (!found.is_null() && (observed_.exists || found == true)) change_.before[attribute] = found;
    change_.after[attribute] = wanted;
  }

  bool line_differs() {
    Json asked = Json::object();
    tell_line(asked_line(desired_), asked);
    if (wants_absent(desired_)) {
      for (const auto& [name, unused] : asked.items()) {
        if (observed_.has(name)) change_.before[name] = observed_.attribute(name);
      }
      return observed_.exists;
    }
    if (!wants_line(desired_)) return false;
    bool differs = false;
    for (const auto& [name, value] : asked.items()) {
      if (observed_.exists && observed_.attribute(name) == value) continue;
      note(name.c_str(), value);
      differs = true;
    }
    return differs;
  }

  void put_line() {
    const bool absent = wants_absent(desired_);
    EditFile edit;
    edit.path = kFstab;
    edit.edits = {fstab_edit(asked_line(desired_), absent)};
    edit.create = !absent;
    edit.follow = true;
    edit.backup = desired_.flag("backup", false);
    add(std::move(edit));
    // Units of mounts are made of its lines.
    if (observed_.flag("reloads", false)) add(ServiceAction{"", "", "daemon_reload"});
  }

  void mount() {
    note("mounted", true);
    const std::string type = desired_.text("type");
    const bool bind = is_bind(options());
    add(ChangeMount{"mount", desired_.text("path"), desired_.text("source"), bind || type == "auto" ? "" : type,
                    options()});
    if (is_in_state(desired_, "ephemeral")) note_source();
  }

  void note_source() {
    change_.after["source"] = desired_.attribute("source");
    change_.after["options"] = option_text(asked());
  }

  // Where its plain options are others, or the line of a file system's own ones, which nobody tells of, changes.
  void remount(bool line) {
    const std::set<std::string> there = option_set(observed_.text("running"));
    const bool plain = observed_.has("running") && plain_options(asked()) != there;
    const bool own = line && change_.after.contains("options") && observed_.exists;
    if (!plain && !own) return;
    if (plain) note("running", option_text(plain_options(asked())));
    std::set<std::string> options = mount_options(asked());
    options.erase("rbind");
    add(ChangeMount{"remount", desired_.text("path"), {}, {}, remount_options(options, there)});
  }

  std::set<std::string> asked() const { return asked_options(desired_.attribute("options")); }
  std::string options() const { return option_text(mount_options(asked())); }

  const Desired& desired_;
  const Observed& observed_;
  Change change_;
};

}  // namespace

std::vector<Result<Observed>> MountProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return observe_places(*this, desired, system, [&](const Desired& one) { return observe_one(one, system); });
}

Change MountProvider::diff(const Desired& desired, const Observed& observed) const {
  return Differences(desired, observed).change();
}

std::vector<Address> MountProvider::infers(const Desired& desired) const {
  std::vector<Address> edges = infer_path_edges({}, desired.text("path"));
  if (wants_absent(desired)) return edges;
  const std::string source = desired.text("source");
  if (source.starts_with('/')) {
    for (const char* kind : {"directory", "file", "mount"}) edges.push_back({"", kind, source});
    for (Address& above : infer_path_edges({}, source)) edges.push_back(std::move(above));
  }
  return edges;
}

std::vector<Address> MountProvider::provides(const Desired& desired) const {
  if (!wants_mounted(desired)) return {};
  return {{"", "directory", desired.text("path")}};
}

bool MountProvider::makes(const Desired&, const Observed& observed, const Address&) const {
  return observed.has("mounted");
}

std::vector<std::string> MountProvider::claims(const Desired& desired) const {
  return {"what is mounted at " + desired.text("path")};
}

std::vector<std::string> MountProvider::edits_paths(const Desired& desired) const {
  if (is_in_state(desired, "ephemeral")) return {};
  return {kFstab};
}

// What is mounted is nobody's to purge.
std::vector<ImpliedPath> MountProvider::implies_paths(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  return {{desired.text("path")}};
}

std::string MountProvider::remedy(const Desired&, const Missing& missing) const {
  return missing.attribute == "source" ? "`state: present` writes the line and mounts nothing yet" : "";
}

Observed MountProvider::as_declared(const Desired& desired) const {
  Observed observed;
  observed.exists = !wants_absent(desired);
  if (wants_line(desired)) tell_line(asked_line(desired), observed.attributes);
  if (!is_in_state(desired, "present")) observed.attributes["mounted"] = wants_mounted(desired);
  if (wants_mounted(desired))
    observed.attributes["running"] = option_text(plain_options(asked_options(desired.attribute("options"))));
  return observed;
}

Change MountProvider::triggered(const Desired& desired, const Observed& observed, Op op) const {
  Change change;
  if (op != Op::kReload || !wants_mounted(desired) || !observed.flag("mounted", false)) return change;
  const std::set<std::string> there = option_set(observed.text("running"));
  const std::set<std::string> asked = mount_options(asked_options(desired.attribute("options")));
  change.op = Op::kReload;
  change.operations.push_back(ChangeMount{"remount", desired.text("path"), {}, {}, remount_options(asked, there)});
  return change;
}

std::optional<Desired> MountProvider::restore(const Desired& desired, const Observed& before) const {
  const bool was_mounted = before.flag("mounted", false);
  Desired again;
  again.address = desired.address;
  again.attributes["path"] = desired.text("path");
  if (is_in_state(desired, "ephemeral")) {
    // What else was mounted there was refused.
    again.attributes["state"] = was_mounted ? "ephemeral" : "absent";
    if (was_mounted) return std::nullopt;
    return again;
  }
  // Mounted by hand, without a line: from what, the line does not say.
  if (!before.exists && was_mounted) return std::nullopt;
  const bool leaves_running = is_in_state(desired, "present");
  again.attributes["state"] = !before.exists   ? "absent"
                              : leaves_running ? "present"
                              : was_mounted    ? "mounted"
                                               : "unmounted";
  for (const char* attribute : {"source", "type", "options", "dump", "pass"}) {
    if (before.exists && before.has(attribute)) again.attributes[attribute] = before.attribute(attribute);
  }
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "mount",
                .provider = make_provider<MountProvider>(),
                .operations = OperationSet::of<ChangeMount, EditFile, ServiceAction>(),
                .triggers = {{"remount_on", Op::kReload}},
                .adoption = {survey, "storage"}});
}

}  // namespace plumb::providers::mount
