#include "engine/report/paths_text.h"

#include <algorithm>
#include <vector>

#include "engine/report/content_text.h"
#include "engine/report/form_lines.h"
#include "engine/report/plan_values.h"
#include "engine/report/style.h"
#include "engine/report/text_diff.h"
#include "engine/report/unseen_text.h"

namespace plumb::report {
namespace {

constexpr std::size_t kMostPaths = 60;
constexpr std::string_view kPathMargin = "        ";
// Where lines follow that stand there themselves.
constexpr std::string_view kOuterMargin = "      ";

bool is_long_text(const ValueTree* tree) {
  constexpr std::size_t kLongText = 100;
  return tree != nullptr && tree->is_text &&
         (tree->text.size() > kLongText || tree->text.find('\n') != std::string::npos);
}

class PathWriter {
 public:
  PathWriter(std::string_view margin, const PlanTextOptions& options) : margin_(margin), options_(options) {}

  void write(const PathChange& change) {
    if (change.sign == '-') return whole('-', change.path, *change.before);
    if (change.sign == '+') return whole('+', change.path, *change.after);
    using Kind = ValueTree::Kind;
    if (change.before->kind != Kind::kValue || change.after->kind != Kind::kValue) {
      whole('-', change.path, *change.before);
      whole('+', change.path, *change.after);
    } else if (change.before->is_text && change.after->is_text &&
               (is_long_text(change.before) || is_long_text(change.after))) {
      add(tint("~ " + change.path + ":", Tone::kYellow, options_.color));
      nested(change.before->text, change.after->text);
    } else {
      // What cannot be told apart by looking is written out.
      const std::vector<std::string> sides = shown_lines({{'-', change.before->shown}, {'+', change.after->shown}});
      const bool same = sides[0] == sides[1];
      add(tint("~ " + change.path + ": ", Tone::kYellow, options_.color) + tint(sides[0], Tone::kRed, options_.color) +
          " → " + tint(same ? "another one" : sides[1], Tone::kGreen, options_.color));
    }
  }

  // A line of its own, after the others, however many of them there are.
  void note(const std::string& text) { note_ = text; }

  std::string take() {
    const std::size_t most = options_.full ? lines_.size() : options_.diff_lines;
    std::string out;
    for (std::size_t i = 0; i < std::min(lines_.size(), most); ++i) out += lines_[i] + "\n";
    if (lines_.size() > most) {
      out += std::string(margin_) +
             tint("… " + std::to_string(lines_.size() - most) + " more lines", Tone::kDim, options_.color) + "\n";
    }
    if (!note_.empty()) out += std::string(margin_) + tint(note_, Tone::kDim, options_.color) + "\n";
    return out;
  }

 private:
  void add(const std::string& line) { lines_.push_back(std::string(margin_) + line); }

  void whole(char sign, const std::string& path, const ValueTree& tree) {
    const Tone tone = sign == '+' ? Tone::kGreen : Tone::kRed;
    const std::string start = std::string(1, sign) + " ";
    for (const PathValue& one : path_values(path, tree)) {
      if (is_long_text(one.value)) {
        add(tint(start + one.path + ":", tone, options_.color));
        sign == '+' ? nested("", one.value->text) : nested(one.value->text, "");
      } else {
        const std::string shown = shown_lines({{sign, one.shown}}).front();
        add(tint(start + one.path + ": " + shown, tone, options_.color));
      }
    }
  }

  void nested(std::string_view before, std::string_view after) {
    PlanTextOptions options = options_;
    options.full = true;  // all lines; they are bounded with the others
    const std::string text = content_text(before, after, std::string(margin_) + "    ", options);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      lines_.push_back(text.substr(at, end - at));
      at = end + 1;
    }
  }

  std::string_view margin_;
  const PlanTextOptions& options_;
  std::vector<std::string> lines_;
  std::string note_;
};

std::string text_of_paths(const PathChanges& changes, const std::string& note, std::string_view margin,
                          const PlanTextOptions& options) {
  PathWriter writer(margin, options);
  for (const PathChange& change : changes.all) writer.write(change);
  if (!note.empty()) writer.note(note);
  return writer.take();
}

// What the paths do not tell; "" where they tell all.
std::string form_note(std::size_t lines, bool reordered) {
  std::string note;
  if (lines > 0) note = "and " + counted(lines, "line", "lines") + " of comments and layout";
  if (reordered) note += note.empty() ? "and names in another order" : ", and names in another order";
  return note;
}

}  // namespace

std::string paths_text(const PathChanges& changes, std::string_view margin, const PlanTextOptions& options) {
  return text_of_paths(changes, "", margin, options);
}

std::string content_change_text(std::string_view file, std::string_view before, std::string_view after,
                                const PlanTextOptions& options) {
  const bool both = options.full || options.lines_too;
  const std::string lines_alone = content_text(before, after, kPathMargin, options);
  const std::optional<FileTree> old_tree = read_value_tree(file, before);
  const std::optional<FileTree> new_tree = old_tree ? read_value_tree(file, after) : std::nullopt;
  if (!new_tree || old_tree->is_json != new_tree->is_json) return lines_alone;
  const std::optional<PathChanges> changes = path_changes(old_tree->root, new_tree->root, kMostPaths);
  // All of it, which has no path, is told by its lines.
  if (!changes || changes->all.empty() || changes->all.front().path.empty()) return lines_alone;
  std::string note = form_note(form_lines(before, after, *changes, new_tree->is_json), changes->reordered);
  if (!note.empty() && !both) note += "; --full shows them";
  return text_of_paths(*changes, note, both ? kOuterMargin : kPathMargin, options) + (both ? lines_alone : "");
}

std::optional<ValueChange> value_change(const Json& before, const Json& after, const PlanTextOptions& options) {
  constexpr std::size_t kFewItems = 3;
  const bool maps = before.is_object() && after.is_object();
  const bool lists = before.is_array() && after.is_array() && std::max(before.size(), after.size()) > kFewItems;
  if (!maps && !lists) return std::nullopt;
  const ValueTree old_tree = value_tree(before);
  const ValueTree new_tree = value_tree(after);
  const std::optional<PathChanges> changes = path_changes(old_tree, new_tree, kMostPaths);
  if (!changes || changes->all.empty()) return std::nullopt;
  return ValueChange{counted(changes->all.size(), "change", "changes"), paths_text(*changes, kPathMargin, options)};
}

}  // namespace plumb::report
