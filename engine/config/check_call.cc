#include "engine/config/check_call.h"

#include "engine/base/nearest.h"
#include "engine/config/layers.h"
#include "engine/config/types.h"

namespace plumb::config {
namespace {

class CallCheck {
 public:
  explicit CallCheck(PlacementCheck& at) : at_(at) {}

  void run(ModuleCall& call) {
    const ParsedCall& written = *call.written;
    if (at_.lacks_names(written.placement, written.block)) {
      call.broken = true;
      return;
    }
    Names names = at_.names_in(written.block);
    bool good = at_.is_good(written.block);
    good = at_.check_placement(written.placement, call.placement, names, call.reads) && good;
    const bool texts_alone = call.with.size() == written.with.size();
    if (!texts_alone) good = check_with(call, names) && good;
    if (!texts_alone || written.module == nullptr || written.with.size() != written.module->inputs.size())
      good = check_inputs_given(written) && good;
    call.but_when = at_.finish(call.placement, written.block, call.reads);
    call.broken = written.broken || !good || call.reads.broken;
    call.needs = call.reads;
    if (written.module == nullptr) return;
    at_.module().reads_facts = at_.module().reads_facts || written.module->reads_facts;
    at_.module().asks_facts.insert(written.module->asks_facts.begin(), written.module->asks_facts.end());
    for (const auto& entry : written.module->body) {
      call.reads.add(seen_by_caller(std::visit([](const auto& one) { return one.reads; }, entry), call));
    }
    for (const config::Check& check : written.module->checks) call.reads.add(seen_by_caller(check.reads, call));
  }

 private:
  bool check_with(ModuleCall& call, const Names& names) {
    bool good = true;
    for (const auto& [key, given] : call.written->with) {
      if (call.with.contains(key)) continue;
      auto value = Dynamic::compile(given.value, at_.scope(names));
      if (!value) {
        good = false;
        continue;
      }
      const Reads reads = at_.reads_of(*value, names.own);
      call.reads.add(reads);
      good = check_given(*call.written, key, *value, reads.sensitive) && good;
      call.with.emplace(key, Given{std::move(*value), reads});
    }
    return good;
  }

  bool check_given(const ParsedCall& call, const std::string& key, const Dynamic& value, bool sensitive) {
    if (call.module == nullptr) return true;
    const auto input = call.module->inputs.find(key);
    if (input == call.module->inputs.end()) {
      std::vector<std::string> names;
      for (const auto& [name, unused] : call.module->inputs) names.push_back(name);
      const std::string near = nearest(key, names);
      at_.report(Code::kUnknownInput, "the module `" + call.name + "` declares no input `" + key + "`",
                 call.with.at(key).key_span, near.empty() ? "not declared" : "did you mean `" + near + "`?");
      return false;
    }
    if (sensitive && !input->second.sensitive) {
      at_.diagnostics().add(Diagnostic(Code::kSecretShown, "a sensitive value goes to an input that is not sensitive")
                                .at(value.span(), "reads a sensitive input")
                                .with_related(input->second.span, "this input")
                                .with_hint("declare it with `sensitive: true`"));
      return false;
    }
    const Json& schema = input->second.schema;
    return falls_back_from_null(input->second) ? at_.check_optional(value, schema, schema, "`" + key + "`")
                                               : at_.check_type(value, schema, schema, "`" + key + "`");
  }

  bool check_inputs_given(const ParsedCall& call) {
    if (call.module == nullptr) return true;
    bool good = true;
    for (const auto& [name, input] : call.module->inputs) {
      if (input.default_value || call.with.contains(name) ||
          type_of_schema(input.schema, input.schema, name).is(cel::Type::Kind::kNullable))
        continue;
      at_.diagnostics().add(
          Diagnostic(Code::kInputMissing, "the module `" + call.name + "` needs the input `" + name + "`")
              .at(call.span, "not given here")
              .with_related(input.span, "declared here, without a default")
              .with_hint("give it under `with`"));
      good = false;
    }
    return good;
  }

  PlacementCheck& at_;
};

}  // namespace

void check_call(ModuleCall& call, PlacementCheck& at) {
  CallCheck(at).run(call);
}

}  // namespace plumb::config
