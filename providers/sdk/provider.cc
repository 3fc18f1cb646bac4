#include "providers/sdk/provider.h"

#include <array>
#include <utility>

namespace plumb {
namespace {

constexpr std::array<std::pair<Op, std::string_view>, 9> kOps = {{{Op::kNone, "none"},
                                                                  {Op::kCreate, "create"},
                                                                  {Op::kUpdate, "update"},
                                                                  {Op::kReplace, "replace"},
                                                                  {Op::kDelete, "delete"},
                                                                  {Op::kRun, "run"},
                                                                  {Op::kRestart, "restart"},
                                                                  {Op::kReload, "reload"},
                                                                  {Op::kVerify, "verify"}}};

constexpr std::array<std::pair<Fidelity, std::string_view>, 3> kFidelities = {
    {{Fidelity::kExact, "exact"}, {Fidelity::kBounded, "bounded"}, {Fidelity::kOpaque, "opaque"}}};

constexpr std::array<std::pair<ObstacleGoes, std::string_view>, 4> kObstaclesGo = {
    {{ObstacleGoes::kWithWhatItIsAbout, "with_what_it_is_about"},
     {ObstacleGoes::kWithItsPath, "with_its_path"},
     {ObstacleGoes::kWithAnything, "with_anything"},
     {ObstacleGoes::kNever, "never"}}};

template <class Table, class Value>
std::string_view name_in(const Table& table, Value value) {
  for (const auto& [entry, text] : table) {
    if (entry == value) return text;
  }
  return {};
}

template <class Value, std::size_t size>
std::optional<Value> value_named(const std::array<std::pair<Value, std::string_view>, size>& table,
                                 std::string_view name) {
  for (const auto& [entry, text] : table) {
    if (text == name) return entry;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(Op op) {
  return name_in(kOps, op);
}
std::optional<Op> op_from_name(std::string_view name) {
  return value_named(kOps, name);
}
std::string_view name(Fidelity fidelity) {
  return name_in(kFidelities, fidelity);
}
std::optional<Fidelity> fidelity_from_name(std::string_view name) {
  return value_named(kFidelities, name);
}

std::string_view name(ObstacleGoes goes) {
  return name_in(kObstaclesGo, goes);
}
std::optional<ObstacleGoes> obstacle_goes_from_name(std::string_view name) {
  return value_named(kObstaclesGo, name);
}

bool wants_absent(const Desired& desired) {
  const Json& state = desired.attribute("state");
  return state.is_string() && state.get_ref<const std::string&>() == "absent";
}

std::size_t Provider::most_values(const Desired&) const {
  return kUsualValues;
}
std::vector<Address> Provider::infers(const Desired&) const {
  return {};
}
std::vector<Address> Provider::provides(const Desired&) const {
  return {};
}

std::string Provider::why_passed_over(const Desired&, const Observed&) const {
  return {};
}

bool Provider::makes(const Desired&, const Observed&, const Address&) const {
  return true;
}
bool Provider::may_bring(const Desired&, const Observed&, const Address&) const {
  return false;
}
bool Provider::follows_from(const Desired&, const Observed&, const std::string&, const std::string*) const {
  return false;
}
std::optional<Diagnostic> Provider::contradicted_by(const Desired&, const Observed&, const std::string&,
                                                    const std::string&) const {
  return std::nullopt;
}
std::vector<std::string> Provider::manages_paths(const Desired&) const {
  return {};
}
std::vector<std::string> Provider::claims(const Desired&) const {
  return {};
}
std::vector<std::string> Provider::claims_on_host(const Desired& desired, const Observed&) const {
  return claims(desired);
}
std::vector<std::string> Provider::stands_on_claims(const Desired&) const {
  return {};
}
std::vector<std::string> Provider::replaces_paths(const Desired&) const {
  return {};
}
std::vector<std::string> Provider::edits_paths(const Desired&) const {
  return {};
}
std::optional<std::string> Provider::text_given(const Desired&) const {
  return std::nullopt;
}
const EditProvider* Provider::editor() const {
  return nullptr;
}
std::vector<std::string> Provider::clears_paths(const Desired& /*desired*/) const {
  return {};
}

std::string Provider::cuts_line(const Desired& /*desired*/, const Observed& /*observed*/) const {
  return {};
}

std::vector<ImpliedPath> Provider::implies_paths(const Desired&) const {
  return {};
}
std::vector<std::string> Provider::looked_at(const Desired&, const Observed&) const {
  return {};
}
std::string Provider::remedy(const Desired&, const Missing&) const {
  return {};
}
void Provider::complete(Desired&, std::span<const Desired>, const SecretOf&) const {}
bool Provider::looks_at_paths(const Desired&) const {
  return false;
}
void Provider::see_paths(Desired&, const PathsInUse&) const {}
bool Provider::spreads_below(const Desired&) const {
  return false;
}
void Provider::inherit(Desired&, std::span<const Desired>) const {}
bool Provider::is_foreseeable(const Desired&) const {
  return false;
}
bool Provider::asks_about(const Desired&, std::string_view) const {
  return false;
}
// A file that it cannot be without and does not make.
bool Provider::is_lost(const Desired& desired, System& now, System& then) const {
  if (is_unwanted(desired)) return false;
  const std::vector<ImpliedPath> paths = implies_paths(desired);
  return std::any_of(paths.begin(), paths.end(), [&](const ImpliedPath& one) {
    if (!one.needed || one.whole || one.maker) return false;
    const auto by_then = then.stat(one.path, true);
    return by_then && !*by_then && now.stat(one.path, true).value_or(std::nullopt).has_value();
  });
}
bool Provider::is_made_of(const Desired&, const std::string&) const {
  return false;
}
std::vector<std::string> Provider::outlives() const {
  return {};
}
Change Provider::triggered(const Desired&, const Observed&, Op) const {
  return {};
}
bool Provider::is_unwanted(const Desired& desired) const {
  return wants_absent(desired);
}
bool Provider::spare(Desired&, const Desired&) const {
  return true;
}
Observed Provider::as_declared(const Desired& desired) const {
  Observed observed;
  observed.exists = !is_unwanted(desired);
  if (observed.exists) observed.attributes = desired.attributes;
  return observed;
}
Observed Provider::as_declared_before(const Desired& before, const Desired&) const {
  return as_declared(before);
}
std::vector<std::string> Provider::observed_with(const Desired&) const {
  return {};
}

std::optional<Desired> Provider::restore(const Desired&, const Observed&) const {
  return std::nullopt;
}

}  // namespace plumb
