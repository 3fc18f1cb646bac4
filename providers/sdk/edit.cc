#include "providers/sdk/edit.h"

#include "providers/sdk/edit_parts.h"

namespace plumb {

Result<std::optional<Pattern>> given_pattern(const std::string& text) {
  if (text.empty()) return std::optional<Pattern>();
  PLUMB_TRY_ASSIGN(Pattern pattern, Pattern::parse(text));
  return std::optional(std::move(pattern));
}

bool matches(const Pattern& pattern, const char* part, std::string_view line, const SealedLines& known) {
  return known.holds(line) ? known.meets(part, line) : pattern.matches(line);
}

std::size_t find_line(const TextLines& lines, const std::optional<Pattern>& pattern, const char* part, bool first,
                      const SealedLines& known) {
  std::size_t found = kNoLine;
  for (std::size_t i = 0; pattern && i < lines.size(); ++i) {
    if (!matches(*pattern, part, lines[i], known)) continue;
    found = i;
    if (first) break;
  }
  return found;
}

Result<NewPlace> NewPlace::of(const Insertion& insertion) {
  NewPlace place;
  PLUMB_TRY_ASSIGN(place.after_, given_pattern(insertion.insert_after));
  PLUMB_TRY_ASSIGN(place.before_, given_pattern(insertion.insert_before));
  place.at_beginning_ = insertion.at_beginning;
  place.first_ = insertion.first;
  return place;
}

std::size_t NewPlace::in(const TextLines& lines, const SealedLines& known) const {
  if (const std::size_t at = find_line(lines, before_, "insert_before", first_, known); at != kNoLine) return at;
  if (const std::size_t at = find_line(lines, after_, "insert_after", first_, known); at != kNoLine) return at + 1;
  return at_beginning_ ? 0 : lines.size();
}

Error changes_sealed_line() {
  return fail(Code::kRefusedByState, "it would change a line that another resource holds and that is sensitive")
      .hint("remove one of them, or narrow what it matches");
}

Result<EditResult> make_one(const TextEdit& edit, std::string_view text, const KeyedDigestOf&, const SealedLines&) {
  return EditResult{text == edit.text, edit.text, std::string(text), 1, edit.text};
}

Result<> refuse_sealed_lines(std::string_view text, const SealedLines& known) {
  if (known.standing.empty()) return {};
  const TextLines lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (known.holds(lines[i])) return changes_sealed_line();
  }
  return {};
}

Error not_settled(const EditResult& first, const EditResult& second, const SealedLines& known) {
  std::string why = "it would find more to do once it is made";
  if (known.standing.empty() && !known.hides)
    why += ": it would make `" + first.wanted.value_or("") + "` and then `" + second.wanted.value_or("") + "`";
  return fail(Code::kRefusedByState, std::move(why));
}

std::string_view value_name(const Edit& edit) {
  return std::visit([](const auto& one) { return std::decay_t<decltype(one)>::kValue; }, edit);
}

Result<EditResult> make_edit(const Edit& edit, std::string_view text, const KeyedDigestOf& keyed,
                             const SealedLines& sealed) {
  // Bytes of another encoding would come between its own.
  const bool wide = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
  if (wide && !std::holds_alternative<TextEdit>(edit))
    return fail(Code::kRefusedByState, "it is UTF-16, of which no part can be edited")
        .hint("a `file` with `source` brings it whole");
  return std::visit([&](const auto& one) { return make_one(one, text, keyed, sealed); }, edit);
}

}  // namespace plumb
