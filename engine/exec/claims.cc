#include "engine/exec/claims.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>

#include "engine/exec/record.h"

namespace plumb::exec {
namespace {

// The others that have a record, sorted.
std::vector<std::string> other_projects(const RootFiles& files, const std::string& project) {
  std::vector<std::string> names;
  const std::string common = StateFolder::common_path(files);
  UniqueFd fd = files.open(common, O_RDONLY | O_DIRECTORY);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(fd ? ::fdopendir(fd.get()) : nullptr, ::closedir);
  if (!entries) return names;
  fd.release();
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string name = entry->d_name;
    struct stat info {};
    if (name == project || !StateFolder::of(files, name)) continue;
    if (files.stat(common + "/" + name + "/record.json", false, info) == 0 && S_ISREG(info.st_mode))
      names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Address without_module(Address address) {
  address.module.clear();
  return address;
}

// Those of a record's addresses that are one of these things.
std::vector<std::string> held(const HostRecord& record, const std::set<Address>& things) {
  std::vector<std::string> addresses;
  for (const auto& [text, unused] : record.resources) {
    const Result<Address> address = Address::parse(text);
    if (address && things.contains(without_module(*address))) addresses.push_back(text);
  }
  return addresses;
}

// As they stand in a record, without their quotes.
std::set<std::string, std::less<>> keys_of(const std::set<Address>& things) {
  std::set<std::string, std::less<>> keys;
  for (const Address& thing : things) {
    const std::string quoted = canonical(Json(thing.str()));
    keys.insert(quoted.substr(1, quoted.size() - 2));
  }
  return keys;
}

// A host may have many records, and few of them are worth reading in full.
bool mentions(std::string_view record, const std::set<std::string, std::less<>>& keys) {
  for (std::size_t begin = record.find('"'); begin != std::string_view::npos; begin = record.find('"', begin)) {
    std::size_t end = ++begin;
    while (end < record.size() && record[end] != '"') end += record[end] == '\\' ? 2 : 1;
    const std::string_view text = record.substr(begin, std::min(end, record.size()) - begin);
    begin = end + 1;
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) continue;
    const std::size_t slash = text.rfind('/', colon);
    if (keys.contains(slash == std::string_view::npos ? text : text.substr(slash + 1))) return true;
  }
  return false;
}

std::set<Address> set_of(std::span<const Address> things) {
  std::set<Address> all;
  for (const Address& thing : things) all.insert(without_module(thing));
  return all;
}

}  // namespace

std::vector<wire::Claim> claims_of_others(const RootFiles& files, const std::string& project,
                                          std::span<const Address> things) {
  std::vector<wire::Claim> claims;
  const std::vector<std::string> others = other_projects(files, project);
  if (others.empty()) return claims;
  const std::set<Address> asked = set_of(things);
  const auto keys = keys_of(asked);
  for (const std::string& other : others) {
    const Result<StateFolder> folder = StateFolder::of(files, other);
    if (!folder || !mentions(read_small(files, folder->path() + "/record.json", kMaxRecord), keys)) continue;
    // Whatever its journal says more: what one is about is in the record once a run has ended.
    const HostRecord record = load_record(*folder, JournalOf::kWorkingRun);
    std::vector<std::string> addresses = held(record, asked);
    if (addresses.empty()) continue;
    claims.push_back({other, std::move(addresses), record.last.run, record.last.who, record.last.when});
  }
  return claims;
}

Result<> take_over(const RootFiles& files, const std::string& project, std::span<const Address> things) {
  const std::set<Address> taken = set_of(things);
  const auto keys = keys_of(taken);
  for (const std::string& other : other_projects(files, project)) {
    PLUMB_TRY_ASSIGN(const StateFolder folder, StateFolder::of(files, other));
    if (!mentions(read_small(files, folder.path() + "/record.json", kMaxRecord), keys)) continue;
    RunLog log(folder);
    const std::vector<std::string> addresses = held(log.record(), taken);
    for (const std::string& address : addresses) log.record().resources.erase(address);
    if (!addresses.empty()) PLUMB_TRY(log.save());
  }
  return {};
}

}  // namespace plumb::exec
