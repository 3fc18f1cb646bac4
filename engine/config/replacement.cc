#include "engine/config/replacement.h"

#include "engine/base/pattern.h"

namespace plumb::config {
namespace {

using lang::Entry;

std::string quoted(const std::string& name) {
  return "`" + name + "`";
}

// "$1", as Perl, Go and others write a group; "" where there is none, or where groups are written as here, too.
std::string dollar_group(const std::string& text, std::size_t count) {
  const auto group_at = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
  for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at + 2)) {
    if (group_at(at + 1)) return {};
  }
  for (std::size_t at = text.find('$'); at != std::string::npos; at = text.find('$', at + 1)) {
    if (group_at(at + 1) && static_cast<std::size_t>(text[at + 1] - '0') <= count) return text.substr(at, 2);
  }
  return {};
}

std::string groups(std::size_t count) {
  if (count == 0) return "it has no groups";
  return "it has " + std::to_string(count) + (count == 1 ? " group" : " groups");
}

}  // namespace

std::optional<Replacement> replacement_of(const Json& schema) {
  for (const auto& [name, part] : schema.at("properties").items()) {
    const auto found = part.find("x-replacement");
    if (found == part.end()) continue;
    return Replacement{name, found->at("of").get<std::string>(), found->at("where").get<std::string>()};
  }
  return std::nullopt;
}

bool check_replacement(const Replacement& replacement, const Json& value, const lang::Node& node,
                       const std::set<std::string>& sensitive, const std::string& kind, Diagnostics& diagnostics) {
  const Entry* flag = node.find(replacement.flag);
  const Entry* text = node.find(replacement.text);
  if (flag == nullptr || text == nullptr || value.value(replacement.flag, Json()) != Json(true)) return true;
  const std::string hint = "in " + quoted(replacement.text) + ", \\1 to \\9 stand for groups of " +
                           quoted(replacement.pattern) + ", \\0 for all of it and \\\\ for a backslash";
  const Entry* pattern = node.find(replacement.pattern);
  if (pattern == nullptr) {
    diagnostics.add(Diagnostic(Code::kMissingKey, quoted(replacement.pattern) + " is missing for " + kind)
                        .at(flag->key_span, quoted(replacement.flag) + " needs " + quoted(replacement.pattern))
                        .with_hint(hint));
    return false;
  }
  if (sensitive.contains(replacement.text)) {
    diagnostics.add(
        Diagnostic(Code::kBadValue, "a sensitive " + quoted(replacement.text) + " cannot hold back references")
            .at(flag->key_span, "remove this"));
    return false;
  }
  const Result<plumb::Pattern> parsed =
      plumb::Pattern::parse(value.at(replacement.pattern).get_ref<const std::string&>());
  if (!parsed) return true;  // told where the pattern stands
  const std::size_t count = parsed->group_count();
  const auto& written = value.at(replacement.text).get_ref<const std::string&>();
  const Result<> good = plumb::check_replacement(written, count);
  if (const std::string group = dollar_group(written, count); good && !group.empty()) {
    diagnostics.add(Diagnostic(Code::kBadValue, quoted(group) + " in " + quoted(replacement.text) + " stays as it is")
                        .at(text->value.span, "no group stands in its place")
                        .with_hint(hint)
                        .as(Severity::kWarning));
  }
  if (good) return true;
  diagnostics.add(
      Diagnostic(Code::kBadValue, quoted(replacement.text) + " does not go with " + quoted(replacement.pattern))
          .at(text->value.span, good.error().summary())
          .with_related(pattern->value.span, groups(count))
          .with_hint(hint));
  return false;
}

}  // namespace plumb::config
