#include "engine/report/told_groups.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>

#include "engine/base/digest.h"
#include "engine/report/plan_action_text.h"
#include "engine/report/plan_groups.h"
#include "engine/report/plan_risks.h"

namespace plumb::report {
namespace {

// The beginnings of digests that a text shows, "sha256:5eb63bbbe01e…", without what tells them apart.
std::string without_digests(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  constexpr std::string_view kCut = "…";
  std::string out;
  for (std::size_t at = text.find(kPrefix); at != std::string_view::npos; at = text.find(kPrefix)) {
    const std::size_t begin = at + kPrefix.size();
    const std::size_t end = std::min(text.find_first_not_of("0123456789abcdef", begin), text.size());
    out.append(text.substr(0, text.substr(end).starts_with(kCut) ? begin : end));
    text.remove_prefix(end);
  }
  return out.append(text);
}

}  // namespace

std::vector<ToldGroup> told_groups(const plan::Plan& plan, const PlanTextOptions& options) {
  std::vector<ToldGroup> told;
  std::map<std::string, std::size_t> places;  // by the digest of what the text says apart from digests
  const std::vector<ActionsOfHosts> lists = distinct_lists(plan);
  std::size_t at_hand = lists.size();
  std::shared_ptr<const plan::Actions> actions;
  for (ActionGroup& group : riskiest_first(lists)) {
    if (group.list != at_hand) actions = lists[group.list].actions->get();
    at_hand = group.list;
    std::string text;
    for (const std::size_t position : group.positions) text += action_text((*actions)[position], plan, options);
    std::string plain = options.full ? std::string() : without_digests(text);
    const auto [place, is_new] = places.try_emplace(digest(options.full ? text : plain), told.size());
    if (is_new || options.full) {
      told.push_back({std::move(group.hosts), std::move(text), 1});
      continue;
    }
    ToldGroup& known = told[place->second];
    known.hosts.insert(known.hosts.end(), group.hosts.begin(), group.hosts.end());
    known.text = std::move(plain);
    ++known.versions;
  }
  for (ToldGroup& group : told) std::sort(group.hosts.begin(), group.hosts.end());
  return told;
}

}  // namespace plumb::report
