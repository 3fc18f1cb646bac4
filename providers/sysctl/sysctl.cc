#include "providers/sysctl/sysctl.h"

#include <array>
#include <map>

#include "engine/base/trimmed.h"
#include "providers/sdk/kernel_files.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/place_limits.h"

namespace plumb::providers::sysctl {
namespace {

constexpr const char* kOwnFile = "/etc/sysctl.d/90-plumb.conf";
// Read after all others by those that know it.
constexpr const char* kLastFile = "/etc/sysctl.conf";
// Of files of one name the one in the earlier folder counts; they are read in the order of their names.
constexpr std::array<const char*, 5> kFolders = {"/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d",
                                                 "/usr/lib/sysctl.d", "/lib/sysctl.d"};
constexpr std::size_t kLargest = std::size_t{1} << 20;

std::string file_of(const Desired& desired) {
  return desired.text("file", kOwnFile);
}

bool is_kept(const Desired& desired) {
  return desired.flag("persistent", true);
}

// Items of a list with one blank between them, as the kernel's tabs and the configuration's blanks are the same.
std::string plain_value(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank) {
      plain += c;
    } else if (!plain.empty() && plain.back() != ' ') {
      plain += ' ';
    }
  }
  if (plain.ends_with(' ')) plain.pop_back();
  return plain;
}

// What the lines of a file make of a key; nothing where none is about it.
std::optional<std::string> value_in(std::string_view text, const std::string& key) {
  std::optional<std::string> value;
  while (!text.empty()) {
    std::string_view line = trimmed(take_line(text));
    if (line.starts_with('-')) line = trimmed(line.substr(1));  // errors are passed over
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos || line.starts_with('#') || line.starts_with(';')) continue;
    if (kernel_key(trimmed(line.substr(0, equals))) == key) value = plain_value(line.substr(equals + 1));
  }
  return value;
}

// A pattern of the lines that are about a key, however that is written.
std::string pattern_of(const std::string& key) {
  std::string dots, slashes;
  for (const char c : key) {
    dots += c == '.' ? "\\." : std::string(1, c);
    slashes += c == '.' ? "/" : c == '/' ? "\\." : std::string(1, c);
  }
  return "^\\s*-?\\s*(?:" + dots + "|" + slashes + ")\\s*=";
}

// The files that are read when a host starts, in their order.
class Files {
 public:
  explicit Files(System& system) : system_(system) {}

  // "" where there is none.
  Result<std::string> text(const std::string& path) {
    if (const auto known = texts_.find(path); known != texts_.end()) return known->second;
    PLUMB_TRY_ASSIGN(const auto there, system_.stat(path, true));
    std::string text;
    if (there && there->type == FileType::kFile) {
      PLUMB_TRY_ASSIGN(text, system_.read_file(path, kLargest));
    }
    return texts_.emplace(path, std::move(text)).first->second;
  }

  struct Setting {
    std::string path;
    std::string value;
  };
  // The last that is about the key.
  Result<std::optional<Setting>> last(const std::string& key) {
    PLUMB_TRY(list());
    std::optional<Setting> last;
    for (const std::string& path : order_) {
      // What another resource is to write there, or nobody may read here, is known by its digest at most.
      const std::string read = text(path).value_or(std::string());
      if (std::optional<std::string> value = value_in(read, key)) last = Setting{path, std::move(*value)};
    }
    return last;
  }

 private:
  Result<> list() {
    if (listed_) return {};
    std::map<std::string, std::string> by_name;
    for (const char* folder : kFolders) {
      PLUMB_TRY_ASSIGN(const auto there, system_.stat(folder, true));
      if (!there || there->type != FileType::kDirectory) continue;
      PLUMB_TRY_ASSIGN(const std::vector<std::string> names, system_.list(folder));
      for (const std::string& name : names) {
        if (name.ends_with(".conf")) by_name.try_emplace(name, std::string(folder) + '/' + name);
      }
    }
    for (auto& [name, path] : by_name) order_.push_back(std::move(path));
    order_.emplace_back(kLastFile);
    listed_ = true;
    return {};
  }

