#include "providers/sdk/kernel_files.h"

#include <algorithm>
#include <charconv>

#include "providers/sdk/managers.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/text_lines.h"

namespace plumb {
namespace {

constexpr const char* kMounts = "/proc/self/mountinfo";
constexpr const char* kSwaps = "/proc/swaps";
constexpr const char* kModules = "/proc/modules";
constexpr std::string_view kFieldEnds = " \t";  // other blanks may stand in names as they are
constexpr std::size_t kLargestTable = std::size_t{16} << 20;

// "" where this kernel has no such file.
Result<std::string> read_table(const char* path, System& system) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> there, system.stat(path, true));
  return there ? system.read_file(path, kLargestTable) : Result<std::string>(std::string());
}

// "36 35 98:0 /root /point options optional… - type source options"
std::optional<MountedPlace> mounted_place(std::string_view line) {
  const std::vector<std::string> words = words_of(line, kFieldEnds);
  const auto dash = std::find(words.begin(), words.end(), "-");
  if (words.size() < 7 || words.end() - dash < 3) return std::nullopt;
  MountedPlace place{without_escapes(words[4]), without_escapes(words[3]), dash[1], without_escapes(dash[2]),
                     words_of(words[5], ",")};
  for (std::string& option : words_of(words.end() - dash > 3 ? dash[3] : std::string(), ",")) {
    if (std::find(place.options.begin(), place.options.end(), option) == place.options.end())
      place.options.push_back(std::move(option));
  }
  return place;
}

template <class Keeps>
std::string lines_that(std::string_view text, const Keeps& keeps) {
  std::string kept;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (keeps(line)) kept += std::string(line) + "\n";
  }
  return kept;
}

std::string mount_line(const MountedPlace& place, const std::string& asked) {
  const std::string options = asked.empty() ? "rw" : asked;
  return "0 0 0:0 " + with_escapes(place.root) + " " + with_escapes(place.point) + " " + options + " - " +
         (place.type.empty() ? "auto" : place.type) + " " + with_escapes(place.source) + " " + options + "\n";
}

}  // namespace

std::string kernel_key(std::string_view key) {
  const std::size_t first = key.find_first_of("./");
  std::string dotted(key);
  if (first == std::string_view::npos || key[first] == '.') return dotted;
  for (char& c : dotted) c = c == '/' ? '.' : c == '.' ? '/' : c;
  return dotted;
}

std::string kernel_value_path(std::string_view key) {
  std::string path = "/proc/sys/" + kernel_key(key);
  for (std::size_t i = std::string_view("/proc/sys/").size(); i < path.size(); ++i)
    path[i] = path[i] == '/' ? '.' : path[i] == '.' ? '/' : path[i];
  return plain_path("/", path) == path && path.find('\0') == std::string::npos ? path : "";
}

