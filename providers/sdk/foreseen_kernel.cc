// What operations on the running kernel leave, in what it tells of itself.
#include "providers/sdk/foreseen_system.h"
#include "providers/sdk/ownership.h"

namespace plumb {

Result<> ForeseenSystem::tell(const KernelFile& file, std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::string place, place_behind(file.path));
  PLUMB_TRY_ASSIGN(std::optional<Entry> entry, at(place));
  if (!entry) entry = Entry{fresh(FileType::kFile, 0644, FileInfo{}), {}, false};
  entry->bytes = {{}, file.text, {}};
  put(place, std::move(*entry), who);
  return {};
}

Result<> ForeseenSystem::carry_out_one(const SetKernelValue& set, std::size_t who) {
  PLUMB_TRY_ASSIGN(const KernelFile told, told_after(set, *this));
  return tell(told, who);
}

// What lies in what comes to be mounted nobody knows, but that a file system in memory is empty at first; nor what a
// mount hid that goes.
Result<> ForeseenSystem::carry_out_one(const ChangeMount& change, std::size_t who) {
  PLUMB_TRY_ASSIGN(const KernelFile told, told_after(change, *this));
  PLUMB_TRY(tell(told, who));
  if (change.verb == "remount") return {};
  if (change.verb == "mount") {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> there, stat(change.point, true));
    if (!there) PLUMB_TRY(carry_out_one(MakeDirectory{change.point, {}, true}, who));
  }
  PLUMB_TRY_ASSIGN(const std::string place, place_behind(change.point));
  if (change.verb != "mount" || (change.type != "tmpfs" && change.type != "ramfs")) {
    leave_unknown(place, who);
    return {};
  }
  Entry entry;
  entry.info = fresh(FileType::kDirectory, 01777, FileInfo{});
  entry.info->uid = entry.info->gid = 0;
  entry.info->device = ~std::uint64_t{0} - made_;
  entry.fresh = true;
  put(place, std::move(entry), who);
  return {};
}

Result<> ForeseenSystem::carry_out_one(const ChangeSwap& change, std::size_t who) {
  if (change.verb == "make") {
    EditFile made;
    made.path = change.device;
    made.create = true;
    made.mode = "0600";
    PLUMB_TRY(carry_out_one(made, who));
    PLUMB_TRY_ASSIGN(const std::string place, place_of(change.device));
    entries_[place].info->size = static_cast<std::uint64_t>(change.mebibytes) << 20U;
    return {};
  }
  PLUMB_TRY_ASSIGN(const KernelFile told, told_after(change, *this));
  return tell(told, who);
}

Result<> ForeseenSystem::carry_out_one(const ChangeModule& change, std::size_t who) {
  PLUMB_TRY_ASSIGN(const KernelFile told, told_after(change, *this));
  return tell(told, who);
}

}  // namespace plumb
