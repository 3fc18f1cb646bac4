#include "engine/config/checks_and_outputs.h"

#include <algorithm>

#include "engine/config/module_file.h"
#include "engine/config/validate.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;

WrittenValue text_in(const Node& map, const char* key) {
  const Entry* entry = map.find(key);
  return entry == nullptr || !entry->value.is_scalar() ? nullptr : std::make_shared<const Node>(entry->value);
}

// Such as `{type: integer}`, which nobody means as the value itself.
bool says_only_of_what_type(const Node& node) {
  const auto is_about = [](const Entry& entry) {
    return entry.key == "type" || entry.key == "sensitive" || entry.key == "description";
  };
  return node.is_map() && node.find("type") != nullptr &&
         std::all_of(node.entries.begin(), node.entries.end(), is_about);
}

}  // namespace

void read_checks(const Node& checks, std::vector<ParsedCheck>& into) {
  for (const Node& one : checks.items) {
    const Entry* severity = one.find("severity");
    const bool warns = severity != nullptr && severity->value.text == name(Severity::kWarning);
    into.push_back({text_in(one, "condition"), text_in(one, "message"), warns ? Severity::kWarning : Severity::kError});
  }
}

ParsedOutput read_output(const Entry& entry, Diagnostics& diagnostics) {
  ParsedOutput output;
  output.span = entry.key_span;
  const Entry* value = entry.value.is_map() ? entry.value.find("value") : nullptr;
  output.value = std::make_shared<const Node>(value == nullptr ? entry.value : value->value);
  if (value == nullptr) {
    if (says_only_of_what_type(entry.value)) {
      diagnostics.add(Diagnostic(Code::kMissingKey, "`value` is missing in the output `" + entry.key + "`")
                          .at(entry.key_span, "needs `value`")
                          .with_hint("an output is `NAME: ${…}`, or `NAME: {value: ${…}, type: …}`"));
    }
    return output;
  }
  Node about;
  about.kind = Node::Kind::kMap;
  about.span = entry.value.span;
  for (const Entry& one : entry.value.entries) {
    if (one.key != "value") about.entries.push_back(one);
  }
  ValidateOptions options;
  options.root = &file_schema();
  options.later = {"value"};
  const std::optional<Json> typed =
      validate(about, file_schema()["definitions"]["output"], "the output", entry.key_span, options, diagnostics);
  if (!typed) return output;
  if (typed->contains("type")) output.schema = {{"type", (*typed)["type"]}};
  output.sensitive = typed->value("sensitive", false);
  return output;
}

}  // namespace plumb::config
