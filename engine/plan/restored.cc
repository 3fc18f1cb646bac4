#include "engine/plan/restored.h"

#include <algorithm>

#include "engine/base/sealed.h"

namespace plumb::plan {
namespace {

// Bytes that are not UTF-8 were not told, so nothing can put them back.
bool is_told_whole(const Json& attributes) {
  return canonical(attributes).find("\ufffd") == std::string::npos;
}

bool holds_sealed(const Json& value) {
  if (value.is_structured()) return std::any_of(value.begin(), value.end(), holds_sealed);
  return is_sealed(value);
}

}  // namespace

std::optional<Desired> restored(const Provider& provider, const Desired& desired, const Observed& before) {
  std::optional<Desired> again = provider.restore(desired, before);
  if (!again || holds_sealed(again->attributes) || !is_told_whole(again->attributes)) return std::nullopt;
  // Nothing in it is secret.
  again->sensitive.clear();
  again->attributes.erase("prune");
  return again;
}

}  // namespace plumb::plan
