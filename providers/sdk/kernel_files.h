// What the kernel of a running host tells in files of its values, mounts, swap and modules; and what it will tell once
// an operation was carried out. So kinds read these like any other file, and the same holds on a host that is foreseen.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/operation.h"
#include "providers/sdk/system.h"

namespace plumb {

// "net.ipv4.ip_forward" and "net/ipv4/ip_forward" -> "/proc/sys/net/ipv4/ip_forward". What comes first of "." and "/"
// is what separates, the other one is a part of a name: "net.ipv4.conf.eth0/100.rp_filter". "" for what is no such key.
std::string kernel_value_path(std::string_view key);
// The same key with dots.
std::string kernel_key(std::string_view key);

struct MountedPlace {
  std::string point;
  std::string root;  // the folder of the file system that is seen there: "/"
  std::string type;
  std::string source;
  std::vector<std::string> options;  // of the mount and of the file system
};
// In the order of mounting: of one point the last counts.
Result<std::vector<MountedPlace>> read_mounts(System& system);
// The last that is mounted exactly there; null where none is.
const MountedPlace* mounted_at(const std::vector<MountedPlace>& mounts, std::string_view point);
// The mount that a path lies in.
const MountedPlace* mount_around(const std::vector<MountedPlace>& mounts, std::string_view path);

struct ActiveSwap {
  std::string device;
  int priority = 0;
};
Result<std::vector<ActiveSwap>> read_swaps(System& system);

// Names with "_" for "-", as the kernel has them.
std::string kernel_module_name(std::string_view name);
Result<std::vector<std::string>> read_modules(System& system);

// "UUID=…", "LABEL=…", "PARTUUID=…" and "PARTLABEL=…" as the device that the host has for it, links of devices
// resolved; anything else as it is.
Result<std::string> device_of(const std::string& source, System& system);

// "/srv/my\040disk" and back, as tables of mounts have it.
std::string without_escapes(std::string_view text);
std::string with_escapes(std::string_view text);

// Whether the options ask for another place of a tree that is there already.
bool is_bind(std::string_view options);
// What is mounted for a bind: the mount around the source, and what is seen of it.
std::optional<MountedPlace> bound_place(const std::vector<MountedPlace>& mounts, const std::string& source);

// A file of the kernel and what it holds.
struct KernelFile {
  std::string path;
  std::string text;
};
Result<KernelFile> told_after(const SetKernelValue& set, System& system);
Result<KernelFile> told_after(const ChangeMount& change, System& system);
Result<KernelFile> told_after(const ChangeSwap& change, System& system);  // on, off
Result<KernelFile> told_after(const ChangeModule& change, System& system);

}  // namespace plumb
