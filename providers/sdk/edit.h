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
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "providers/sdk/members.h"

namespace plumb {

// Where what is new goes: behind or before the line that a pattern matches, else to the end or the beginning.
struct Insertion {
  bool first = false;  // of several lines that a pattern matches the first counts, not the last
  std::string insert_after;
  std::string insert_before;
  bool at_beginning = false;
  friend bool operator==(const Insertion&, const Insertion&) = default;
};

// Each names as `kValue` the attribute that its resources have for what is there and is to be there.

// One line is there, or lines are not. A line is what lies between line ends; its end is none of it. Patterns are those
// of engine/base/pattern.h and see one line at a time.
struct LineEdit : Insertion {
  static constexpr std::string_view kValue = "text";
  std::string text;              // the line to be there; a keyed digest where it is sensitive
  std::string match;             // pattern of the line that it replaces; "" for none
  bool absent = false;           // lines that `match` matches, or without it those that are `text`, are to go
  bool back_references = false;  // \0 to \9 in `text` stand for groups of `match`, without which nothing is done
  friend bool operator==(const LineEdit&, const LineEdit&) = default;
};

// All that a pattern matches is replaced, over lines and in them. Patterns see the whole text, `^` and `$` being the
// ends of lines.
struct ReplaceEdit {
  static constexpr std::string_view kValue = "text";
  std::string match;
  std::string text;              // what takes the place of each match
  bool back_references = false;  // \0 to \9 in `text` stand for groups of `match`
  // Only what lies behind the first match of the one and before the next of the other; where one is given and not
  // found, nothing is replaced.
  std::string only_after;
  std::string only_before;
  std::string unless;  // a match in which this pattern matches stays
  friend bool operator==(const ReplaceEdit&, const ReplaceEdit&) = default;
};

// Lines between two marker lines.
struct BlockEdit : Insertion {
  static constexpr std::string_view kValue = "content";
  std::string content;  // what lies between them; whether its last line has an end says nothing
  std::string begin;    // the markers, each a whole line
  std::string end;
  bool absent = false;  // the block is to go with its markers
  friend bool operator==(const BlockEdit&, const BlockEdit&) = default;
};

// The file holds exactly this.
struct TextEdit {
  static constexpr std::string_view kValue = "content";
  std::string text;
  friend bool operator==(const TextEdit&, const TextEdit&) = default;
};

// One entry of a file that holds one a line: it is there once, or not at all. Patterns see one line at a time.
struct EntryEdit : Insertion {
  static constexpr std::string_view kValue = "entry";
  std::string text;   // the whole line
  std::string match;  // lines that are this entry, whatever they say of it
  std::string same;   // those of them that say what `text` says; "" for what is `text`
  // Of entries that nothing in them names, the line above does: then what `match` matches is this entry behind such a
  // line alone, and a line that is `same` and has none becomes it.
  std::string mark;       // the line above; "" for none
  std::string marks;      // lines that are this entry's mark, in the words of other tools too
  std::string any_marks;  // lines that are the mark of any entry
  std::string hashed;     // the name of a host; a line that begins with it as ssh hides it is seen as if it were clear
  bool absent = false;
  // Where no other entries than known ones may be: those go, `keeps` being patterns of those that stay.
  std::string others;  // lines that are entries; "" where others stay
  std::vector<std::string> keeps;
  friend bool operator==(const EntryEdit&, const EntryEdit&) = default;
};

// Options of one section of a file of sections, `[NAME]`, of lines `NAME = VALUE`.
struct IniEdit {
  static constexpr std::string_view kValue = "settings";
  std::string section;  // "" for what stands before the first one
  // By name: a text; a list of texts, for an option that is there so often; null for a name without a value. The keyed
  // digest of all of it where that is sensitive.
  OpenOrSealed options = {};
  std::vector<std::string> remove;  // names of options that are to go
  bool absent = false;              // the section is to go, with all that is in it
  std::string delimiter;            // between name and value of new lines; "" for what others of the file have
  friend bool operator==(const IniEdit&, const IniEdit&) = default;
};

// Values of a file that is one tree of maps and lists. What is not asked for stays as it stands, blanks and all.
struct TreeEdit {
  static constexpr std::string_view kValue = "values";
  std::string format;  // "json"
  // By path, names and places in lists joined by dots, a name with a dot in it between double quotes: the value there.
  // The keyed digest of all of it where that is sensitive.
  OpenOrSealed set = {};
  OpenOrSealed merge = {};          // a map: what is in it is there, and in maps of it beside what else is there
  std::vector<std::string> remove;  // paths of what is to go
  friend bool operator==(const TreeEdit&, const TreeEdit&) = default;
};

// What lines of a section, joined by "\n", say of these options, in the form of IniEdit::options; those that they do
// not set are left out. Nothing where a value is more than one line.
std::optional<Json> ini_options(std::string_view lines, const std::vector<std::string>& names);

using Edit = std::variant<LineEdit, ReplaceEdit, BlockEdit, EntryEdit, IniEdit, TreeEdit, TextEdit>;

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

// Keeps line ends as they are (a new line gets that of the first one), a missing last one missing where no entry is
// put, and a byte order mark in front. Errors, kRefusedByState: edits that would find more to do each time they are
// made, and markers of a block that do not go together; kBadValue: patterns and escapes that are not understood;
// kSecretUnresolved: a sensitive text that cannot be looked for.
Result<EditResult> make_edit(const Edit& edit, std::string_view text, const KeyedDigestOf& keyed = {},
                             const SealedLines& sealed = {});

}  // namespace plumb
