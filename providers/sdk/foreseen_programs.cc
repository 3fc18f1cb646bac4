// What programs leave, as far as they say it of themselves.
#include "providers/sdk/foreseen_system.h"
#include "providers/sdk/ownership.h"

namespace plumb {

Error ForeseenSystem::not_known(const std::string& place, std::size_t who) {
  met_unknown_.insert(who);
  return fail(Code::kCannotObserve, "what a program leaves at " + place + " is not known before it has run");
}

void ForeseenSystem::leave_unknown(const std::string& place, std::size_t who) {
  take_away(place, who);
  entries_[place].unknown = who;
}

Result<> ForeseenSystem::expect_made(const std::string& path, std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::string place, place_of(path));
  PLUMB_TRY_ASSIGN(const std::optional<Entry> old, at(place));
  // A link that leads nowhere may stay one.
  if (old && old->info->type == FileType::kLink) {
    PLUMB_TRY_ASSIGN(const std::string behind, place_behind(path));
    if (behind != "/") leave_unknown(behind, who);
  }
  std::string made = place;
  for (std::string folder = parent_of(place); folder != "/"; folder = parent_of(folder)) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, step(folder));
    if (info && info->type == FileType::kDirectory) break;
    if (info) {
      Entry entry;
      entry.info = fresh(FileType::kDirectory, 0755, FileInfo{});
      entry.fresh = true;
      put(folder, std::move(entry), who);
      break;
    }
    made = folder;
  }
  leave_unknown(made, who);
  return {};
}

Result<> ForeseenSystem::expect_gone(const std::string& path, std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::string place, place_of(path));
  PLUMB_TRY_ASSIGN(const std::optional<Entry> old, at(place));
  if (!old) return {};
  if (old->info->type != FileType::kLink) {
    take_away(place, who);
    return {};
  }
  // The link goes, or what it leads to.
  PLUMB_TRY_ASSIGN(const std::string behind, place_behind(path));
  if (behind != "/") leave_unknown(behind, who);
  leave_unknown(place, who);
  return {};
}

void ForeseenSystem::take_unknown_as_gone(std::size_t who) {
  for (auto& [place, entry] : entries_) {
    if (entry.unknown == who) entry.unknown.reset();
  }
}

}  // namespace plumb
