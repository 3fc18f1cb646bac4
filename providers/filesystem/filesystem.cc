#include "providers/filesystem/filesystem.h"

#include <algorithm>
#include <array>

#include "engine/base/shell_word.h"
#include "providers/sdk/exchangeable.h"
#include "providers/sdk/kernel_files.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/observe_each.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::filesystem {
namespace {

// What makes a file system, and what brings that; how its size is asked and how it grows, where either is known.
struct Format {
  const char* type;
  const char* package;
  const char* label;  // the option that names it
  const char* force;  // "" where it asks for none
  bool grows;         // by resize2fs
};
constexpr std::array<Format, 7> kFormats = {{{"ext4", "e2fsprogs", "-L", "-F", true},
                                             {"ext3", "e2fsprogs", "-L", "-F", true},
                                             {"ext2", "e2fsprogs", "-L", "-F", true},
                                             {"xfs", "xfsprogs", "-L", "-f", false},
                                             {"btrfs", "btrfs-progs", "-L", "-f", false},
                                             {"vfat", "dosfstools", "-n", "", false},
                                             {"f2fs", "f2fs-tools", "-l", "-f", false}}};

const Format& format_of(const Desired& desired) {
  const std::string type = desired.text("type");
  for (const Format& one : kFormats) {
    if (type == one.type) return one;
  }
  return kFormats[0];
}

std::string maker_of(const Desired& desired) {
  return std::string("mkfs.") + format_of(desired).type;
}

Result<ProcessResult> ask(System& system, std::vector<std::string> words, const std::string& device) {
  ProcessRequest request;
  request.argv = std::move(words);
  request.about = {device};
  request.changes_nothing = true;
  return system.run(request);
}

// "TYPE=ext4" lines: the value of a name.
std::string value_in(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == '=')
      return std::string(line.substr(name.size() + 1));
  }
  return {};
}

// As blkid writes a label, in which a backslash stands before what a shell would read.
std::string label_in(std::string_view text) {
  std::string label;
  const std::string written = value_in(text, "LABEL");
  for (std::size_t at = 0; at < written.size(); ++at) {
    if (written[at] == '\\' && at + 1 < written.size()) ++at;
    label += written[at];
  }
  return label;
}

// Of a file that nothing is known of: whether it begins with something other than zeros, as one made for a file system
// does not.
Result<bool> holds_something(const std::string& file, System& system) {
  PLUMB_TRY_ASSIGN(const ProcessResult told, ask(system, {"od", "-A", "n", "-t", "x1", "-N", "65536", file}, file));
  if (told.exit_code != 0)
    return fail(Code::kCannotObserve, "od does not tell what is in " + file + ": " + last_lines(told.errors, 3));
  return told.output.find_first_not_of("0 *\n") != std::string::npos;
}

std::int64_t number_behind(std::string_view text, std::string_view field) {
  std::size_t at = text.find(field);
  if (at == std::string_view::npos) return 0;
  at = text.find_first_not_of(' ', at + field.size());
  std::int64_t number = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9' && number < (std::int64_t{1} << 58); ++at)
    number = number * 10 + (text[at] - '0');
  return number;
}

// Bytes that the device has beyond the file system.
Result<> note_unused(const std::string& device, const FileInfo& info, System& system, Observed& observed) {
  PLUMB_TRY_ASSIGN(const ProcessResult told, ask(system, {"dumpe2fs", "-h", device}, device));
  const std::int64_t block = number_behind(told.output, "Block size:");
  const std::int64_t blocks = number_behind(told.output, "Block count:");
  std::int64_t whole = static_cast<std::int64_t>(info.size);
  if (info.type != FileType::kFile) {
    PLUMB_TRY_ASSIGN(const ProcessResult size, ask(system, {"blockdev", "--getsize64", device}, device));
    whole = number_behind(size.output, "");
  }
  if (block <= 0 || blocks <= 0 || whole <= 0) return {};
  // What is no whole block is never used.
  const std::int64_t unused = whole / block - blocks;
  observed.attributes["unused"] = unused > 0 ? unused * block : 0;
  return {};
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  PLUMB_TRY_ASSIGN(const std::string device, device_of(desired.text("device"), system));
  if (system.is_image()) {
    observed.obstacle = image_runs_nothing();
    return observed;
  }
  PLUMB_TRY_ASSIGN(const auto info, system.stat(device, true));
  if (!info) observed.missing.push_back({{"", "file", device}, "device"});
  if (info && info->type == FileType::kDirectory)
    observed.obstacle = Diagnostic(Code::kRefusedByState, device + " is a folder, and no device");
  if (device.starts_with('/') && !observed.obstacle) {
    PLUMB_TRY_ASSIGN(const std::string others, exchangeable_folder(device, system));
    if (!others.empty()) {
      observed.obstacle =
          Diagnostic(Code::kRefusedByState,
                     "somebody other than root may put another file in the place of " + device + ", in " + others);
    }
  }
  if (system.find_program("blkid").empty()) observed.missing.push_back({{"", "package", "util-linux"}, "device"});
  if (system.find_program(maker_of(desired)).empty())
    observed.missing.push_back({{"", "package", format_of(desired).package}, "type"});
  if (!observed.missing.empty() || observed.obstacle) return observed;
  PLUMB_TRY_ASSIGN(const ProcessResult told, ask(system, {"blkid", "-p", "-o", "export", device}, device));
  // 2: it is empty.
  if (told.exit_code != 0 && told.exit_code != 2)
    return fail(Code::kCannotObserve, "blkid does not tell what is on " + device + ": " + last_lines(told.errors, 3));
  std::string there = value_in(told.output, "TYPE");
  if (there.empty() && !value_in(told.output, "PTTYPE").empty()) there = "a table of partitions";
  if (there.empty() && info->type == FileType::kFile) {
    PLUMB_TRY_ASSIGN(const bool holds, holds_something(device, system));
    if (holds) there = "something that is no file system";
  }
  if (there.empty()) return observed;
  const bool same = there == desired.text("type");
  observed.exists = true;
  observed.attributes["type"] = there;
  if (desired.has("label")) observed.attributes["label"] = label_in(told.output);
  if (!same && !desired.flag("destroy", false)) {
    observed.obstacle = Diagnostic(Code::kRefusedByState, "there is " + there + " on " + device)
                            .with_hint("`destroy: true` lets go what is there");
  }
  if (same && desired.has("label") && observed.attribute("label") != desired.attribute("label")) {
    observed.obstacle = Diagnostic(Code::kRefusedByState,
                                   "the file system on " + device + " has the label '" + observed.text("label") + "'")
                            .with_hint("leave out `label`, or give the one that it has");
  }
  if (same && desired.flag("grow", false) && format_of(desired).grows)
    PLUMB_TRY(note_unused(device, *info, system, observed));
  return observed;
}

}  // namespace

