// What edits share, for their own sources.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/pattern.h"
#include "engine/base/result.h"
#include "providers/sdk/edit.h"
#include "providers/sdk/text_lines.h"

namespace plumb {

inline constexpr std::size_t kNoLine = static_cast<std::size_t>(-1);

// Nothing for "".
Result<std::optional<Pattern>> given_pattern(const std::string& text);

// Whether this part of the edit matches a line, which may be one that is known by its digest alone.
bool matches(const Pattern& pattern, const char* part, std::string_view line, const SealedLines& known);
// The last line that the pattern matches, or the first; kNoLine where there is none, or no pattern.
std::size_t find_line(const TextLines& lines, const std::optional<Pattern>& pattern, const char* part, bool first,
                      const SealedLines& known);

// Where new lines go: behind or before the line that a pattern matches, else to the end or the beginning.
class NewPlace {
 public:
  static Result<NewPlace> of(const Insertion& insertion);
  // Before which line.
  std::size_t in(const TextLines& lines, const SealedLines& known) const;

 private:
  std::optional<Pattern> after_, before_;
  bool at_beginning_ = false;
  bool first_ = false;
};

Error changes_sealed_line();
// Of one that looks at whole texts: a digest that stands for a line is in no file, and what the edit would make of the
// line cannot be told from it.
Result<> refuse_sealed_lines(std::string_view text, const SealedLines& known);
Error not_settled(const EditResult& first, const EditResult& second, const SealedLines& known);
// Twice is once: refuses what is not done with once it is made.
template <class MakeOnce>
Result<EditResult> settled(std::string_view text, const SealedLines& known, const MakeOnce& once) {
  PLUMB_TRY_ASSIGN(EditResult result, once(text));
  if (result.holds) return result;
  PLUMB_TRY_ASSIGN(const EditResult second, once(result.text));
  if (second.holds) return result;
  return not_settled(result, second, known);
}

// See make_edit().
Result<EditResult> make_one(const LineEdit& edit, std::string_view text, const KeyedDigestOf& keyed,
                            const SealedLines& sealed);
Result<EditResult> make_one(const ReplaceEdit& edit, std::string_view text, const KeyedDigestOf& keyed,
                            const SealedLines& sealed);
Result<EditResult> make_one(const BlockEdit& edit, std::string_view text, const KeyedDigestOf& keyed,
                            const SealedLines& sealed);
Result<EditResult> make_one(const TextEdit& edit, std::string_view text, const KeyedDigestOf& keyed,
                            const SealedLines& sealed);
Result<EditResult> make_one(const EntryEdit& edit, std::string_view text, const KeyedDigestOf& keyed,
                            const SealedLines& sealed);
Result<EditResult> make_one(const IniEdit& edit, std::string_view text, const KeyedDigestOf& keyed,
                            const SealedLines& sealed);
Result<EditResult> make_one(const TreeEdit& edit, std::string_view text, const KeyedDigestOf& keyed,
                            const SealedLines& sealed);

}  // namespace plumb
