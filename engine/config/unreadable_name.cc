#include "engine/config/unreadable_name.h"

#include "engine/lang/cel/lexer.h"

namespace plumb::config {
namespace {

Diagnostic unreadable(const std::string& name, const SourceSpan& span) {
  return Diagnostic(Code::kBadValue, "`" + name + "` is a word of expressions, so that none could read it by that name")
      .at(span, "names something here")
      .with_hint("choose another name, such as `" + name + "_`");
}

}  // namespace

std::optional<Diagnostic> unreadable_member(const std::string& name, const SourceSpan& span) {
  if (!cel::is_keyword(name)) return std::nullopt;
  return unreadable(name, span);
}

std::optional<Diagnostic> unreadable_variable(const std::string& name, const SourceSpan& span) {
  if (!cel::is_keyword(name) && !cel::is_reserved_word(name)) return std::nullopt;
  return unreadable(name, span);
}

}  // namespace plumb::config
