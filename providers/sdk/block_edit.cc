#include <utility>
#include <vector>

#include "engine/base/digest.h"
#include "providers/sdk/edit_parts.h"

namespace plumb {
namespace {

class BlockEditor {
 public:
  static Result<BlockEditor> of(const BlockEdit& edit, const KeyedDigestOf& keyed, const SealedLines& known) {
    for (const std::string* marker : {&edit.begin, &edit.end}) {
      if (marker->empty() || marker->find_first_of("\n\r") != std::string::npos)
        return fail(Code::kBadValue, "a marker is one line");
    }
    if (edit.begin == edit.end) {
      return fail(Code::kBadValue, "both markers are `" + edit.begin + "`")
          .hint("give `marker_begin` and `marker_end` different texts");
    }
    if (keyed && is_keyed_digest(edit.content))
      return fail(Code::kSecretUnresolved, "its content is sensitive and is not known here");
    BlockEditor editor(edit, known);
    PLUMB_TRY_ASSIGN(editor.new_place_, NewPlace::of(edit));
    const TextLines lines(edit.content);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (!edit.absent && (lines[i] == edit.begin || lines[i] == edit.end))
        return fail(Code::kBadValue, "a line of the content is one of the markers");
      editor.content_.emplace_back(lines[i]);
    }
    return editor;
  }

  Result<EditResult> make(std::string_view text) const {
    TextLines lines(text);
    PLUMB_TRY_ASSIGN(const auto block, find(lines));
    EditResult result;
    std::vector<std::string> found;
    if (block) {
      for (std::size_t i = block->first + 1; i < block->second; ++i) found.emplace_back(lines[i]);
      result.found = joined(found);
      result.count = found.size();
    }
    if (!edit_.absent) result.wanted = joined(content_);
    result.holds = edit_.absent ? !block : block && found == content_;
    if (!result.holds) change(lines, block);
    result.text = result.holds ? std::string(text) : lines.str();
    return result;
  }

 private:
  using Markers = std::pair<std::size_t, std::size_t>;  // the lines of the markers

  BlockEditor(const BlockEdit& edit, const SealedLines& known) : edit_(edit), known_(known) {}

  static std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += (&line == &lines.front() ? "" : "\n") + line;
    return text;
  }

  Result<std::optional<Markers>> find(const TextLines& lines) const {
    std::size_t begin = kNoLine;
    std::size_t end = kNoLine;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (const auto& [marker, at] : {std::pair(&edit_.begin, &begin), std::pair(&edit_.end, &end)}) {
        if (lines[i] != *marker) continue;
        if (*at != kNoLine) return broken("`" + *marker + "` stands in lines " + number(*at) + " and " + number(i));
        *at = i;
      }
    }
    if (begin == kNoLine && end == kNoLine) return std::optional<Markers>();
    if (end == kNoLine) return broken("`" + edit_.begin + "` stands in line " + number(begin) + " without an end");
    if (begin == kNoLine) return broken("`" + edit_.end + "` stands in line " + number(end) + " without a beginning");
    if (end < begin) return broken("`" + edit_.end + "` stands before `" + edit_.begin + "`");
    return std::optional(Markers(begin, end));
  }

  static std::string number(std::size_t line) { return std::to_string(line + 1); }

  static Error broken(std::string why) {
    return fail(Code::kRefusedByState, std::move(why))
        .hint("put the markers right in the file; where the block begins and ends is not guessed");
  }

  void change(TextLines& lines, const std::optional<Markers>& block) const {
    std::size_t at = block ? block->first : new_place_.in(lines, known_);
    if (block) {
      std::vector<bool> gone(lines.size());
      for (std::size_t i = block->first; i <= block->second; ++i)
        gone[i] = edit_.absent || (i != block->first && i != block->second);
      lines.remove(gone);
      if (edit_.absent) return;
    } else {
      lines.insert(at, edit_.begin);
      lines.insert(at + 1, edit_.end);
    }
    for (const std::string& line : content_) lines.insert(++at, line);
  }

  const BlockEdit& edit_;
  const SealedLines& known_;
  NewPlace new_place_;
  std::vector<std::string> content_;
};

}  // namespace

Result<EditResult> make_one(const BlockEdit& edit, std::string_view text, const KeyedDigestOf& keyed,
                            const SealedLines& sealed) {
  PLUMB_TRY_ASSIGN(const BlockEditor editor, BlockEditor::of(edit, keyed, sealed));
  return editor.make(text);
}

}  // namespace plumb
