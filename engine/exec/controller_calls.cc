#include "engine/exec/controller_calls.h"

namespace plumb::exec {

void ControllerCalls::tell(const wire::Observe& question) {
  forget();
  for (const wire::ObservedState& state : question.told) {
    if (state.index >= question.resources.size()) continue;
    Result<Observed> told = fail(Code::kCannotObserve, "the controller told nothing of it");
    if (state.observed) told = *state.observed;
    if (state.problem) told = Error(*state.problem);
    told_.insert_or_assign(question.resources[state.index].address.str(), std::move(told));
  }
}

Result<Observed> ControllerCalls::observe(const Desired& desired) {
  if (const auto told = told_.find(desired.address.str()); told != told_.end()) return told->second;
  if (!asks_) return fail(Code::kCannotObserve, desired.address.str() + ": the controller told nothing of it");
  PLUMB_TRY_ASSIGN(wire::Told told, line_.ask({desired.address, {}}));
  if (told.observed && !told.problem) return std::move(*told.observed);
  if (told.problem) return Error(std::move(*told.problem));
  return fail(Code::kProtocol, "the controller told nothing of " + desired.address.str());
}

Result<> ControllerCalls::apply(const Address& address, const std::string& verb, std::string& output) {
  if (!asks_) return fail(Code::kProtocol, "the controller is not asked now");
  PLUMB_TRY_ASSIGN(wire::Told told, line_.ask({address, verb}));
  output += told.output;
  if (told.problem) return Error(std::move(*told.problem));
  return {};
}

}  // namespace plumb::exec
