#include "engine/lsp/expression_names.h"

#include <algorithm>

#include "engine/config/functions.h"
#include "engine/config/module_names.h"
#include "engine/config/schema.h"
#include "engine/lang/cel/program.h"
#include "engine/lsp/expression_text.h"
#include "engine/lsp/schema_view.h"

namespace plumb::lsp {
namespace {

using cel::Type;

// "k, v" -> k and v.
std::vector<std::string> loop_names(std::string_view key) {
  std::vector<std::string> names(1);
  for (const char c : key) {
    if (c == ',') names.emplace_back();
    if (c != ',' && c != ' ') names.back() += c;
  }
  return names;
}

Type element_of(const Type& type) {
  return type.is(Type::Kind::kList) ? type.parameter(0) : Type();
}

std::string description_in(const Json& schema, const std::vector<std::string>& path, std::size_t from) {
  const Json* at = &schema;
  for (std::size_t i = from; i < path.size(); ++i) {
    const auto properties = at->is_object() ? at->find("properties") : at->end();
    if (!at->is_object() || properties == at->end() || !properties->contains(path[i])) return {};
    at = &(*properties)[path[i]];
  }
  return text_member(*at, "description");
}

}  // namespace

ExpressionNames::ExpressionNames(const config::Module& module, const std::vector<Step>& steps) : module_(module) {
  config::ModuleNames names(module);
  names.declare();
  environment_ = names.environment();
  for (const Step& step : steps) {
    const lang::Entry* loops = step.within->find("for_each");
    if (loops == nullptr) continue;
    for (const lang::Entry& loop : loops->value.entries) {
      // One that is being written knows those before it.
      if (step.entry == loops && !steps.empty() && steps.back().entry == &loop) break;
      add_loop(loop);
    }
  }
}

void ExpressionNames::add_loop(const lang::Entry& loop) {
  Type over;
  const auto places = expressions_in(loop.value.text, Writing::kText);
  if (!places.empty()) {
    const std::string_view text =
        std::string_view(loop.value.text).substr(places[0].begin, places[0].end - places[0].begin);
    if (const auto program = cel::compile(text, environment_)) over = program->type();
  }
  const std::vector<std::string> names = loop_names(loop.key);
  const bool map = over.is(Type::Kind::kMap) || over.is(Type::Kind::kRecord);
  const Type value = over.is(Type::Kind::kMap) ? over.parameter(1) : Type();
  const Type text(Type::Kind::kString);
  if (names.size() > 1) {
    environment_.add_variable(names[0], map ? text : Type(Type::Kind::kInt));
    environment_.add_variable(names[1], map ? value : element_of(over));
  } else if (map) {
    environment_.add_variable(names[0], cel::make_record(names[0], {{"key", text, false}, {"value", value, false}}));
  } else {
    environment_.add_variable(names[0], element_of(over));
  }
}

std::optional<Type> ExpressionNames::type_of(const std::vector<std::string>& path) const {
  if (path.empty()) return std::nullopt;
  const int slot = environment_.find_variable(path[0]);
  if (slot < 0) return std::nullopt;
  Type type = environment_.variables()[static_cast<std::size_t>(slot)].type;
  for (std::size_t i = 1; i < path.size(); ++i) {
    while (type.is(Type::Kind::kNullable) || type.is(Type::Kind::kOptional)) type = Type(type.parameter(0));
    if (type.is(Type::Kind::kRecord)) {
      const cel::Field* field = type.record_fields().find(path[i]);
      if (field == nullptr) return std::nullopt;
      type = Type(field->type);
    } else if (type.is(Type::Kind::kMap)) {
      type = Type(type.parameter(1));
    } else {
      return std::nullopt;
    }
  }
  return type;
}

std::string ExpressionNames::description_of(const std::vector<std::string>& path) const {
  if (path.size() < 2) return {};
  const std::string& variable = path[0];
  const std::string& own = path[1];
  if (variable == "facts") {
    if (own == "local" && path.size() > 2) {
      const auto fact = module_.readings.find(config::local_fact_name(path[2]));
      return fact == module_.readings.end() ? "" : description_in(fact->second.written.value.schema, path, 3);
    }
    return description_in(config::builtin_schema("facts"), path, 1);
  }
  if (variable == "inputs") {
    const auto input = module_.inputs.find(own);
    return input == module_.inputs.end() ? "" : description_in(input->second.schema, path, 2);
  }
  if (variable == "readings") {
    const auto reading = module_.readings.find(own);
    return reading == module_.readings.end() ? "" : description_in(reading->second.written.value.schema, path, 2);
  }
  return {};
}

const std::vector<cel::FunctionDoc>& known_functions() {
  static const std::vector<cel::FunctionDoc> all = [] {
    cel::Environment looking;
    config::add_host_functions(looking);
    std::vector<cel::FunctionDoc> functions = cel::documentation(cel::standard_functions());
    // Macros are in both.
    for (cel::FunctionDoc& one : cel::documentation(looking.own_functions())) {
      const auto same = [&](const cel::FunctionDoc& other) { return other.name == one.name; };
      if (std::none_of(functions.begin(), functions.end(), same)) functions.push_back(std::move(one));
    }
    return functions;
  }();
  return all;
}

}  // namespace plumb::lsp
