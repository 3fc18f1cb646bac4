#include "engine/config/unreadable_name.h"

namespace plumb::config {

Diagnostic unreadable_name(const std::string& name, const SourceSpan& span) {
  return Diagnostic(Code::kBadValue, "`" + name + "` is a word of expressions, so that none could read it by that name")
      .at(span, "names something here")
      .with_hint("choose another name, such as `" + name + "_`");
}

}  // namespace plumb::config