std::vector<Result<Observed>> FilesystemProvider::observe(std::span<const Desired* const> desired,
                                                          System& system) const {
  return observe_each(desired, [&](const Desired& one) { return observe_one(one, system); });
}

Change FilesystemProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const Format& format = format_of(desired);
  const std::string device = desired.text("device");
  Run run;
  run.timeout_seconds = 3600;
  const Json& unused = observed.attribute("unused");
  const bool grows = desired.flag("grow", false) && unused.is_number_integer() && unused.get<std::int64_t>() > 0;
  const bool same = observed.exists && observed.text("type") == format.type;
  if (same) {
    const bool relabels =
        desired.has("label") && observed.has("label") && observed.attribute("label") != desired.attribute("label");
    if (!grows && !relabels) return change;
    change.op = Op::kUpdate;
    // Refused by what was observed.
    if (relabels) {
      change.before["label"] = observed.attribute("label");
      change.after["label"] = desired.attribute("label");
      return change;
    }
    change.before["unused"] = unused;
    change.after["unused"] = 0;
    run.argv = {"resize2fs", device};
    change.operations.emplace_back(std::move(run));
    return change;
  }
  change.op = observed.exists ? Op::kReplace : Op::kCreate;
  if (observed.exists) {
    change.before["type"] = observed.attribute("type");
    change.note = "all that is on " + device + " is gone then";
  }
  change.after["type"] = format.type;
  run.argv = {maker_of(desired)};
  if (observed.exists && *format.force != '\0') run.argv.emplace_back(format.force);
  if (desired.has("label")) {
    change.after["label"] = desired.attribute("label");
    run.argv.insert(run.argv.end(), {format.label, desired.text("label")});
  }
  for (std::string& word : texts_in(desired.attribute("options"))) run.argv.push_back(std::move(word));
  run.argv.push_back(device);
  change.operations.emplace_back(std::move(run));
  return change;
}

std::vector<Address> FilesystemProvider::infers(const Desired& desired) const {
  const std::string device = desired.text("device");
  std::vector<Address> edges = {{"", "package", format_of(desired).package}};
  if (!device.starts_with('/')) return edges;
  edges.push_back({"", "file", device});
  constexpr std::string_view kDevices = "/dev/";
  if (device.starts_with(kDevices)) edges.push_back({"", "logical_volume", device.substr(kDevices.size())});
  return edges;
}

std::vector<std::string> FilesystemProvider::claims(const Desired& desired) const {
  return {"the file system on " + desired.text("device")};
}

std::vector<ImpliedPath> FilesystemProvider::implies_paths(const Desired& desired) const {
  if (!desired.text("device").starts_with('/')) return {};
  return {{.path = desired.text("device"), .needed = true}};
}

bool FilesystemProvider::asks_about(const Desired& desired, std::string_view name) const {
  return name == desired.text("device");
}

Observed FilesystemProvider::as_declared(const Desired& desired) const {
  Observed observed = Provider::as_declared(desired);
  if (desired.flag("grow", false)) observed.attributes["unused"] = 0;
  return observed;
}

void add_to(Registry& registry) {
  registry.add({.name = "filesystem",
                .provider = make_provider<FilesystemProvider>(),
                .operations = OperationSet::of<Run>(),
                .stands_on_inferred = true,
                .dwindling = {"unused"},
                .judged = {"unused"},
                .removal = ""});
}

}  // namespace plumb::providers::filesystem
