#include "engine/config/call_texts.h"

#include "engine/base/pool.h"
#include "engine/config/validate.h"

namespace plumb::config {
namespace {

void type_texts(ModuleCall& call) {
  const Module* module = call.written->module.get();
  if (module == nullptr) return;
  for (const auto& [key, given] : call.written->with) {
    const lang::Node& node = *given.value;
    const auto input = module->inputs.find(key);
    if (input == module->inputs.end() || !node.is_scalar() || may_be_dynamic(node)) continue;
    Diagnostics untold;
    if (auto typed = validate(node, input->second.schema, key, node.span, {}, untold))
      call.with.emplace_hint(call.with.end(), key, Given{std::move(*typed)});
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
