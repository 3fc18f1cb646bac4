#include "engine/ir/makings.h"

#include <algorithm>
#include <variant>

namespace plumb::ir {
namespace {

std::vector<Operation> operations_from_nothing(const Provider& provider, const Desired& desired) {
  return provider.diff(desired, Observed()).operations;
}

Making making_of(const Operation& operation) {
  if (const auto* link = std::get_if<MakeLink>(&operation)) return link->hard ? Making::kFile : Making::kLink;
  if (std::holds_alternative<WriteFile>(operation) || std::holds_alternative<Fetch>(operation)) return Making::kFile;
  if (std::holds_alternative<MakeDirectory>(operation) || std::holds_alternative<Unpack>(operation))
    return Making::kFolder;
  return Making::kNothing;
}

}  // namespace

Making making_at(const std::string& path, const Provider& provider, const Desired& desired) {
  if (provider.is_unwanted(desired)) return Making::kNothing;
  for (const Operation& operation : operations_from_nothing(provider, desired)) {
    const std::string* const at = path_of(operation);
    const Making made = making_of(operation);
    if (at != nullptr && *at == path && made != Making::kNothing) return made;
  }
  return Making::kNothing;
}

bool only_sets_attributes(const Provider& provider, const Desired& desired) {
  const std::vector<Operation> operations = operations_from_nothing(provider, desired);
  return !operations.empty() && std::all_of(operations.begin(), operations.end(), [](const Operation& one) {
    return std::holds_alternative<SetAttributes>(one);
  });
}

}  // namespace plumb::ir