  System& system_;
  bool listed_ = false;
  std::vector<std::string> order_;
  std::map<std::string, std::string> texts_;
};

Diagnostic overridden(const std::string& key, const Files::Setting& last) {
  return Diagnostic(Code::kRefusedByState, key + " is set to " + last.value + " in " + last.path +
                                               ", which counts at the next start of the host")
      .with_hint("take that line away, or set it there with `file: " + last.path + "`");
}

Result<> observe_files(const Desired& desired, const std::string& key, Files& files, System& system,
                       Observed& observed) {
  const std::string file = file_of(desired);
  PLUMB_TRY_ASSIGN(const std::string text, files.text(file));
  const std::optional<std::string> own = value_in(text, key);
  if (wants_absent(desired)) {
    if (own) observed.attributes["value"] = *own;
    observed.exists = own.has_value();
    return {};
  }
  PLUMB_TRY_ASSIGN(const auto last, files.last(key));
  const std::string wanted = plain_value(desired.text("value"));
  observed.exists = last.has_value();
  if (last) observed.attributes["value"] = last->value;
  if (last && last->value == wanted) return {};
  // Its folder may not be there yet; through a link that nobody may follow nothing is written.
  const Result<std::string> resolved = system.resolve(file);
  if (!resolved && resolved.error().code() == Code::kSymlinkRefused) return resolved.error();
  const std::string place = resolved.value_or(file);
  const std::string counts = last ? system.resolve(last->path).value_or(last->path) : place;
  // A line of its own would come before the one that counts.
  if (last && place != counts &&
      (own == wanted || last->path == kLastFile ||
       last->path.substr(last->path.rfind('/')) > file.substr(file.rfind('/')))) {
    observed.obstacle = overridden(key, *last);
  }
  PLUMB_TRY_ASSIGN(const auto there, system.stat(file, true));
  if (!there) return note_missing_parent(place, system, observed);
  if (there->type != FileType::kFile)
    observed.obstacle = Diagnostic(Code::kRefusedByState, file + " is not a regular file");
  return {};
}

Result<Observed> observe_one(const Desired& desired, Files& files, System& system) {
  Observed observed;
  const std::string key = kernel_key(desired.text("key"));
  const std::string path = kernel_value_path(key);
  if (path.empty()) {
    observed.obstacle = Diagnostic(Code::kBadValue, "`" + key + "` is no value of a kernel");
    return observed;
  }
  const bool absent = wants_absent(desired);
  const bool keeps = is_kept(desired);
  if (keeps) PLUMB_TRY(observe_files(desired, key, files, system, observed));
  if (absent || system.is_image() || !desired.flag("live", true)) return observed;
  PLUMB_TRY_ASSIGN(const auto there, system.stat(path, false));
  if (!there) {
    if (!desired.flag("optional", false)) observed.missing.push_back({{"", "kernel_value", key}, "key"});
    observed.attributes["unknown"] = true;
    return observed;
  }
  if (there->type != FileType::kFile) {
    observed.obstacle = Diagnostic(Code::kBadValue, "`" + key + "` is a group of values, not one");
    return observed;
  }
  // One that can only be written has nothing to be compared with.
  if ((there->mode & 0444U) == 0) return observed;
  PLUMB_TRY_ASSIGN(const std::string value, system.read_file(path, kLargest));
  observed.attributes["running"] = plain_value(value);
  if (!keeps) observed.exists = true;
  return observed;
}

}  // namespace

std::vector<Result<Observed>> SysctlProvider::observe(std::span<const Desired* const> desired, System& system) const {
  Files files(system);
  return observe_places(*this, desired, system, [&](const Desired& one) { return observe_one(one, files, system); });
}

