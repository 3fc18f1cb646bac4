#include <utility>

#include "engine/base/digest.h"
#include "providers/sdk/edit_parts.h"

namespace plumb {
namespace {

// A line edit with its patterns read.
class LineEditor {
 public:
  static Result<LineEditor> of(const LineEdit& edit, const KeyedDigestOf& keyed, const SealedLines& known) {
    LineEditor editor(edit, keyed, known);
    if (edit.text.find_first_of("\n\r") != std::string::npos) return fail(Code::kBadValue, "a line holds no line end");
    PLUMB_TRY_ASSIGN(editor.match_, given_pattern(edit.match));
    PLUMB_TRY_ASSIGN(editor.new_place_, NewPlace::of(edit));
    if (edit.back_references) {
      if (!editor.match_) return fail(Code::kBadValue, "back references need a pattern whose groups they name");
      if (editor.sealed()) return fail(Code::kBadValue, "a sensitive text cannot hold back references");
      PLUMB_TRY(check_replacement(edit.text, editor.match_->group_count()));
    }
    return editor;
  }

  Result<EditResult> make(std::string_view text) const {
    TextLines lines(text);
    EditResult result;
    if (edit_.absent) {
      PLUMB_TRY(remove(lines, result));
    } else {
      PLUMB_TRY(put(lines, result));
    }
    result.text = result.holds ? std::string(text) : lines.str();
    // What a sensitive line is like is not known here, but where it was said before.
    if (result.holds || (sealed() && !known_.holds(edit_.text))) return result;
    // Twice is once, also for patterns that match what they have made.
    TextLines again(result.text);
    EditResult second;
    if (edit_.absent) {
      PLUMB_TRY(remove(again, second));
    } else {
      PLUMB_TRY(put(again, second));
    }
    if (second.holds) return result;
    std::string why = "the edit would not be done with once it is made";
    // Where lines are sensitive, these may be.
    if (!sealed() && known_.standing.empty() && !known_.hides)
      why += ": it would make `" + result.wanted.value_or("") + "` and then change `" + second.found.value_or("") + "`";
    return fail(Code::kRefusedByState, std::move(why))
        .hint("let `match` match one line alone, and the line that `text` makes of it");
  }

 private:
  LineEditor(const LineEdit& edit, const KeyedDigestOf& keyed, const SealedLines& known)
      : edit_(edit), keyed_(keyed), known_(known) {}

  bool sealed() const { return keyed_ && is_keyed_digest(edit_.text); }

  // Whether a line is the one that is asked for.
  Result<bool> is_wanted(std::string_view line, const std::string& wanted) const {
    if (line == wanted) return true;
    if (known_.holds(line)) return known_.meets("text", line);
    if (!sealed()) return false;
    const std::string digest = keyed_(line);
    if (digest.empty()) return fail(Code::kSecretUnresolved, "the line is sensitive and cannot be looked for here");
    return digest == wanted;
  }

  Result<std::size_t> find_wanted(const TextLines& lines, const std::string& wanted) const {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      PLUMB_TRY_ASSIGN(const bool same, is_wanted(lines[i], wanted));
      if (same) return i;
    }
    return kNoLine;
  }

  Result<> put(TextLines& lines, EditResult& result) const {
    const std::size_t at = find_line(lines, match_, "match", edit_.first, known_);
    std::string wanted = edit_.text;
    if (at != kNoLine) {
      if (edit_.back_references) {
        PLUMB_TRY_ASSIGN(wanted, expanded(lines[at]));
      }
      PLUMB_TRY_ASSIGN(const bool same, is_wanted(lines[at], wanted));
      // What the pattern does not match once it is made may be there already beside a line that it does.
      std::size_t there = same ? at : kNoLine;
      const bool known = !sealed() || known_.holds(wanted);
      if (!same && known && !matches(*match_, "match", wanted, known_)) {
        PLUMB_TRY_ASSIGN(there, find_wanted(lines, wanted));
      }
      const std::size_t found = there == kNoLine ? at : there;
      result.found = std::string(lines[found]);
      result.count = 1;
      result.holds = there != kNoLine;
      if (!result.holds) lines.replace(at, wanted);
      result.wanted = std::move(wanted);
      return {};
    }
    if (edit_.back_references) {
      result.holds = true;
      return {};
    }
    PLUMB_TRY_ASSIGN(const std::size_t there, find_wanted(lines, wanted));
    result.holds = there != kNoLine;
    if (result.holds) {
      result.found = std::string(lines[there]);
      result.count = 1;
    } else {
      lines.insert(new_place_.in(lines, known_), wanted);
    }
    result.wanted = std::move(wanted);
    return {};
  }

  Result<std::string> expanded(std::string_view line) const {
    if (!known_.holds(line)) return expand_replacement(edit_.text, *match_->find(line));
    if (known_.meets("kept", line)) return std::string(line);
    return changes_sealed_line();
  }

  Result<> remove(TextLines& lines, EditResult& result) const {
    std::vector<bool> gone(lines.size());
    std::string found;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      bool goes = false;
      if (match_) {
        goes = matches(*match_, "match", lines[i], known_);
      } else {
        PLUMB_TRY_ASSIGN(goes, is_wanted(lines[i], edit_.text));
      }
      if (!goes) continue;
      gone[i] = true;
      if (result.count++ > 0) found += '\n';
      found += lines[i];
    }
    result.holds = result.count == 0;
    if (result.holds) return {};
    result.found = std::move(found);
    lines.remove(gone);
    return {};
  }

  const LineEdit& edit_;
  const KeyedDigestOf& keyed_;
  const SealedLines& known_;
  std::optional<Pattern> match_;
  NewPlace new_place_;
};

}  // namespace

std::map<std::string, SealedLines::Digests> met_by(const LineEdit& edit,
                                                   const std::map<std::string, std::string>& lines) {
  std::map<std::string, SealedLines::Digests> met;
  const auto note = [&](const char* part, const std::string& source, const auto& meets) {
    const Result<Pattern> pattern = Pattern::parse(source);
    if (source.empty() || !pattern) return;
    for (const auto& [digest, line] : lines) {
      if (meets(*pattern, line)) met[part].insert(digest);
    }
  };
  const auto matches = [](const Pattern& pattern, const std::string& line) { return pattern.matches(line); };
  note("match", edit.match, matches);
  note("insert_after", edit.insert_after, matches);
  note("insert_before", edit.insert_before, matches);
  if (edit.back_references) {
    note("kept", edit.match, [&](const Pattern& pattern, const std::string& line) {
      const auto groups = pattern.find(line);
      return groups && check_replacement(edit.text, pattern.group_count()) &&
             expand_replacement(edit.text, *groups) == line;
    });
  } else {
    for (const auto& [digest, line] : lines) {
      if (line == edit.text) met["text"].insert(digest);
    }
  }
  return met;
}

Result<EditResult> make_one(const LineEdit& edit, std::string_view text, const KeyedDigestOf& keyed,
                            const SealedLines& sealed) {
  PLUMB_TRY_ASSIGN(const LineEditor editor, LineEditor::of(edit, keyed, sealed));
  return editor.make(text);
}

}  // namespace plumb
