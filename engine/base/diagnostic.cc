#include "engine/base/diagnostic.h"

#include <algorithm>
#include <tuple>

namespace plumb {

std::string SourceSpan::str() const {
  std::string text = file;
  if (line > 0) {
    text += ':' + std::to_string(line);
    if (column > 0) text += ':' + std::to_string(column);
  }
  return text;
}

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  return "error";
}

void Diagnostics::add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::kError) ++errors_;
  items_.push_back(std::move(diagnostic));
}

void Diagnostics::extend(Diagnostics other) {
  for (Diagnostic& item : other.items_) add(std::move(item));
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  const auto key = [](const Diagnostic& d) {
    return std::tie(d.span, d.severity, d.code, d.host, d.summary, d.label, d.hint, d.related);
  };
  std::vector<Diagnostic> result = items_;
  std::stable_sort(result.begin(), result.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  result.erase(std::unique(result.begin(), result.end(),
                           [&](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); }),
               result.end());
  // One thing at one place is said once, by whoever knows what to do about it.
  const auto says_the_same = [](const Diagnostic& a, const Diagnostic& b) {
    const auto said = [](const Diagnostic& d) {
      return std::tie(d.span, d.severity, d.code, d.host, d.summary, d.related);
    };
    return a.span && said(a) == said(b);
  };
  for (std::size_t i = 1; i < result.size();) {
    if (!says_the_same(result[i - 1], result[i])) {
      ++i;
      continue;
    }
    const bool first_stays = !result[i - 1].hint.empty() || result[i].hint.empty();
    result.erase(result.begin() + static_cast<std::ptrdiff_t>(first_stays ? i : i - 1));
  }
  return result;
}

}  // namespace plumb
