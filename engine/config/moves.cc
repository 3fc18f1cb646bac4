#include "engine/config/moves.h"

#include <algorithm>

#include "engine/config/dynamic.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;

bool is_module(const Pattern& one) {
  return one.text.ends_with('/');
}

class MoveReader {
 public:
  MoveReader(std::vector<ParsedMove>& into, Diagnostics& diagnostics) : into_(into), diagnostics_(diagnostics) {}

  void read(const Node& item) {
    const std::optional<Pattern> from = pattern_in(item, "from");
    const std::optional<Pattern> to = pattern_in(item, "to");
    if (!from || !to) return;
    if (const auto first = std::find_if(into_.begin(), into_.end(),
                                        [&](const ParsedMove& one) { return one.from.text == from->text; });
        first != into_.end()) {
      diagnostics_.add(Diagnostic(Code::kBadMove, "`" + from->text + "` is moved twice")
                           .at(from->span, "the second time")
                           .with_related(first->from.span, "the first time")
                           .with_hint("remove one of the two"));
    } else if (fits_together(*from, *to)) {
      into_.push_back({*from, *to});
    }
  }

 private:
  // Nothing also where the file's schema refuses it.
  std::optional<Pattern> pattern_in(const Node& item, const char* key) {
    const Entry* entry = item.is_map() ? item.find(key) : nullptr;
    if (entry == nullptr || !entry->value.is_scalar() || entry->value.text.empty()) return std::nullopt;
    if (may_be_dynamic(entry->value)) {
      refuse("an expression in a move", entry->value.span, "it is the same on every host", "write the address itself");
      return std::nullopt;
    }
    return Pattern{entry->value.text, entry->value.span};
  }

  bool fits_together(const Pattern& from, const Pattern& to) {
    if (from.text == to.text) return refuse("`" + from.text + "` is moved to itself", to.span, "the same address", "");
    if (is_module(from) && is_module(to)) return true;
    if (is_module(from) || is_module(to)) {
      const Pattern& other = is_module(from) ? to : from;
      return refuse("a module and a resource cannot be the same", other.span, "expected a module, such as `web/`", "");
    }
    const Result<Address> old_one = address_of(from);
    const Result<Address> new_one = address_of(to);
    if (!old_one || !new_one) return false;
    if (old_one->kind == new_one->kind) return true;
    return refuse("a `" + old_one->kind + "` does not become a `" + new_one->kind + "`", to.span, "another kind",
                  "let the old one go with `--prune`, and the new one come");
  }

  Result<Address> address_of(const Pattern& one) {
    Result<Address> address = Address::parse(one.text);
    if (!address)
      refuse("`" + one.text + "` is no address", one.span, "expected kind:identity",
             "a whole module is written with a `/` at its end: `web/`");
    return address;
  }

  bool refuse(std::string summary, const SourceSpan& span, std::string label, std::string hint) {
    diagnostics_.add(
        Diagnostic(Code::kBadMove, std::move(summary)).at(span, std::move(label)).with_hint(std::move(hint)));
    return false;
  }

  std::vector<ParsedMove>& into_;
  Diagnostics& diagnostics_;
};

}  // namespace

void read_moves(const Node& moved, std::vector<ParsedMove>& into, Diagnostics& diagnostics) {
  MoveReader reader(into, diagnostics);
  for (const Node& item : moved.items) reader.read(item);
}

}  // namespace plumb::config
