#include "engine/exec/item_locks.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <tuple>

#include <unistd.h>

#include "engine/base/glob.h"
#include "engine/base/in_order.h"
#include "engine/base/json.h"
#include "engine/exec/record.h"

namespace plumb::exec {
namespace {

constexpr const char* kLocksFormat = "locks/v1";
constexpr std::size_t kMaxLocks = std::size_t{4} << 20;
constexpr std::int64_t kLongest = std::int64_t{366} * 24 * 3600;

std::string locks_path(const StateFolder& folder) {
  return folder.path() + "/locks.json";
}

Json to_json(const wire::ItemLock& lock) {
  return {{"items", lock.items},
          {"owner", lock.owner},
          {"reason", lock.reason},
          {"since", lock.since},
          {"until", lock.until}};
}

std::optional<wire::ItemLock> lock_from_json(const Json& json) {
  wire::ItemLock lock;
  const std::array<std::pair<const char*, std::string*>, 5> members = {{{"items", &lock.items},
                                                                        {"owner", &lock.owner},
                                                                        {"reason", &lock.reason},
                                                                        {"since", &lock.since},
                                                                        {"until", &lock.until}}};
  if (!json.is_object()) return std::nullopt;
  for (const auto& [name, value] : members) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_string()) return std::nullopt;
    *value = found->get<std::string>();
  }
  return lock;
}

Error damaged(const std::string& path) {
  return fail(Code::kDamagedRecord, "the locks on the host cannot be read: " + path)
      .hint("look at the file; `plumb unlock --force` for this host removes it");
}

bool has_file(const StateFolder& folder) {
  struct stat info {};
  return folder.files().stat(locks_path(folder), false, info) == 0 || errno != ENOENT;
}

// The list must be readable altogether: a lock that is lost would let something be changed.
Result<std::vector<wire::ItemLock>> read(const StateFolder& folder) {
  const std::string path = locks_path(folder);
  if (!has_file(folder)) return std::vector<wire::ItemLock>();
  const Result<Json> json = parse_json(read_small(folder.files(), path, kMaxLocks), Code::kDamagedRecord);
  if (!json || !json->is_object() || json->value("plumb", Json()) != kLocksFormat || !json->contains("locks") ||
      !(*json)["locks"].is_array()) {
    return damaged(path);
  }
  std::vector<wire::ItemLock> locks;
  for (const Json& item : (*json)["locks"]) {
    std::optional<wire::ItemLock> lock = lock_from_json(item);
    if (!lock) return damaged(path);
    locks.push_back(std::move(*lock));
  }
  return locks;
}

Result<> write(const StateFolder& folder, const std::vector<wire::ItemLock>& locks) {
  if (locks.empty()) {
    if (!has_file(folder)) return {};
    PLUMB_TRY_ASSIGN(const Place place, folder.files().place(locks_path(folder)));
    if (::unlinkat(place.folder.get(), place.name.c_str(), 0) != 0 && errno != ENOENT)
      return os_error("remove", locks_path(folder));
    return sync_folder(folder.files(), folder.path());
  }
  Json list = Json::array();
  for (const wire::ItemLock& lock : locks) list.push_back(to_json(lock));
  const Json document = {{"plumb", kLocksFormat}, {"locks", std::move(list)}};
  PLUMB_TRY(folder.make());
  return replace_file(folder.files(), locks_path(folder), canonical(document));
}

bool is_asked_for(const wire::ItemLock& lock, const wire::ChangeLocks& request) {
  if (std::find(request.unlock.begin(), request.unlock.end(), lock.items) != request.unlock.end()) return true;
  return request.unlock_all && (request.force || lock.owner == request.owner);
}

}  // namespace

Result<std::vector<wire::ItemLock>> locks_in_force(const StateFolder& folder) {
  PLUMB_TRY_ASSIGN(std::vector<wire::ItemLock> locks, read(folder));
  const std::string now = now_rfc3339();
  std::erase_if(locks, [&now](const wire::ItemLock& lock) { return lock.until <= now; });
  return locks;
}

const wire::ItemLock* lock_on(const std::vector<wire::ItemLock>& locks, const std::string& address,
                              const std::vector<std::string>& also) {
  const auto found = std::find_if(locks.begin(), locks.end(), [&](const wire::ItemLock& lock) {
    return address_matches(lock.items, address) || std::any_of(also.begin(), also.end(), [&](const std::string& other) {
             return address_matches(lock.items, other);
           });
  });
  return found == locks.end() ? nullptr : &*found;
}

Result<wire::Locks> change_locks(const StateFolder& folder, const wire::ChangeLocks& request) {
  if (request.seconds < 0 || request.seconds > kLongest || (!request.lock.empty() && request.seconds == 0)) {
    return fail(Code::kProtocol, "a lock lasts a second at least and a year at most");
  }
  Result<std::vector<wire::ItemLock>> known = locks_in_force(folder);
  const bool clears = request.unlock_all && request.force;
  if (!known && !clears) return known.error();
  wire::Locks answer;
  for (wire::ItemLock& lock : known ? *known : answer.locks) {
    const bool lift = is_asked_for(lock, request);
    if (lift && !request.force && lock.owner != request.owner) {
      return fail(Code::kItemLocked, "the lock on " + lock.items + " is not " + request.owner + "'s but " + lock.owner +
                                         "'s, until " + lock.until + ": " + lock.reason)
          .hint("ask them, or lift it with --force");
    }
    const bool replaced = lock.owner == request.owner &&
                          std::find(request.lock.begin(), request.lock.end(), lock.items) != request.lock.end();
    if (!replaced) (lift ? answer.lifted : answer.locks).push_back(std::move(lock));
  }
  const std::string now = now_rfc3339();
  const std::string until = rfc3339_after(std::chrono::seconds(request.seconds));
  for (const std::string& items : request.lock) {
    answer.locks.push_back({items, request.owner, request.reason, now, until});
  }
  put_in_order(answer.locks, [](const wire::ItemLock& a, const wire::ItemLock& b) {
    return std::tie(a.items, a.owner) < std::tie(b.items, b.owner);
  });
  if (!request.lock.empty() || !answer.lifted.empty() || clears) PLUMB_TRY(write(folder, answer.locks));
  return answer;
}

}  // namespace plumb::exec