Change SysctlProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::string key = kernel_key(desired.text("key"));
  EditFile edit;
  edit.path = file_of(desired);
  edit.follow = true;
  edit.backup = desired.flag("backup", false);
  LineEdit line;
  line.match = pattern_of(key);
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before = observed.attributes;
    line.absent = true;
    edit.edits = {std::move(line)};
    change.operations.push_back(std::move(edit));
    return change;
  }
  const std::string value = plain_value(desired.text("value"));
  const auto differs = [&](const char* attribute) {
    const bool there = observed.has(attribute);
    if (there && observed.text(attribute) == value) return false;
    if (there) change.before[attribute] = observed.attribute(attribute);
    change.after[attribute] = value;
    return true;
  };
  // What the kernel does not take is not written either.
  const bool runs = observed.has("running") || observed.flag("unknown", false);
  const bool waits = observed.flag("unknown", false) && desired.flag("optional", false);
  if (runs && !waits && differs("running")) change.operations.push_back(SetKernelValue{key, value});
  if (is_kept(desired) && differs("value")) {
    line.text = key + " = " + value;
    edit.edits = {std::move(line)};
    edit.create = true;
    change.operations.push_back(std::move(edit));
  }
  if (!change.after.empty()) change.op = observed.exists || !change.before.empty() ? Op::kUpdate : Op::kCreate;
  return change;
}

std::vector<Address> SysctlProvider::infers(const Desired& desired) const {
  if (wants_absent(desired) || !is_kept(desired)) return {};
  return infer_path_edges(desired, file_of(desired));
}

std::vector<std::string> SysctlProvider::claims(const Desired& desired) const {
  return {"the kernel's " + kernel_key(desired.text("key"))};
}

std::vector<std::string> SysctlProvider::edits_paths(const Desired& desired) const {
  if (!is_kept(desired)) return {};
  return {file_of(desired)};
}

std::vector<ImpliedPath> SysctlProvider::implies_paths(const Desired& desired) const {
  std::vector<ImpliedPath> paths;
  if (wants_absent(desired)) return paths;
  if (const std::string path = kernel_value_path(desired.text("key")); !path.empty()) paths.push_back({path});
  if (!is_kept(desired)) return paths;
  for (const char* folder : kFolders) paths.push_back({folder});
  paths.push_back({kLastFile});
  return paths;
}

std::string SysctlProvider::remedy(const Desired&, const Missing& missing) const {
  if (missing.what.kind != "kernel_value") return {};
  return "check how it is written; where a module brings it, a `kernel_module` before it; `optional: true` passes over "
         "a kernel that has no such value";
}

Observed SysctlProvider::as_declared(const Desired& desired) const {
  Observed observed;
  observed.exists = !wants_absent(desired);
  if (!observed.exists) return observed;
  const std::string value = plain_value(desired.text("value"));
  if (is_kept(desired)) observed.attributes["value"] = value;
  if (desired.flag("live", true)) observed.attributes["running"] = value;
  return observed;
}

std::optional<Desired> SysctlProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again = desired_again(desired, before, {"value"});
  again.attributes["key"] = desired.attribute("key");
  for (const char* attribute : {"file", "persistent", "live", "optional"}) {
    if (desired.has(attribute)) again.attributes[attribute] = desired.attribute(attribute);
  }
  if (wants_absent(desired)) {
    again.attributes["live"] = false;
    return again;
  }
  // One resource asks for one value, and without a line for none.
  const std::string running = before.text("running");
  if (!is_kept(desired)) {
    again.attributes["value"] = running;
    return before.has("running") ? std::optional(again) : std::nullopt;
  }
  const std::string kept = before.exists ? before.text("value") : plain_value(desired.text("value"));
  if (before.has("running") && running != kept) return std::nullopt;
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "sysctl",
                .provider = make_provider<SysctlProvider>(),
                .operations = OperationSet::of<SetKernelValue, EditFile>(),
                .stands_on_inferred = true,
                .adoption = {survey, "kernel"}});
}

}  // namespace plumb::providers::sysctl
