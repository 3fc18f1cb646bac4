#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/digest.h"
#include "providers/sdk/edit_parts.h"

namespace plumb {
namespace {

constexpr std::string_view kMarkOfText = "\xEF\xBB\xBF";

// As people see them: without carriage returns at their ends, and without the last end.
std::string shown_lines(std::string_view lines) {
  std::string shown;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool ends_line = lines[i] == '\r' && (i + 1 == lines.size() || lines[i + 1] == '\n');
    if (!ends_line) shown += lines[i];
  }
  if (shown.ends_with('\n')) shown.pop_back();
  return shown;
}

std::size_t behind_character(std::string_view text, std::size_t at) {
  do {
    ++at;
  } while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U);
  return at;
}

// A text of which parts are replaced, from the first to the last, and the whole lines that this changes.
class ReplacedText {
 public:
  explicit ReplacedText(std::string_view text) : text_(text) {}

  void replace(std::size_t from, std::size_t to, std::string_view with) {
    out_ += text_.substr(copied_, from - copied_);
    const std::size_t begin = from == 0 ? 0 : text_.rfind('\n', from - 1) + 1;  // npos + 1 is 0
    const bool whole = to > from && text_[to - 1] == '\n';
    const std::size_t end = whole ? to : std::min(text_.find('\n', to), text_.size());
    const std::size_t new_begin = out_.size() - std::min(from - begin, out_.size());
    out_ += with;
    copied_ = to;
    const std::size_t new_end = out_.size() + (end - to);
    const bool same_line = !changed_.empty() && (begin < changed_.back().end || begin == changed_.back().begin);
    if (!same_line) changed_.push_back({begin, end, new_begin, new_end});
    changed_.back().end = end;
    changed_.back().new_end = new_end;
  }

  bool is_changed() const { return !changed_.empty(); }

  // Consumes it.
  EditResult result(std::string_view mark) {
    out_ += text_.substr(copied_);
    EditResult result;
    result.count = changed_.size();
    std::string found;
    std::string wanted;
    bool any_left = false;
    for (const ChangedLines& lines : changed_) {
      if (&lines != &changed_.front()) found += '\n';
      found += shown_lines(text_.substr(lines.begin, lines.end - lines.begin));
      // Lines that go leave none.
      if (lines.new_begin == lines.new_end) continue;
      if (std::exchange(any_left, true)) wanted += '\n';
      wanted += shown_lines(std::string_view(out_).substr(lines.new_begin, lines.new_end - lines.new_begin));
    }
    result.found = std::move(found);
    result.wanted = std::move(wanted);
    result.text = std::string(mark) + out_;
    return result;
  }

 private:
  struct ChangedLines {
    std::size_t begin, end;
    std::size_t new_begin, new_end;
  };

  std::string_view text_;
  std::size_t copied_ = 0;
  std::string out_;
  std::vector<ChangedLines> changed_;
};

class Replacer {
 public:
  static Result<Replacer> of(const ReplaceEdit& edit, const KeyedDigestOf& keyed, const SealedLines& known) {
    if (edit.match.empty()) return fail(Code::kBadValue, "an empty pattern matches everywhere");
    if (keyed && is_keyed_digest(edit.text))
      return fail(Code::kSecretUnresolved, "its text is sensitive and is not known here");
    PLUMB_TRY_ASSIGN(Pattern match, Pattern::parse(over_lines(edit.match)));
    Replacer replacer(edit, known, std::move(match));
    if (edit.back_references) PLUMB_TRY(check_replacement(edit.text, replacer.match_.group_count()));
    PLUMB_TRY_ASSIGN(replacer.after_, given_pattern(over_lines(edit.only_after)));
    PLUMB_TRY_ASSIGN(replacer.before_, given_pattern(over_lines(edit.only_before)));
    PLUMB_TRY_ASSIGN(replacer.unless_, given_pattern(over_lines(edit.unless)));
    return replacer;
  }

