#include "engine/ir/checks.h"

#include <array>
#include <string>
#include <string_view>

#include "engine/lang/cel/convert.h"

namespace plumb::ir {
namespace {

namespace slots = config::slots;

// Longer values would hide what is said of them.
constexpr std::size_t kLongestShown = 60;

std::string written(const cel::Reference& reference) {
  static constexpr std::array<std::string_view, slots::kFirstOwn> kNames = {"inputs",  "values",   "facts", "host",
                                                                            "modules", "readings", "data"};
  std::string text(kNames.at(static_cast<std::size_t>(reference.slot)));
  for (const std::string& name : reference.path) text += "." + name;
  return text;
}

// "`inputs.port` is 80"; nothing where there is no value, or a long one.
std::optional<std::string> told(const cel::Reference& reference, const cel::Activation& activation) {
  const cel::Value* value = &activation.slots[static_cast<std::size_t>(reference.slot)];
  for (const std::string& name : reference.path) {
    if (value != nullptr) value = value->find(name);
  }
  if (value == nullptr || value->is_error()) return std::nullopt;
  const std::string text = value->is_text() ? Json(std::string(value->as_text())).dump() : cel::display(*value);
  if (text.size() > kLongestShown) return std::nullopt;
  return "`" + written(reference) + "` is " + text;
}

}  // namespace

void decide(const config::Check& check, const config::Evaluation& evaluation, const PlaceOf& place_of) {
  const std::optional<bool> holds = check.condition->holds(evaluation);
  if (holds.value_or(true)) return;
  const std::optional<lang::Node> message = check.message->resolve(evaluation);
  if (!message) return;
  Diagnostic problem(Code::kCheck, message->text);
  std::string elsewhere;
  for (const cel::Reference& reference : check.condition->program().references()) {
    if (reference.slot >= slots::kFirstOwn) continue;
    const std::optional<std::string> value =
        check.reads.sensitive ? std::nullopt : told(reference, evaluation.activation);
    if (auto place = place_of(reference)) {
      problem.related.push_back({std::move(*place), value.value_or("`" + written(reference) + "` comes from here")});
    } else if (value) {
      elsewhere += (elsewhere.empty() ? ": " : ", ") + *value;
    }
  }
  evaluation.diagnostics.add(
      std::move(problem).at(check.condition->span(), "this does not hold" + elsewhere).as(check.written.severity));
}

}  // namespace plumb::ir
