#include "engine/config/call_texts.h"

#include "engine/base/pool.h"
#include "engine/config/validate.h"

namespace plumb::config {
namespace {

void type_texts(ModuleCall& call) {
  if (call.module == nullptr) return;
  call.all_literal = true;
  for (auto& [key, given] : call.with) {
    const lang::Node& node = given.value.node();
    const auto input = call.module->inputs.find(key);
    if (input != call.module->inputs.end() && node.is_scalar() && !may_be_dynamic(node)) {
      Diagnostics untold;
      given.literal = validate(node, input->second.schema, key, node.span, {}, untold);
    }
    call.all_literal = call.all_literal && given.literal;
  }
}

}  // namespace

void type_call_texts(Module& module) {
  std::vector<ModuleCall*> calls;
  for (auto& entry : module.body) {
    if (auto* call = std::get_if<ModuleCall>(&entry)) calls.push_back(call);
  }
  // A project may give a module tens of thousands of texts.
  compute_each(calls.size(), [&](std::size_t i) { type_texts(*calls[i]); });
}

}  // namespace plumb::config
