#include <algorithm>

#include "engine/config/declaration.h"
#include "engine/config/inventory.h"
#include "engine/config/schema.h"
#include "engine/config/unreadable_name.h"
#include "engine/config/validate.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;

class PlacementReader {
 public:
  explicit PlacementReader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  ParsedPlacement read(const Node& node) {
    for (const Entry& entry : node.entries) {
      if (entry.key == "on") read_on(entry.value);
      if (entry.key == "once") placement_.once = entry.value.text == "true";
      if (entry.key == "after") placement_.after = patterns(entry.value);
      if (entry.key == "before") placement_.before = patterns(entry.value);
      if (entry.key == "when" && entry.value.is_scalar()) placement_.when = keep(entry.value);
      if (entry.key == "for_each") read_loops(entry);
      if (entry.key == "id" && entry.value.is_scalar()) placement_.id = keep(entry.value);
    }
    return std::move(placement_);
  }

 private:
  void report(Code code, std::string summary, const SourceSpan& span, std::string label, std::string hint = {}) {
    diagnostics_.add(Diagnostic(code, std::move(summary)).at(span, std::move(label)).with_hint(std::move(hint)));
  }

  void read_on(const Node& written) {
    if (!written.is_scalar()) return;
    Node node = written;
    const std::size_t before = diagnostics_.error_count();
    resolve_literals(node, diagnostics_);
    placement_.on = Pattern{node.text, node.span};
    if (diagnostics_.error_count() != before) return;
    if (Result<> good = check_host_pattern(node.text); !good) {
      Diagnostic diagnostic = good.error().diagnostic();
      diagnostic.span = node.span;
      diagnostics_.add(std::move(diagnostic));
    }
  }

  static WrittenValue keep(const Node& node) { return std::make_shared<const Node>(node); }

  static std::vector<WrittenValue> patterns(const Node& node) {
    std::vector<WrittenValue> found;
    if (node.is_scalar()) found.push_back(keep(node));
    for (const Node& item : node.items) {
      if (item.is_scalar()) found.push_back(keep(item));
    }
    return found;
  }

  void read_loops(const Entry& for_each) {
    if (!for_each.value.is_map()) {
      report(Code::kWrongType, "`for_each` must be a map",
             for_each.value.is_null() ? for_each.key_span : for_each.value.span, "expected a name for the element",
             "write `for_each: {item: ${…}}`, and use it as ${item}");
      placement_.lacks_names = true;
      return;
    }
    for (const Entry& entry : for_each.value.entries) {
      ParsedLoop loop{names_in(entry.key), entry.key_span, keep(entry.value)};
      if (loop.names.empty() || loop.names.size() > 2 || !std::all_of(loop.names.begin(), loop.names.end(), is_name)) {
        report(Code::kBadValue, "`" + entry.key + "` cannot name the element of a for_each", entry.key_span,
               "expected lower-case letters, digits and `_`", "two names, `\"k, v\": …`, stand for key and element");
        placement_.lacks_names = true;
        continue;
      }
      for (const std::string& name : loop.names) check_name(name, entry.key_span);
      placement_.loops.push_back(std::move(loop));
    }
  }

  static std::vector<std::string> names_in(const std::string& key) {
    std::vector<std::string> names(1);
    for (const char c : key) {
      if (c == ',') {
        names.emplace_back();
      } else if (c != ' ') {
        names.back() += c;
      }
    }
    return names;
  }

  static bool is_name(const std::string& name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    return !name.empty() && letter(name[0]) &&
           std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
  }

  void check_name(const std::string& name, const SourceSpan& span) {
    for (const char* taken : {"data", "facts", "host", "inputs", "modules", "readings", "values"}) {
      if (name != taken) continue;
      report(Code::kBadValue, "`" + name + "` has a meaning of its own", span, "choose another name");
    }
    if (std::optional<Diagnostic> unreadable = unreadable_variable(name, span))
      diagnostics_.add(std::move(*unreadable));
    for (const ParsedLoop& loop : placement_.loops) {
      if (std::find(loop.names.begin(), loop.names.end(), name) == loop.names.end()) continue;
      report(Code::kDuplicateKey, "`" + name + "` names two elements", span, "choose another name");
    }
  }

  Diagnostics& diagnostics_;
  ParsedPlacement placement_;
};

}  // namespace

bool is_no_loop(const Entry& entry) {
  return entry.key == "for_each" && !entry.value.is_map();
}

ParsedPlacement read_placement(const Node& node, Diagnostics& diagnostics) {
  return PlacementReader(diagnostics).read(node);
}

}  // namespace plumb::config
