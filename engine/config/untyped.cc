#include "engine/config/untyped.h"

#include <cmath>
#include <cstdint>

#include "engine/base/integer_text.h"
#include "engine/lang/yaml_core.h"

namespace plumb::config {

using lang::CoreScalar;
using lang::Entry;
using lang::Node;

namespace {

bool is_exact(std::int64_t integer) {
  return integer <= kLargestInteger && integer >= -kLargestInteger;
}

}  // namespace

Json exact_value(std::string_view text) {
  const CoreScalar core = lang::core_scalar(text);
  if (core.type == CoreScalar::Type::kBoolean) return core.boolean;
  if (core.type == CoreScalar::Type::kInteger && is_exact(core.integer)) return core.integer;
  if (core.type == CoreScalar::Type::kNumber && !core.whole && std::isfinite(core.number)) return core.number;
  return nullptr;
}

bool is_null(const Node& node) {
  constexpr std::size_t kLongest = 4;
  return node.is_null() || (node.is_plain() && node.text.size() <= kLongest &&
                            (node.text == "null" || node.text == "~" || node.text == "Null" || node.text == "NULL"));
}

Json untyped(const Node& node) {
  if (node.is_sequence()) {
    Json list = Json::array();
    for (const Node& item : node.items) list.push_back(untyped(item));
    return list;
  }
  if (node.is_map()) {
    Json map = Json::object();
    for (const Entry& entry : node.entries) map[entry.key] = untyped(entry.value);
    return map;
  }
  if (is_null(node)) return nullptr;
  if (!node.is_plain()) return node.text;
  const CoreScalar core = lang::core_scalar(node.text);
  if (core.type == CoreScalar::Type::kBoolean) return core.boolean;
  if (core.type == CoreScalar::Type::kInteger && is_exact(core.integer)) return core.integer;
  if (core.type == CoreScalar::Type::kInteger) return static_cast<double>(core.integer);
  // JSON has neither infinity nor what is no number: it is refused where that is told.
  if (core.type == CoreScalar::Type::kNumber && std::isfinite(core.number)) return core.number;
  return node.text;
}

bool is_without_bounds(const Node& node) {
  if (!node.is_plain()) return false;
  const CoreScalar core = lang::core_scalar(node.text);
  return core.type == CoreScalar::Type::kNumber && !core.whole && !std::isfinite(core.number);
}

bool is_too_large(const Node& node) {
  if (!node.is_plain()) return false;
  const CoreScalar core = lang::core_scalar(node.text);
  return core.whole || (core.type == CoreScalar::Type::kInteger && !is_exact(core.integer));
}

bool check_exact(const Node& node, Diagnostics& diagnostics) {
  bool exact = true;
  for (const Node& item : node.items) exact = check_exact(item, diagnostics) && exact;
  for (const Entry& entry : node.entries) exact = check_exact(entry.value, diagnostics) && exact;
  if (is_without_bounds(node)) {
    diagnostics.add(Diagnostic(Code::kBadValue, "a number that no plan can hold")
                        .at(node.span, "neither infinite nor none is one here")
                        .with_hint("in quotes it is a text"));
    return false;
  }
  if (!is_too_large(node)) return exact;
  diagnostics.add(Diagnostic(Code::kBadValue, "a whole number that is too large to be exact")
                      .at(node.span, "numbers go to 9007199254740991 here")
                      .with_hint("in quotes it is a text"));
  return false;
}

}  // namespace plumb::config
