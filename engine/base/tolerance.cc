#include "engine/base/tolerance.h"

#include <charconv>

namespace plumb {
namespace {

Json to_json(const Tolerance& tolerance) {
  Json json = {{"run", tolerance.run.str()}};
  if (tolerance.wave) json["wave"] = tolerance.wave->str();
  if (tolerance.canary) json["canary"] = tolerance.canary->str();
  return json;
}

std::optional<Tolerance> tolerance_from(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  Tolerance tolerance;
  bool has_run = false;
  for (const auto& [name, value] : json.items()) {
    const std::optional<Amount> amount = Amount::parse(value);
    if (!amount) return std::nullopt;
    if (name == "run") {
      tolerance.run = *amount;
      has_run = true;
    } else if (name == "wave") {
      tolerance.wave = amount;
    } else if (name == "canary") {
      tolerance.canary = amount;
    } else {
      return std::nullopt;
    }
  }
  return has_run ? std::optional(tolerance) : std::nullopt;
}

}  // namespace

std::optional<Amount> Amount::parse(const Json& json) {
  if (json.is_number_integer()) {
    const auto hosts = json.get<std::int64_t>();
    return hosts < 0 ? std::nullopt : std::optional(Amount{hosts, false});
  }
  if (!json.is_string()) return std::nullopt;
  std::string_view text = json.get_ref<const std::string&>();
  Amount amount;
  amount.percent = text.ends_with('%');
  if (amount.percent) text.remove_suffix(1);
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), amount.value);
  const bool whole = problem == std::errc() && end == text.data() + text.size() && amount.value >= 0;
  if (!whole || (amount.percent && amount.value > 100)) return std::nullopt;
  return amount;
}

Json to_json(const Tolerances& tolerances) {
  return {{"failed", to_json(tolerances.failed)},
          {"no_answer", to_json(tolerances.no_answer)},
          {"unreachable", to_json(tolerances.unreachable)}};
}

std::optional<Tolerances> tolerances_from(const Json& json) {
  if (!json.is_object() || json.size() != 3) return std::nullopt;
  const auto part = [&](const char* name) { return tolerance_from(json.value(name, Json())); };
  const auto failed = part("failed");
  const auto no_answer = part("no_answer");
  const auto unreachable = part("unreachable");
  if (!failed || !no_answer || !unreachable) return std::nullopt;
  return Tolerances{*failed, *no_answer, *unreachable};
}

}  // namespace plumb
