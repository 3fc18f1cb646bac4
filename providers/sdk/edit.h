// Edits: pure changes of a text, as data, each with the test of whether it holds already. The same code works on both
// sides of the wire. A closed set; each has a row in edit_rows.h and its own source.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace plumb {

// One line is there, or lines are not. A line is what lies between line ends; its end is none of it. Patterns are those
// of engine/base/pattern.h and see one line at a time.
struct LineEdit {
  std::string text;              // the line to be there; a keyed digest where it is sensitive
  std::string match;             // pattern of the line that it replaces; "" for none
  bool absent = false;           // lines that `match` matches, or without it those that are `text`, are to go
  bool first = false;            // of several lines that a pattern matches the first counts, not the last
  bool back_references = false;  // \0 to \9 in `text` stand for groups of `match`, without which nothing is done
  // Where a new line goes: behind or before the line that a pattern matches, else to the end or the beginning.
  std::string insert_after;
  std::string insert_before;
  bool at_beginning = false;
  friend bool operator==(const LineEdit&, const LineEdit&) = default;
};

// All that a pattern matches is replaced, over lines and in them. Patterns see the whole text, `^` and `$` being the
// ends of lines.
struct ReplaceEdit {
  std::string match;
  std::string text;              // what takes the place of each match
  bool back_references = false;  // \0 to \9 in `text` stand for groups of `match`
  // Only what lies behind the first match of the one and before the next of the other; where one is given and not
  // found, nothing is replaced.
  std::string only_after;
  std::string only_before;
  friend bool operator==(const ReplaceEdit&, const ReplaceEdit&) = default;
};

// Lines between two marker lines.
struct BlockEdit {
  std::string content;  // what lies between them; whether its last line has an end says nothing
  std::string begin;    // the markers, each a whole line
  std::string end;
  bool absent = false;  // the block is to go with its markers
  // Where a new block goes; see LineEdit.
  bool first = false;
  std::string insert_after;
  std::string insert_before;
  bool at_beginning = false;
  friend bool operator==(const BlockEdit&, const BlockEdit&) = default;
};

// The file holds exactly this.
struct TextEdit {
  std::string text;
  friend bool operator==(const TextEdit&, const TextEdit&) = default;
};

using Edit = std::variant<LineEdit, ReplaceEdit, BlockEdit, TextEdit>;

// The attribute that resources of such an edit have for what is to be there.
std::string_view value_name(const Edit& edit);

struct EditResult {
  bool holds = false;  // `text` is as it was
  std::string text;    // the whole text with the edit made
  // What the edit found to be changed or kept, without line ends, and of how many lines it is; nothing where there is
  // none.
  std::optional<std::string> found;
  std::size_t count = 0;
  // What is to be in its place; nothing where it is to go, or where there is nothing to be changed.
  std::optional<std::string> wanted;
};

// The keyed digest of a text, to find a line that is sensitive; "" where that cannot be told. Without one no text of an
// edit stands for another.
using KeyedDigestOf = std::function<std::string(std::string_view)>;

// What is known of lines that are sensitive where edits of lines are tried out without the values: where such a line
// was put, its keyed digest stands in the text.
struct SealedLines {
  using Digests = std::set<std::string, std::less<>>;
  Digests standing;                    // for lines
  std::map<std::string, Digests> met;  // by part of this edit: see met_by()
  bool hides = false;                  // values of others lie in the text, so that errors show nothing of it

  bool holds(std::string_view line) const { return standing.contains(line); }
  bool meets(const std::string& part, std::string_view line) const {
    const auto found = met.find(part);
    return found != met.end() && found->second.contains(line);
  }
};

// Which of these lines, by their digests, the parts of an edit are about: those that `match`, `insert_after` and
// `insert_before` match, those that are its `text`, and those that back references leave as they are, as `kept`.
std::map<std::string, SealedLines::Digests> met_by(const LineEdit& edit,
                                                   const std::map<std::string, std::string>& lines);

// Keeps line ends as they are (a new line gets that of the first one), a missing last one missing, and a byte order
// mark in front. Errors, kRefusedByState: edits that would find more to do each time they are made, and markers of a
// block that do not go together; kBadValue: patterns and escapes that are not understood; kSecretUnresolved: a
// sensitive text that cannot be looked for.
Result<EditResult> make_edit(const Edit& edit, std::string_view text, const KeyedDigestOf& keyed = {},
                             const SealedLines& sealed = {});

}  // namespace plumb
