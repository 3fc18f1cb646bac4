#include "engine/exec/perform.h"

#include "engine/exec/interpreter/interpreter.h"
#include "engine/exec/turn_runner.h"
#include "providers/sdk/sealed_values.h"

namespace plumb::exec {
namespace {

bool only_asks(const Operation& operation) {
  return std::holds_alternative<Wait>(operation) || std::holds_alternative<Call>(operation);
}

}  // namespace

Result<wire::Performed> perform(LocalSystem& system, const Managers& managers, const BlobStore& blobs, Line& line,
                                const wire::Perform& asked) {
  Interpreter interpreter(system, managers, blobs, Secrets(asked.secrets), {});
  interpreter.set_stop([&line] { return line.wants_stop(); });
  system.set_hidden(interpreter.secrets().hidden());
  wire::Performed performed;
  const TryScope scope(system, asked.action);
  const std::set<Sealed> marked = sealed_values(asked.action.desired);
  for (const Operation& operation : asked.action.operations) {
    if (!only_asks(operation)) return fail(Code::kProtocol, "the controller does nothing that could change it");
    Result<> ran = interpreter.run(operation, marked, performed.output);
    if (ran) continue;
    performed.problem = ran.error().diagnostic();
    if (scope.is_overdue()) performed.problem = scope.took_too_long(*performed.problem);
    break;
  }
  system.set_hidden({});
  return performed;
}

}  // namespace plumb::exec
