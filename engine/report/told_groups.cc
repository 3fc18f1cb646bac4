#include "engine/report/told_groups.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>

#include "engine/base/digest.h"
#include "engine/report/plan_action_text.h"
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

// A name that is a common word or a number, as `web` or what an address begins with, may stand for anything.
bool is_telling(std::string_view name) {
  constexpr std::string_view kDigits = "0123456789";
  const bool number = name.find_first_not_of(kDigits) == std::string_view::npos;
  return !number && (name.find('.') != std::string_view::npos || name.find_first_of(kDigits) != std::string_view::npos);
}

bool is_of_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// What sets a colour ends with a letter that is none of the text.
bool ends_with_colour(std::string_view text) {
  if (!text.ends_with('m')) return false;
  const std::size_t at = text.find_last_not_of("0123456789;", text.size() - 2);
  return at != std::string_view::npos && text.substr(0, at + 1).ends_with("\033[");
}

// The name where it stands as a word, also as a part of a longer name with dots: of a file, of another domain.
std::string with_stand_in(std::string_view text, std::string_view name, std::string_view stand_in) {
  std::string out;
  std::size_t from = 0;
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, from)) {
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || !is_of_word(text[at - 1]) || ends_with_colour(text.substr(0, at));
    const bool is_word = begins && (end == text.size() || !is_of_word(text[end]));
    out.append(text.substr(from, at - from)).append(is_word ? stand_in : name);
    from = end;
  }
  return out.append(text.substr(from));
}

constexpr std::string_view kHost = "<host>";
constexpr std::string_view kHostname = "<hostname>";

// `<host>` for the host's name, `<hostname>` for what stands before its first dot.
std::string without_names(std::string_view text, std::string_view host) {
  std::string out = is_telling(host) ? with_stand_in(text, host, kHost) : std::string(text);
  const std::string_view first = host.substr(0, host.find('.'));
  return first != host && is_telling(first) ? with_stand_in(out, first, kHostname) : out;
}

// Whether the stand-ins stand there themselves: such a change is not told with one in which they stand for names.
bool has_stand_ins(const std::vector<ToldAction>& actions) {
  return std::any_of(actions.begin(), actions.end(), [](const ToldAction& action) {
    return action.text.find(kHost) != std::string::npos || action.text.find(kHostname) != std::string::npos;
  });
}

// What the actions say on whichever of the hosts.
std::vector<ToldAction> in_common(const std::vector<ToldAction>& actions, const std::vector<std::string>& hosts) {
  if (hosts.size() > 1 || has_stand_ins(actions)) {
    std::vector<ToldAction> common = actions;
    for (ToldAction& action : common) action.text = without_digests(action.text);
    return common;
  }
  std::vector<ToldAction> common;
  common.reserve(actions.size());
  for (const ToldAction& action : actions) {
    common.push_back(
        {without_names(action.address, hosts.front()), without_names(without_digests(action.text), hosts.front())});
  }
  return common;
}

// `own`: the same before anything was left out.
std::string digest_of(const std::vector<ToldAction>& actions, const std::vector<ToldAction>& own) {
  std::string all(has_stand_ins(own) ? 1 : 0, '\0');
  for (const ToldAction& action : actions) all += action.text + '\0';
  return digest(all);
}

}  // namespace

std::vector<ToldGroup> told_groups(const plan::Plan& plan, const std::vector<ActionsOfHosts>& lists,
                                   const PlanTextOptions& options) {
  std::vector<ToldGroup> told;
  std::map<std::string, std::size_t> places;  // by the digest of what the texts have in common
  std::size_t at_hand = lists.size();
  std::shared_ptr<const plan::Actions> actions;
  for (ActionGroup& group : riskiest_first(lists)) {
    if (group.list != at_hand) actions = lists[group.list].actions->get();
    at_hand = group.list;
    std::vector<ToldAction> own;
    own.reserve(group.positions.size());
    for (const std::size_t position : group.positions) {
      const plan::Action& action = (*actions)[position];
      own.push_back({action.desired.address.str(), action_text(action, plan, options)});
    }
    if (!options.full) {
      std::vector<ToldAction> common = in_common(own, group.hosts);
      const auto [place, is_new] = places.try_emplace(digest_of(common, own), told.size());
      if (!is_new) {
        ToldGroup& known = told[place->second];
        known.hosts.insert(known.hosts.end(), group.hosts.begin(), group.hosts.end());
        known.actions = std::move(common);
        ++known.versions;
        continue;
      }
    }
    told.push_back({std::move(group.hosts), group.list, std::move(group.positions), std::move(own), 1});
  }
  for (ToldGroup& group : told) std::sort(group.hosts.begin(), group.hosts.end());
  return told;
}

std::string versions_text(const ToldGroup& group) {
  return group.versions > 1 ? "in " + std::to_string(group.versions) + " versions" : "";
}

}  // namespace plumb::report
