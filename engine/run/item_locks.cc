#include "engine/run/item_locks.h"

#include <algorithm>
#include <set>

#include "engine/base/glob.h"
#include "engine/base/joined.h"
#include "engine/base/nearest.h"

namespace plumb::run {
namespace {

std::size_t common_prefix(const std::string& a, const std::string& b) {
  const auto [end, unused] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(end - a.begin());
}

// The one that is spelt most like it, then those that begin like it.
std::string near_addresses(const std::string& selector, const std::set<std::string>& addresses) {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> all(addresses.begin(), addresses.end());
  std::vector<std::string> near;
  if (std::string one = nearest(selector, all); !one.empty()) near.push_back(std::move(one));
  std::stable_sort(all.begin(), all.end(), [&](const std::string& a, const std::string& b) {
    return common_prefix(selector, a) > common_prefix(selector, b);
  });
  for (const std::string& address : all) {
    if (near.size() >= kMost || common_prefix(selector, address) == 0) break;
    if (std::find(near.begin(), near.end(), address) == near.end()) near.push_back(address);
  }
  return joined(near);
}

}  // namespace

std::map<std::string, MatchedItems> match_items(const std::map<std::string, const ir::HostGraph*>& graphs,
                                                const std::vector<std::string>& selectors, Diagnostics& diagnostics) {
  std::map<std::string, MatchedItems> result;
  std::set<std::string> matched;
  std::set<std::string> addresses;
  for (const auto& [host, graph] : graphs) {
    for (const ir::Node& node : graph->nodes) {
      const std::string address = node.desired.address.str();
      for (const std::string& selector : selectors) {
        if (!node.is_meant_by(selector)) continue;
        result[host][selector].push_back(address);
        matched.insert(selector);
      }
      for (std::string& one : node.addresses()) addresses.insert(std::move(one));
    }
  }
  for (const std::string& selector : selectors) {
    if (matched.contains(selector)) continue;
    const std::string near = near_addresses(selector, addresses);
    diagnostics.add(Diagnostic(Code::kNothingToLock, "`" + selector + "` matches no resource of these hosts")
                        .with_hint(near.empty() ? "`plumb graph` lists the addresses" : "near it: " + near));
  }
  return result;
}

}  // namespace plumb::run
