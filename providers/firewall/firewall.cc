#include "providers/firewall/firewall.h"

#include <algorithm>
#include <map>

#include "providers/firewall/back_end.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/place_limits.h"
#include "providers/sdk/survey.h"

namespace plumb::providers::firewall {
namespace {

// Where nobody says which, the one that needs nothing but the kernel's own program.
constexpr std::string_view kUsual = "nftables";

// The one that observed it; of what nobody observed the one that is known beforehand.
const BackEnd* back_end_of(const Desired& desired, const Observed& observed) {
  if (const std::string manager = observed.text("manager"); !manager.empty()) return find_back_end(manager);
  if (const BackEnd* named = find_back_end(desired.text("manager"))) return named;
  for (const std::string& brought : texts_in(desired.attribute("brought"))) {
    if (const BackEnd* one = find_back_end(brought)) return one;
  }
  return find_back_end(kUsual);
}

// Told so that the change which the obstacle refuses is never empty.
Observed refused(const Desired& desired, Diagnostic why) {
  Observed observed;
  observed.exists = wants_absent(desired);
  observed.obstacle = std::move(why);
  if (observed.exists) observed.attributes["rules"] = Json::array({desired.text("name")});
  return observed;
}

std::optional<Diagnostic> refusal(const Desired& desired, const BackEnd& back_end) {
  if (!is_policy(desired)) {
    for (const char* setting : kSettings) {
      if (desired.has(setting)) {
        return Diagnostic(Code::kBadValue, std::string("`") + setting + "` is said of `firewall: policy` alone");
      }
    }
    return std::nullopt;
  }
  if (std::string why = wants_absent(desired) ? std::string() : back_end.refuses(desired); !why.empty())
    return Diagnostic(Code::kBadValue, std::move(why));
  return std::nullopt;
}

template <class Collect>
auto of_all(const Desired& desired, const Collect& collect) {
  decltype(collect(*back_ends().front())) all;
  for (const BackEnd* one : possible_back_ends(desired)) {
    for (auto& path : collect(*one)) all.push_back(std::move(path));
  }
  return all;
}

}  // namespace

std::vector<Result<Observed>> FirewallProvider::observe(std::span<const Desired* const> desired, System& system) const {
  PlaceLimits limits(system);
  std::vector<Result<Observed>> results(desired.size());
  std::map<const BackEnd*, std::vector<std::size_t>> by_back_end;
  for (std::size_t i = 0; i < desired.size(); ++i) {
    const Result<const BackEnd*> chosen = choose_back_end(*desired[i], system);
    if (!chosen) {
      results[i] = refused(*desired[i], chosen.error().diagnostic());
    } else if (std::optional<Diagnostic> why = refusal(*desired[i], **chosen)) {
      results[i] = refused(*desired[i], std::move(*why));
    } else {
      by_back_end[*chosen].push_back(i);
    }
  }
  for (const auto& [back_end, places] : by_back_end) {
    std::vector<const Desired*> asked;
    for (const std::size_t i : places) asked.push_back(desired[i]);
    std::vector<Result<Observed>> found = back_end->observe(asked, system);
    for (std::size_t n = 0; n < places.size(); ++n) results[places[n]] = std::move(found[n]);
  }
  for (std::size_t i = 0; i < desired.size(); ++i) {
    if (!results[i] || results[i]->obstacle) continue;
    if (Result<> noted = limits.note(*desired[i], diff(*desired[i], *results[i]), *results[i]); !noted)
      results[i] = std::move(noted.error());
  }
  return results;
}

Change FirewallProvider::diff(const Desired& desired, const Observed& observed) const {
  const BackEnd* back_end = back_end_of(desired, observed);
  return back_end == nullptr ? Change() : back_end->diff(desired, observed);
}

// With the rules, by which it is known what is to go.
Observed FirewallProvider::as_declared(const Desired& desired) const {
  Observed observed = Provider::as_declared(desired);
  if (!observed.exists) return observed;
  observed.attributes.update(asked_for(desired));
  if (const BackEnd* back_end = back_end_of(desired, observed)) observed.attributes["manager"] = back_end->name();
  return observed;
}

std::vector<Address> FirewallProvider::infers(const Desired& desired) const {
  std::vector<Address> edges;
  for (const BackEnd* one : possible_back_ends(desired)) edges.push_back({"", "package", std::string(one->name())});
  // Its program asks the service for what runs.
  if (desired.text("manager", "firewalld") == "firewalld") edges.push_back({"", "service", "firewalld"});
  for (const std::string& path : manages_paths(desired)) {
    for (Address& edge : infer_path_edges({}, path)) {
      if (std::find(edges.begin(), edges.end(), edge) == edges.end()) edges.push_back(std::move(edge));
    }
  }
  return edges;
}

std::vector<std::string> FirewallProvider::claims(const Desired& desired) const {
  if (is_policy(desired)) return {"the firewall's policy" + (desired.has("zone") ? " of " + desired.text("zone") : "")};
  const Result<Rule> rule = rule_of(desired);
  if (!rule) return {};
  return {"the firewall's rule for " + matched_by(*rule)};
}

std::vector<std::string> FirewallProvider::manages_paths(const Desired& desired) const {
  return of_all(desired, [&](const BackEnd& one) { return one.manages_paths(desired); });
}

std::vector<std::string> FirewallProvider::replaces_paths(const Desired& desired) const {
  return manages_paths(desired);
}

std::vector<std::string> FirewallProvider::edits_paths(const Desired& desired) const {
  return of_all(desired, [&](const BackEnd& one) { return one.edits_paths(desired); });
}

std::vector<ImpliedPath> FirewallProvider::implies_paths(const Desired& desired) const {
  return of_all(desired, [&](const BackEnd& one) { return one.implies_paths(desired); });
}

std::string FirewallProvider::cuts_line(const Desired&, const Observed& observed) const {
  return observed.text("cuts");
}

std::string FirewallProvider::remedy(const Desired&, const Missing& missing) const {
  if (missing.what.kind == "firewall")
    return "that rule lets the logins in over which this host is reached: declare it before";
  return "a `package` before it brings the program; `manager` says which: nftables, ufw or firewalld";
}

void FirewallProvider::complete(Desired& desired, std::span<const Desired> host, const SecretOf&) const {
  note_packages(desired, host);
  note_allowing(desired, host);
}

std::optional<Desired> FirewallProvider::restore(const Desired& desired, const Observed& before) const {
  const BackEnd* back_end = back_end_of(desired, before);
  return back_end == nullptr ? std::nullopt : back_end->restore(desired, before);
}

void survey(const SurveyedHost& host, Survey& found) {
  const Result<const BackEnd*> back_end = choose_back_end({}, host.system);
  if (back_end) (*back_end)->survey(host, found);
}

void add_to(Registry& registry) {
  registry.add(
      {.name = "firewall",
       .provider = make_provider<FirewallProvider>(),
       .operations = OperationSet::of<ChangeFirewall, EditFile, MakeDirectory, Remove>(),
       // What programs change in their own files is not foreseen.
       .judged = {"running", "rules", "running_rules", "incoming", "outgoing", "forwarded", "enabled", "logging"},
       .confirmable = true,
       .adoption = {survey, "network"}});
  for (const BackEnd* back_end : back_ends()) registry.managers().add(*back_end);
}

}  // namespace plumb::providers::firewall
