#include "providers/databases/grants.h"

#include <algorithm>
#include <map>

#include "engine/base/joined.h"
#include "providers/databases/kinds.h"

namespace plumb::providers::databases {
namespace {

constexpr const char* kAll = "ALL";

bool shares(const std::vector<std::string>& one, const std::vector<std::string>& other) {
  if (is_among(one, kAll) || is_among(other, kAll)) return true;
  return std::any_of(one.begin(), one.end(), [&](const std::string& word) { return is_among(other, word); });
}

// Whether the first takes away of the second what it does not name.
bool takes_others(const Desired& one, const Desired& other) {
  if (!one.flag("exact", false)) return false;
  const std::vector<std::string> named = asked_privileges(one), asked = asked_privileges(other);
  if (is_among(named, kAll)) return false;
  return std::any_of(asked.begin(), asked.end(), [&](const std::string& word) { return !is_among(named, word); });
}

// Of two that speak of the same: whether only one of them can be had.
bool contradict(const Desired& one, const GrantScope& of_one, const Desired& other, const GrantScope& of_other) {
  const bool goes = wants_absent(one);
  if (goes != wants_absent(other)) return shares(asked_privileges(one), asked_privileges(other));
  if (goes) return false;
  const bool handing_on = of_one.passes_on && of_other.passes_on && *of_one.passes_on != *of_other.passes_on;
  return handing_on || takes_others(one, other) || takes_others(other, one);
}

}  // namespace

std::vector<std::string> asked_privileges(const Desired& desired) {
  std::vector<std::string> asked = texts_in(desired.attribute("privileges"));
  std::sort(asked.begin(), asked.end());
  return asked.empty() || is_among(asked, kAll) ? std::vector<std::string>{kAll} : asked;
}

bool is_among(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

void note_contradictions(std::span<const Desired* const> desired, const std::vector<GrantScope>& scopes,
                         std::vector<Result<Observed>>& results) {
  std::map<std::string, std::vector<std::size_t>> together;
  for (std::size_t i = 0; i < desired.size(); ++i) {
    std::vector<std::size_t>& earlier = together[scopes[i].where];
    for (const std::size_t other : earlier) {
      const bool meet = results[other] && shares(scopes[other].things, scopes[i].things);
      if (meet && contradict(*desired[other], scopes[other], *desired[i], scopes[i]))
        results[other]->undone_by = desired[i]->address.str();
    }
    earlier.push_back(i);
  }
}

bool spare_grant(Desired& going, const GrantScope& of_going, const Desired& other, const GrantScope& of_other) {
  const std::vector<std::string> goes = asked_privileges(going), stays = asked_privileges(other);
  const bool meet = of_going.where == of_other.where && shares(of_going.things, of_other.things);
  if (wants_absent(other) || !meet || !shares(goes, stays)) return true;
  // Of all that there are, and on some of the things alone, no one grant says what is left.
  const bool covers = is_among(of_other.things, kAll) ||
                      std::all_of(of_going.things.begin(), of_going.things.end(), [&](const std::string& thing) {
                        return thing != kAll && is_among(of_other.things, thing);
                      });
  if (!covers || is_among(goes, kAll) || is_among(stays, kAll)) return false;
  std::vector<std::string> left = goes;
  std::erase_if(left, [&](const std::string& one) { return is_among(stays, one); });
  going.attributes["privileges"] = left;
  return !left.empty();
}

std::optional<Desired> grant_again(const Desired& desired, const Observed& before, const Change& change) {
  Desired again = *again_as_before(desired, before, change, {});
  const std::vector<std::string> had = texts_in(member_of(change.before, "privileges"));
  std::vector<std::string> came = texts_in(member_of(change.after, "privileges"));
  if (change.op != Op::kDelete) {
    if (std::any_of(had.begin(), had.end(), [&](const std::string& one) { return !is_among(came, one); }))
      return std::nullopt;
    std::erase_if(came, [&](const std::string& one) { return is_among(had, one); });
  }
  again.attributes["state"] = change.op == Op::kDelete ? "present" : "absent";
  again.attributes["privileges"] = change.op == Op::kDelete ? had : came;
  return again.attributes["privileges"].empty() ? std::nullopt : std::optional(std::move(again));
}

}  // namespace plumb::providers::databases
