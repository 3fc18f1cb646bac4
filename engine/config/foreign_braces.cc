#include "engine/config/foreign_braces.h"

#include <optional>

namespace plumb::config {
namespace {

using IsKnown = std::function<bool(std::string_view)>;

struct Braces {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string name;
};

std::optional<Braces> find_braces(std::string_view text, const IsKnown& known) {
  const auto is_name = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  for (std::size_t begin = text.find("{{"); begin != std::string_view::npos; begin = text.find("{{", begin + 2)) {
    const std::size_t end = text.find("}}", begin);
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view inside = text.substr(begin + 2, end - begin - 2);
    while (inside.starts_with(' ')) inside.remove_prefix(1);
    while (inside.ends_with(' ')) inside.remove_suffix(1);
    std::size_t size = 0;
    while (size < inside.size() && is_name(inside[size])) ++size;
    const std::string_view name = inside.substr(0, size);
    // `${{ x }}` is an expression, and an error of its own.
    const bool expression = begin > 0 && text[begin - 1] == '$';
    if (inside.find('\n') != std::string_view::npos || name.empty() || expression) continue;
    if (name == "item" || name.starts_with("ansible_") || known(name)) return Braces{begin, end + 2, std::string(name)};
  }
  return std::nullopt;
}

class Search {
 public:
  Search(const IsKnown& known, Diagnostics& diagnostics) : known_(known), diagnostics_(diagnostics) {}

  void look(const Json& value, const SourceSpan& span) {
    if (value.is_structured()) {
      for (const Json& part : value) look(part, span);
    } else if (value.is_string()) {
      if (const auto found = find_braces(value.get_ref<const std::string&>(), known_)) warn(*found, span);
    }
  }

  void look(const lang::Node& node) {
    for (const lang::Node& item : node.items) look(item);
    for (const lang::Entry& entry : node.entries) look(entry.value);
    if (const auto found = node.is_scalar() ? find_braces(node.text, known_) : std::nullopt) warn(*found, node.span);
  }

  void look(const ParsedTemplate& text) {
    for (const cel::Origin& origin : text.texts) {
      if (const auto found = find_braces(origin.text, known_)) warn(*found, origin.span(found->begin, found->end));
    }
  }

 private:
  void warn(const Braces& found, const SourceSpan& span) {
    diagnostics_.add(Diagnostic(Code::kForeignBraces, "`{{ " + found.name + " }}` stays as it is")
                         .at(span, "nothing is put in its place")
                         .with_hint("values are written ${…}; to say that it is meant, write ${'{{'} for the braces")
                         .as(Severity::kWarning));
  }

  const IsKnown& known_;
  Diagnostics& diagnostics_;
};

}  // namespace

void warn_of_foreign_braces(const ParsedDeclaration& written, const IsKnown& known, Diagnostics& diagnostics) {
  Search search(known, diagnostics);
  for (const auto& [attribute, located] : written.literals) search.look(located.value, located.span);
  for (const auto& [attribute, value] : written.expressions) search.look(*value);
  for (const auto& [attribute, text] : written.templates) search.look(text);
  for (const auto& [attribute, one] : written.choices) {
    for (const auto& [file, text] : one.templates) search.look(text);
  }
}

}  // namespace plumb::config
