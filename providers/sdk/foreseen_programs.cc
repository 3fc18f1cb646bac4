// What programs leave, as far as they say it of themselves.
#include "providers/sdk/foreseen_system.h"
#include "providers/sdk/ownership.h"

namespace plumb {

Error ForeseenSystem::not_known(const std::string& place, std::size_t who) {
  met_unknown_.insert(who);
  return fail(Code::kCannotObserve, "what will be at " + place + " is not known before it is there");
}

bool ForeseenSystem::leaves_out_program() {
  if (!runs_programs_) left_out_program_ = true;
  return !runs_programs_;
}

// One that is not there may come.
std::string ForeseenSystem::find_program(const std::string& name) {
  std::string found = now_.find_program(name);
  if (found.empty()) (void)leaves_out_program();
  return found;
}

Result<std::string> ForeseenSystem::ask(const Probe& probe) {
  if (leaves_out_program()) return fail(Code::kCannotObserve, "only files are looked at");
  return now_.ask(probe);
}

Result<ProcessResult> ForeseenSystem::run_program(const ProcessRequest& request) {
  if (leaves_out_program()) return fail(Code::kCannotObserve, "only files are looked at");
  if (const std::set<std::size_t> who = who_touched(request.about); !who.empty())
    return not_known(request.about.front(), *who.rbegin());
  if (const std::optional<std::size_t> who = who_touched_account(request.user)) {
    met_unknown_.insert(*who);
    return fail(Code::kCannotObserve, "no program can be run as " + request.user + " before that one is there");
  }
  return now_.run(request);
}

// By its name or its number, then or now.
std::optional<std::size_t> ForeseenSystem::who_touched_account(const std::string& user) {
  if (user.empty() || accounts_.empty()) return std::nullopt;
  std::set<std::string> names = {user};
  for (const auto& [name, account] : users_) {
    const std::optional<Account> before = now_.user_by_name(name);
    if ((account && std::to_string(account->uid) == user) || (before && std::to_string(before->uid) == user))
      names.insert(name);
  }
  const std::set<std::size_t> who = who_touched_accounts(names);
  return who.empty() ? std::nullopt : std::optional(*who.rbegin());
}

bool ForeseenSystem::is_open(const std::string& place) const {
  if (const auto known = entries_.find(place); known != entries_.end()) return known->second.unknown.has_value();
  for (std::string folder = parent_of(place); folder != "/"; folder = parent_of(folder)) {
    const auto known = entries_.find(folder);
    if (known != entries_.end()) return known->second.unknown || known->second.filled;
  }
  return false;
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

Result<> ForeseenSystem::expect_filled(const std::string& path, const Ownership& of_new, std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::string place, place_behind(path));
  PLUMB_TRY_ASSIGN(std::optional<Entry> entry, at(place));
  if (entry && entry->info->type != FileType::kDirectory)
    return fail(Code::kRefusedByState, path + " is there by then and is no folder");
  PLUMB_TRY_ASSIGN(const FileInfo above, folder_above(place));
  if (entry) {
    PLUMB_TRY_ASSIGN(entry->beyond, beyond_mode(place, false));
  } else {
    entry.emplace();
    entry->info = fresh(FileType::kDirectory, 0755, above);
    dress(*entry->info, of_new);
  }
  entry->filled = who;
  // Any link in it may be another.
  lead_elsewhere();
  put(place, std::move(*entry), who);
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
    if (entry.filled != who) continue;
    entry.filled.reset();
    entry.fresh = true;
  }
}

}  // namespace plumb
