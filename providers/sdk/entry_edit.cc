#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/hashed_name.h"
#include "providers/sdk/edit_parts.h"

namespace plumb {
namespace {

std::string_view first_word(std::string_view line) {
  constexpr std::string_view kBetween = " \t";
  line.remove_prefix(std::min(line.find_first_not_of(kBetween), line.size()));
  return line.substr(0, line.find_first_of(kBetween));
}

// An entry edit with its patterns read.
class EntryEditor {
 public:
  static Result<EntryEditor> of(const EntryEdit& edit, const SealedLines& known) {
    EntryEditor editor(edit, known);
    for (const std::string* line : {&edit.text, &edit.mark}) {
      if (line->find_first_of("\n\r") != std::string::npos) return fail(Code::kBadValue, "an entry holds no line end");
    }
    PLUMB_TRY_ASSIGN(editor.match_, Pattern::parse(edit.match));
    PLUMB_TRY_ASSIGN(editor.same_, given_pattern(edit.same));
    PLUMB_TRY_ASSIGN(editor.marks_, given_pattern(edit.marks));
    PLUMB_TRY_ASSIGN(editor.any_marks_, given_pattern(edit.any_marks));
    PLUMB_TRY_ASSIGN(editor.others_, given_pattern(edit.others));
    PLUMB_TRY_ASSIGN(editor.new_place_, NewPlace::of(edit));
    if (edit.first) {
      PLUMB_TRY_ASSIGN(editor.before_, given_pattern(edit.insert_before));
    }
    for (const std::string& keep : edit.keeps) {
      PLUMB_TRY_ASSIGN(Pattern pattern, Pattern::parse(keep));
      editor.keeps_.push_back(std::move(pattern));
    }
    return editor;
  }

  Result<EditResult> once(std::string_view text) const {
    PLUMB_TRY(refuse_sealed_lines(text, known_));
    TextLines lines(text);
    const Own own = find(lines);
    EditResult result;
    std::vector<bool> gone(lines.size());
    for (const std::vector<std::size_t>* all : {&own.marks, &own.entries}) {
      for (const std::size_t i : *all) gone[i] = true;
    }
    if (!edit_.absent) note_others(lines, gone);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (!gone[i]) continue;
      if (result.count++ > 0) *result.found += '\n';
      if (!result.found) result.found.emplace();
      *result.found += lines[i];
    }
    if (!edit_.absent) put(lines, own, gone, result);
    result.holds =
        result.found == result.wanted && std::none_of(gone.begin(), gone.end(), [](bool one) { return one; });
    if (result.holds) {
      result.text = std::string(text);
    } else {
      lines.remove(gone);
      // What reads such files may pass over a line that does not end, or over the whole file, as cron does.
      if (!edit_.absent) lines.end_last();
      result.text = lines.str();
    }
    return result;
  }

 private:
  // Its lines in the file.
  struct Own {
    std::vector<std::size_t> marks;
    std::vector<std::size_t> entries;
  };

  EntryEditor(const EntryEdit& edit, const SealedLines& known) : edit_(edit), known_(known) {}

  static bool is(const std::optional<Pattern>& pattern, std::string_view line) {
    return pattern && pattern->matches(line);
  }
  // With the name in clear.
  std::string open(std::string_view line) const {
    const std::size_t end = std::min(line.find(' '), line.size());
    const bool hidden = !edit_.hashed.empty() && is_hashed_name(line.substr(0, end), edit_.hashed);
    return hidden ? edit_.hashed + std::string(line.substr(end)) : std::string(line);
  }
  bool is_entry(std::string_view line) const {
    return edit_.hashed.empty() ? match_->matches(line) : match_->matches(open(line));
  }
  bool says_the_same(std::string_view line) const { return same_ ? same_->matches(open(line)) : line == edit_.text; }

  bool is_remark(std::string_view line) const {
    return line.starts_with('#') && !is(any_marks_, line) && !match_->matches(line);
  }
  // A mark is about the entry below it, also where somebody wrote remarks between them.
  std::size_t entry_below(const TextLines& lines, std::size_t mark) const {
    std::size_t at = mark + 1;
    while (at < lines.size() && is_remark(lines[at])) ++at;
    return at < lines.size() && match_->matches(lines[at]) ? at : kNoLine;
  }
  bool is_marked(const TextLines& lines, std::size_t entry) const {
    std::size_t below = entry;
    while (below > 0 && is_remark(lines[below - 1])) --below;
    return below > 0 && is(any_marks_, lines[below - 1]);
  }

