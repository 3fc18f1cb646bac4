#include "providers/volume_group/volume_group.h"

#include <algorithm>
#include <map>

#include "providers/sdk/asked_programs.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/observe_each.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/refused.h"

namespace plumb::providers::volume_group {
namespace {

constexpr const char* kPackage = "lvm2";
constexpr int kLongest = 600;

std::string group_of(const Desired& desired) {
  const std::string volume = desired.text("volume");
  return volume.substr(0, volume.find('/'));
}
std::string name_of(const Desired& desired) {
  const std::string volume = desired.text("volume");
  return volume.substr(std::min(volume.size(), volume.find('/') + 1));
}
std::string device_of(const Desired& desired) {
  return "/dev/" + desired.text("volume");
}

std::int64_t number_in(std::string_view text) {
  std::int64_t number = 0;
  for (const std::string_view::value_type c : text) {
    if (c < '0' || c > '9' || number > (std::int64_t{1} << 58)) break;
    number = number * 10 + (c - '0');
  }
  return number;
}

// Rows of a report, each of fields with `|` between them.
Result<std::vector<std::vector<std::string>>> report(const char* program, const char* fields, System& system) {
  ProcessRequest request;
  // Reports need no lock, for which they would have to write.
  request.argv = {program,      "--noheadings", "--readonly", "--units", "b",
                  "--nosuffix", "--separator",  "|",          "-o",      fields};
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(const ProcessResult answer, system.run(request));
  if (answer.exit_code != 0)
    return fail(Code::kCannotObserve, std::string(program) + " does not answer: " + said_by(answer, 3));
  std::vector<std::vector<std::string>> rows;
  for (std::string_view rest = answer.output; !rest.empty();) {
    std::string_view line = take_line(rest);
    while (line.starts_with(' ')) line.remove_prefix(1);
    if (line.empty()) continue;
    std::vector<std::string> row;
    for (;;) {
      const std::size_t end = line.find('|');
      row.emplace_back(line.substr(0, end));
      if (end == std::string_view::npos) break;
      line.remove_prefix(end + 1);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// False where nothing can be asked.
bool can_ask(System& system, const char* attribute, Observed& observed) {
  if (system.is_image()) {
    observed.obstacle = image_runs_nothing();
  } else if (system.find_program("lvm").empty()) {
    observed.missing.push_back({{"", "package", kPackage}, attribute});
  } else {
    return true;
  }
  return false;
}

Result<Observed> observe_group(const Desired& desired, System& system) {
  Observed observed;
  const std::vector<std::string> wanted = texts_in(desired.attribute("devices"));
  const bool asks = can_ask(system, "name", observed);
  if (!system.is_image()) {
    for (const std::string& device : wanted) {
      PLUMB_TRY_ASSIGN(const auto there, system.stat(device, true));
      if (!there) observed.missing.push_back({{"", "file", device}, "devices"});
    }
  }
  if (!asks) return observed;
  PLUMB_TRY_ASSIGN(const auto rows, report("pvs", "pv_name,vg_name", system));
  std::vector<std::string> devices;
  for (const std::vector<std::string>& row : rows) {
    if (row.size() != 2 || row[1].empty()) continue;
    // LVM calls a device by another name than somebody else may, such as one of
    // /dev/disk/by-id.
    std::string named = row[0];
    for (const std::string& device : wanted) {
      const Result<std::string> real = system.resolve(device);
      if (device != row[0] && real && *real == row[0]) named = device;
    }
    if (row[1] == desired.text("name")) {
      devices.push_back(named);
    } else if (std::find(wanted.begin(), wanted.end(), named) != wanted.end()) {
      observed.obstacle = refused(named + " belongs to the volume group " + row[1]);
    }
  }
  observed.exists = !devices.empty();
  if (observed.exists) observed.attributes["devices"] = devices;
  return observed;
}

std::int64_t in_whole_pieces(std::int64_t size, std::int64_t piece) {
  return piece <= 0 ? size : (size + piece - 1) / piece * piece;
}

Result<Observed> observe_volume(const Desired& desired, System& system) {
  Observed observed;
  if (!can_ask(system, "volume", observed)) return observed;
  PLUMB_TRY_ASSIGN(const auto groups, report("vgs", "vg_name,vg_extent_size", system));
  const auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](const auto& row) { return row.size() == 2 && row[0] == group_of(desired); });
  if (group == groups.end()) {
    observed.missing.push_back({{"", "volume_group", group_of(desired)}, "volume"});
    return observed;
  }
  observed.attributes["extent"] = number_in((*group)[1]);
  PLUMB_TRY_ASSIGN(const auto rows, report("lvs", "vg_name,lv_name,lv_size", system));
  for (const std::vector<std::string>& row : rows) {
    if (row.size() != 3 || row[0] != group_of(desired) || row[1] != name_of(desired)) continue;
    observed.exists = true;
    const std::int64_t size = number_in(row[2]);
    observed.attributes["size"] = size;
    const Json& wanted = desired.attribute("size");
    if (!wanted.is_number_integer()) continue;
    if (in_whole_pieces(wanted.get<std::int64_t>(), number_in((*group)[1])) >= size) continue;
    observed.obstacle =
        refused(desired.text("volume") + " is larger than is asked for, and volumes are not made smaller")
            .with_hint("ask for at least " + std::to_string(size) + " bytes");
  }
  return observed;
}

Run program(std::vector<std::string> argv) {
  Run run;
  run.argv = std::move(argv);
  run.timeout_seconds = kLongest;
  return run;
}

}  // namespace

std::vector<Result<Observed>> VolumeGroupProvider::observe(std::span<const Desired* const> desired,
                                                           System& system) const {
  return observe_each(desired, [&](const Desired& one) { return observe_group(one, system); });
}

Change VolumeGroupProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::vector<std::string> there = texts_in(observed.attribute("devices"));
  std::vector<std::string> lacks;
  for (const std::string& device : texts_in(desired.attribute("devices"))) {
    if (std::find(there.begin(), there.end(), device) == there.end()) lacks.push_back(device);
  }
  if (observed.exists && lacks.empty()) return change;
  std::vector<std::string> all = there;
  all.insert(all.end(), lacks.begin(), lacks.end());
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  if (observed.exists) change.before["devices"] = there;
  change.after["devices"] = all;
  std::vector<std::string> argv = {observed.exists ? "vgextend" : "vgcreate"};
  if (const Json& extent = desired.attribute("extent_size"); !observed.exists && extent.is_number_integer())
    argv.insert(argv.end(), {"--physicalextentsize", std::to_string(extent.get<std::int64_t>()) + "b"});
  if (!observed.exists) {
    for (std::string& option : texts_in(desired.attribute("options"))) argv.push_back(std::move(option));
  }
  argv.push_back(desired.text("name"));
  argv.insert(argv.end(), lacks.begin(), lacks.end());
  change.operations.emplace_back(program(std::move(argv)));
  return change;
}

std::vector<Address> VolumeGroupProvider::infers(const Desired& desired) const {
  std::vector<Address> edges = {{"", "package", kPackage}};
  for (const std::string& device : texts_in(desired.attribute("devices"))) edges.push_back({"", "file", device});
  return edges;
}

std::vector<ImpliedPath> VolumeGroupProvider::implies_paths(const Desired& desired) const {
  std::vector<ImpliedPath> paths;
  for (std::string& device : texts_in(desired.attribute("devices"))) paths.push_back({.path = std::move(device)});
  return paths;
}

bool VolumeGroupProvider::asks_about(const Desired& desired, std::string_view name) const {
  const std::vector<std::string> devices = texts_in(desired.attribute("devices"));
  return std::find(devices.begin(), devices.end(), name) != devices.end();
}

std::vector<Result<Observed>> LogicalVolumeProvider::observe(std::span<const Desired* const> desired,
                                                             System& system) const {
  return observe_each(desired, [&](const Desired& one) { return observe_volume(one, system); });
}

Change LogicalVolumeProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const Json& size = desired.attribute("size");
  const Json& there = observed.attribute("size");
  const Json& extent = observed.attribute("extent");
  if (!observed.exists) {
    change.op = Op::kCreate;
    // Of what had that place of the disk before nothing is left to be taken for
    // a file system.
    std::vector<std::string> argv = {"lvcreate", "--yes", "--wipesignatures", "y", "--name", name_of(desired)};
    if (size.is_number_integer()) {
      change.after["size"] = size;
      argv.insert(argv.end(), {"--size", std::to_string(size.get<std::int64_t>()) + "b"});
    } else {
      change.after["share"] = desired.text("share");
      argv.insert(argv.end(), {"--extents", desired.text("share")});
    }
    for (std::string& option : texts_in(desired.attribute("options"))) argv.push_back(std::move(option));
    argv.push_back(group_of(desired));
    change.operations.emplace_back(program(std::move(argv)));
    return change;
  }
  if (!size.is_number_integer() || !there.is_number_integer()) return change;
  const std::int64_t wanted =
      in_whole_pieces(size.get<std::int64_t>(), extent.is_number_integer() ? extent.get<std::int64_t>() : 0);
  if (wanted == there.get<std::int64_t>()) return change;
  change.op = Op::kUpdate;
  change.before["size"] = there;
  change.after["size"] = wanted;
  // One that is larger is refused by what was observed.
  if (wanted > there.get<std::int64_t>())
    change.operations.emplace_back(
        program({"lvextend", "--size", std::to_string(wanted) + "b", desired.text("volume")}));
  return change;
}

std::vector<Address> LogicalVolumeProvider::infers(const Desired& desired) const {
  return {{"", "package", kPackage}, {"", "volume_group", group_of(desired)}};
}

std::vector<Address> LogicalVolumeProvider::provides(const Desired& desired) const {
  return {{"", "file", device_of(desired)}};
}

std::vector<ImpliedPath> LogicalVolumeProvider::implies_paths(const Desired& desired) const {
  return {{.path = device_of(desired)}};
}

bool LogicalVolumeProvider::asks_about(const Desired& desired, std::string_view name) const {
  return name == group_of(desired);
}

void add_to(Registry& registry) {
  registry.add({.name = "volume_group",
                .provider = make_provider<VolumeGroupProvider>(),
                .operations = OperationSet::of<Run>(),
                .stands_on_inferred = true,
                .removal = ""});
  registry.add({.name = "logical_volume",
                .provider = make_provider<LogicalVolumeProvider>(),
                .operations = OperationSet::of<Run>(),
                .stands_on_inferred = true,
                .given_once = {"share"},
                .removal = ""});
}

}  // namespace plumb::providers::volume_group
