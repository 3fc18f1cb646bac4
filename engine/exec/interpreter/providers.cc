#include "engine/exec/interpreter/providers.h"

#include "providers/outside/calling.h"

namespace plumb::exec {

Result<> call_provider(LocalSystem& system, const outside::Package& package, const CallProvider& operation,
                       outside::Elsewhere* elsewhere, std::string& output) {
  PLUMB_TRY_ASSIGN(const Address address, Address::parse(operation.address));
  if (operation.on_controller) {
    if (elsewhere != nullptr) return elsewhere->apply(address, operation.verb, output);
    return fail(Code::kProviderFailed, package.str() + " runs on the controller, which is not asked here");
  }
  outside::Start start;
  start.lines = outside::apply_line(operation);
  start.user = operation.user;
  Result<outside::Ended> ended = outside::call(package, start, system);
  if (!ended) return of_resource(ended.error(), package, address);
  output += ended->errors;
  Result<> applied = outside::applied_from(ended->answers.front());
  if (!applied) return of_resource(applied.error(), package, address);
  return {};
}

}  // namespace plumb::exec