std::string without_escapes(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view digits = text.substr(std::min(i + 1, text.size()), 3);
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
    if (text[i] == '\\' && digits.size() == 3 && error == std::errc() && end == digits.data() + 3 && value < 256) {
      plain += static_cast<char>(value);
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::string with_escapes(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const char* code = c == ' ' ? "\\040" : c == '\t' ? "\\011" : c == '\n' ? "\\012" : c == '\\' ? "\\134" : nullptr;
    escaped += code == nullptr ? std::string(1, c) : code;
  }
  return escaped;
}

Result<std::vector<MountedPlace>> read_mounts(System& system) {
  PLUMB_TRY_ASSIGN(const std::string text, read_table(kMounts, system));
  std::vector<MountedPlace> mounts;
  for (std::string_view rest = text; !rest.empty();) {
    if (std::optional<MountedPlace> place = mounted_place(take_line(rest))) mounts.push_back(std::move(*place));
  }
  return mounts;
}

const MountedPlace* mounted_at(const std::vector<MountedPlace>& mounts, std::string_view point) {
  const auto found =
      std::find_if(mounts.rbegin(), mounts.rend(), [point](const MountedPlace& one) { return one.point == point; });
  return found == mounts.rend() ? nullptr : &*found;
}

const MountedPlace* mount_around(const std::vector<MountedPlace>& mounts, std::string_view path) {
  const MountedPlace* nearest = nullptr;
  for (const MountedPlace& one : mounts) {
    const bool around = one.point == path || one.point == "/" || is_below(path, one.point);
    if (around && (nearest == nullptr || one.point.size() >= nearest->point.size())) nearest = &one;
  }
  return nearest;
}

bool is_bind(std::string_view options) {
  const std::vector<std::string> all = words_of(options, ",");
  return std::any_of(all.begin(), all.end(), [](const std::string& one) { return one == "bind" || one == "rbind"; });
}

std::optional<MountedPlace> bound_place(const std::vector<MountedPlace>& mounts, const std::string& source) {
  const MountedPlace* around = mount_around(mounts, source);
  if (around == nullptr) return std::nullopt;
  MountedPlace place = *around;
  const std::string below = source.substr(around->point == "/" ? 0 : around->point.size());
  place.root = around->root == "/" ? (below.empty() ? "/" : below) : around->root + (below == "/" ? "" : below);
  return place;
}

Result<std::vector<ActiveSwap>> read_swaps(System& system) {
  PLUMB_TRY_ASSIGN(const std::string text, read_table(kSwaps, system));
  std::vector<ActiveSwap> swaps;
  for (std::string_view rest = text; !rest.empty();) {
    const std::vector<std::string> words = words_of(take_line(rest), kFieldEnds);
    if (words.size() < 5 || words[0] == "Filename") continue;
    ActiveSwap swap{without_escapes(words[0])};
    std::from_chars(words[4].data(), words[4].data() + words[4].size(), swap.priority);
    swaps.push_back(std::move(swap));
  }
  return swaps;
}

std::string kernel_module_name(std::string_view name) {
  std::string plain(name);
  std::replace(plain.begin(), plain.end(), '-', '_');
  return plain;
}

Result<std::vector<std::string>> read_modules(System& system) {
  PLUMB_TRY_ASSIGN(const std::string text, read_table(kModules, system));
  std::vector<std::string> names;
  for (std::string_view rest = text; !rest.empty();) {
    const std::vector<std::string> words = words_of(take_line(rest), kFieldEnds);
    if (!words.empty()) names.push_back(words.front());
  }
  return names;
}

Result<std::string> device_of(const std::string& source, System& system) {
  constexpr std::pair<std::string_view, std::string_view> kTags[] = {
      {"UUID=", "by-uuid"}, {"LABEL=", "by-label"}, {"PARTUUID=", "by-partuuid"}, {"PARTLABEL=", "by-partlabel"}};
  std::string path = source;
  for (const auto& [tag, folder] : kTags) {
    if (!source.starts_with(tag)) continue;
    std::string name = source.substr(tag.size());
    if (name.size() > 1 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    path = "/dev/disk/" + std::string(folder) + "/" + name;
  }
  if (!path.starts_with("/dev/")) return source;
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> there, system.stat(path, false));
  if (!there || there->type != FileType::kLink) return there ? path : source;
  return system.resolve(path);
}

Result<KernelFile> told_after(const SetKernelValue& set, System&) {
  const std::string path = kernel_value_path(set.key);
  if (path.empty()) return fail(Code::kProtocol, "`" + set.key + "` is no value of a kernel");
  return KernelFile{path, set.value + "\n"};
}

Result<KernelFile> told_after(const ChangeMount& change, System& system) {
  PLUMB_TRY_ASSIGN(const std::string text, read_table(kMounts, system));
  PLUMB_TRY_ASSIGN(const std::vector<MountedPlace> mounts, read_mounts(system));
  MountedPlace place{change.point, "/", change.type, {}, {}};
  PLUMB_TRY_ASSIGN(place.source, device_of(change.source, system));
  if (const auto bound = is_bind(change.options) ? bound_place(mounts, change.source) : std::nullopt) {
    place = *bound;
    place.point = change.point;
  }
  if (const MountedPlace* old = mounted_at(mounts, change.point); old != nullptr && change.verb == "remount") {
    place = *old;
  }
  if (change.verb == "mount") return KernelFile{kMounts, text + mount_line(place, change.options)};
  std::string rest = lines_that(text, [&](std::string_view line) {
    const std::optional<MountedPlace> one = mounted_place(line);
    return !one || one->point != change.point;
  });
  if (change.verb == "remount") rest += mount_line(place, change.options);
  return KernelFile{kMounts, std::move(rest)};
}

Result<KernelFile> told_after(const ChangeSwap& change, System& system) {
  PLUMB_TRY_ASSIGN(const std::string text, read_table(kSwaps, system));
  PLUMB_TRY_ASSIGN(const std::string device, device_of(change.device, system));
  std::string rest = lines_that(text, [&](std::string_view line) {
    const std::vector<std::string> words = words_of(line, kFieldEnds);
    return words.empty() || without_escapes(words[0]) != device;
  });
  if (change.verb == "on") rest += with_escapes(device) + " file 0 0 " + std::to_string(change.priority) + "\n";
  return KernelFile{kSwaps, std::move(rest)};
}

Result<KernelFile> told_after(const ChangeModule& change, System& system) {
  PLUMB_TRY_ASSIGN(const std::string text, read_table(kModules, system));
  const std::string name = kernel_module_name(change.name);
  std::string rest = lines_that(text, [&](std::string_view line) {
    const std::vector<std::string> words = words_of(line, kFieldEnds);
    return words.empty() || words.front() != name;
  });
  if (change.verb == "load") rest += name + " 0 0 - Live 0x0\n";
  return KernelFile{kModules, std::move(rest)};
}

}  // namespace plumb
