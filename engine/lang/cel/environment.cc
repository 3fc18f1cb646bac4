#include "engine/lang/cel/environment.h"

namespace plumb::cel {

int Environment::add_variable(std::string name, Type type) {
  const auto [place, added] = slots_.try_emplace(name, static_cast<int>(variables_.size()));
  if (added) {
    variables_.push_back({std::move(name), std::move(type)});
  } else {
    variables_[static_cast<std::size_t>(place->second)].type = std::move(type);
  }
  return place->second;
}

void Environment::add_overload(std::string name, Overload overload) {
  functions_.add(std::move(name), std::move(overload));
}

int Environment::find_variable(std::string_view name) const {
  const auto found = slots_.find(name);
  return found == slots_.end() ? -1 : found->second;
}

std::vector<const Overload*> Environment::find_overloads(std::string_view name) const {
  std::vector<const Overload*> overloads;
  for (const FunctionTable* table : {&standard_functions(), &functions_}) {
    const Function* function = table->find(name);
    if (!function) continue;
    for (const Overload& overload : function->overloads) overloads.push_back(&overload);
  }
  return overloads;
}

bool Environment::has_function(std::string_view name) const {
  return standard_functions().find(name) || functions_.find(name);
}

std::vector<std::string> Environment::function_names() const {
  std::vector<std::string> names;
  for (const FunctionTable* table : {&standard_functions(), &functions_}) {
    for (const auto& [name, function] : table->all()) {
      if (is_writable(name)) names.push_back(name);
    }
  }
  return names;
}

}  // namespace plumb::cel