  Own find(const TextLines& lines) const {
    Own own;
    if (edit_.mark.empty()) {
      for (std::size_t i = 0; i < lines.size(); ++i) {
        if (is_entry(lines[i])) own.entries.push_back(i);
      }
      return own;
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (!is(marks_, lines[i])) continue;
      own.marks.push_back(i);
      if (const std::size_t entry = entry_below(lines, i); entry != kNoLine) own.entries.push_back(entry);
    }
    // One that somebody wrote without a mark is taken over.
    for (std::size_t i = 0; own.marks.empty() && own.entries.empty() && !edit_.absent && i < lines.size(); ++i) {
      if (!is_marked(lines, i) && says_the_same(lines[i])) own.entries.push_back(i);
    }
    return own;
  }

  void note_others(const TextLines& lines, std::vector<bool>& gone) const {
    for (std::size_t i = 0; others_ && i < lines.size(); ++i) {
      const auto matches = [&](const Pattern& keep) { return keep.matches(lines[i]); };
      if (others_->matches(lines[i]) && std::none_of(keeps_.begin(), keeps_.end(), matches)) gone[i] = true;
    }
  }

  // Of entries of which the first counts: the line above this one that says something else. kNoLine for none.
  std::size_t counts_before(std::size_t at, const TextLines& lines, const Own& own) const {
    for (std::size_t i = 0; before_ && i < at; ++i) {
      const bool is_own = std::find(own.entries.begin(), own.entries.end(), i) != own.entries.end();
      if (!is_own && before_->matches(lines[i]) && first_word(lines[i]) != first_word(edit_.text)) return i;
    }
    return kNoLine;
  }

  // One entry stays, with one mark above it where it has one; all else of it goes.
  void put(TextLines& lines, const Own& own, std::vector<bool>& gone, EditResult& result) const {
    const auto same =
        std::find_if(own.entries.begin(), own.entries.end(), [&](std::size_t i) { return says_the_same(lines[i]); });
    std::size_t at = same != own.entries.end() ? *same : own.entries.empty() ? kNoLine : own.entries.front();
    std::string entry = same != own.entries.end() ? std::string(lines[at]) : edit_.text;
    std::size_t mark = own.marks.empty() ? kNoLine : own.marks.front();
    if (at != kNoLine && at > 0 && std::find(own.marks.begin(), own.marks.end(), at - 1) != own.marks.end())
      mark = at - 1;
    const auto insert = [&](std::size_t before, const std::string& line) {
      lines.insert(before, line);
      gone.insert(gone.begin() + static_cast<std::ptrdiff_t>(before), false);
    };
    std::string wanted = edit_.mark.empty() ? "" : (mark == kNoLine ? edit_.mark : std::string(lines[mark])) + "\n";
    result.wanted = wanted + entry;
    if (mark != kNoLine) gone[mark] = false;
    if (const std::size_t above = at == kNoLine ? kNoLine : counts_before(at, lines, own); above != kNoLine) {
      // Only its place may be another than the one that it is to have.
      result.found = std::string(lines[above]) + "\n" + *result.found;
      result.wanted = entry + "\n" + std::string(lines[above]);
      return insert(above, entry);
    }
    if (at != kNoLine) {
      gone[at] = false;
      if (same == own.entries.end()) lines.replace(at, std::move(entry));
      if (mark == kNoLine && !edit_.mark.empty()) insert(at, edit_.mark);
      return;
    }
    at = mark != kNoLine ? mark + 1 : new_place_.in(lines, known_);
    insert(at, entry);
    if (mark == kNoLine && !edit_.mark.empty()) insert(at, edit_.mark);
  }

  const EntryEdit& edit_;
  const SealedLines& known_;
  std::optional<Pattern> match_, same_, marks_, any_marks_, others_;
  std::optional<Pattern> before_;  // lines behind which the entry does not count
  std::vector<Pattern> keeps_;
  NewPlace new_place_;
};

}  // namespace

Result<EditResult> make_one(const EntryEdit& edit, std::string_view text, const KeyedDigestOf&,
                            const SealedLines& sealed) {
  PLUMB_TRY_ASSIGN(const EntryEditor editor, EntryEditor::of(edit, sealed));
  return settled(text, sealed, [&](std::string_view before) { return editor.once(before); });
}

}  // namespace plumb