  Result<EditResult> make(std::string_view text) const {
    PLUMB_TRY_ASSIGN(EditResult result, once(text));
    if (result.holds) return result;
    PLUMB_TRY_ASSIGN(const EditResult second, once(result.text));
    if (second.holds) return result;
    std::string why = "what it makes matches again, so that it would change at every run";
    if (known_.standing.empty() && !known_.hides)
      why += ": it would make `" + second.found.value_or("") + "` and then `" + second.wanted.value_or("") + "`";
    return fail(Code::kRefusedByState, std::move(why))
        .hint(
            "let `match` tell what is to be replaced from what `text` makes of it, with ^, $ or \\b, or `unless` what "
            "is done");
  }

 private:
  // ^ and $ are the ends of lines.
  static std::string over_lines(const std::string& pattern) { return pattern.empty() ? "" : "(?m)" + pattern; }

  Replacer(const ReplaceEdit& edit, const SealedLines& known, Pattern match)
      : edit_(edit), known_(known), match_(std::move(match)) {}

  Result<EditResult> once(std::string_view whole) const {
    const std::string_view mark = whole.substr(0, whole.starts_with(kMarkOfText) ? kMarkOfText.size() : 0);
    const std::string_view text = whole.substr(mark.size());
    PLUMB_TRY(refuse_sealed_lines(text, known_));
    EditResult unchanged;
    unchanged.holds = true;
    unchanged.text = std::string(whole);
    std::size_t at = 0;
    std::size_t end = text.size();
    if (after_) {
      const auto found = after_->find(text);
      if (!found) return unchanged;
      at = place_of(*found, text) + found->front()->size();
    }
    if (before_) {
      const auto found = before_->find(text, at);
      if (!found) return unchanged;
      end = place_of(*found, text);
    }
    ReplacedText replaced = replace(text, at, end);
    return replaced.is_changed() ? replaced.result(mark) : unchanged;
  }

  ReplacedText replace(std::string_view text, std::size_t at, std::size_t end) const {
    ReplacedText replaced(text);
    const std::string_view part = text.substr(0, end);
    std::size_t behind = kNoLine;  // the last match
    while (at <= end) {
      const auto groups = match_.find(part, at);
      if (!groups) break;
      const std::string_view found = *groups->front();
      const std::size_t from = place_of(*groups, text);
      const std::size_t to = from + found.size();
      at = found.empty() ? behind_character(text, from) : to;
      if (found.empty() && from == behind) continue;
      behind = to;
      if (unless_ && unless_->matches(found)) continue;
      const std::string with = edit_.back_references ? expand_replacement(edit_.text, *groups) : edit_.text;
      if (with != found) replaced.replace(from, to, with);
    }
    return replaced;
  }

  static std::size_t place_of(const Pattern::Groups& groups, std::string_view text) {
    return static_cast<std::size_t>(groups.front()->data() - text.data());
  }

  const ReplaceEdit& edit_;
  const SealedLines& known_;
  Pattern match_;
  std::optional<Pattern> after_, before_, unless_;
};

// Whether all of its lines end as those of DOS do, and nobody asks about that.
bool has_other_ends(const ReplaceEdit& edit, std::string_view text) {
  for (const std::string* part : {&edit.match, &edit.text, &edit.only_after, &edit.only_before, &edit.unless}) {
    if (part->find('\r') != std::string::npos || part->find("\\r") != std::string::npos ||
        part->find("\\x") != std::string::npos)
      return false;
  }
  bool any = false;
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    if (at == 0 || text[at - 1] != '\r') return false;
    any = true;
  }
  return any;
}

std::string with_plain_ends(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') plain += text[i];
  }
  return plain;
}

std::string with_other_ends(std::string_view plain) {
  std::string text;
  for (const char c : plain) {
    if (c == '\n') text += '\r';
    text += c;
  }
  return text;
}

}  // namespace

Result<EditResult> make_one(const ReplaceEdit& edit, std::string_view text, const KeyedDigestOf& keyed,
                            const SealedLines& sealed) {
  PLUMB_TRY_ASSIGN(const Replacer replacer, Replacer::of(edit, keyed, sealed));
  if (!has_other_ends(edit, text)) return replacer.make(text);
  // . and $ are meant of the lines, whatever ends them.
  PLUMB_TRY_ASSIGN(EditResult result, replacer.make(with_plain_ends(text)));
  result.text = with_other_ends(result.text);
  return result;
}

}  // namespace plumb
