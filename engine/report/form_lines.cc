#include "engine/report/form_lines.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "engine/report/text_diff.h"

namespace plumb::report {
namespace {

// The lines of one side, and what of each a path tells.
class ToldLines {
 public:
  explicit ToldLines(std::string_view text) : text_(text) {
    for (std::size_t at = 0; at < text.size(); ++count_) {
      starts_.push_back(at);
      at = std::min(text.find('\n', at), text.size() - 1) + 1;
    }
    cuts_.resize(count_);
    moves_.resize(count_, false);
  }

  // `moves`: it came or went, with whatever stands around it.
  void tell(TextPlace place, bool moves) {
    place.end = std::min(place.end, text_.size());
    if (place.begin >= place.end) return;
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), place.begin);
    for (std::size_t line = static_cast<std::size_t>(after - starts_.begin()) - 1;
         line < count_ && starts_[line] < place.end; ++line) {
      cuts_[line].push_back({std::max(place.begin, starts_[line]), std::min(place.end, end_of(line))});
      moves_[line] = moves_[line] || moves;
    }
  }

  // What no path tells of it.
  std::string rest_of(std::size_t line) const {
    std::vector<TextPlace> cuts = cuts_[line];
    std::sort(cuts.begin(), cuts.end(), [](TextPlace a, TextPlace b) { return a.begin < b.begin; });
    std::string rest;
    std::size_t at = starts_[line];
    for (const TextPlace& cut : cuts) {
      if (cut.begin > at) rest.append(text_.substr(at, cut.begin - at));
      at = std::max(at, cut.end);
    }
    return rest.append(text_.substr(at, end_of(line) - at));
  }
  bool moves(std::size_t line) const { return moves_[line]; }
  bool is_told(std::size_t line) const { return !cuts_[line].empty(); }
  std::size_t count() const { return count_; }

 private:
  std::size_t end_of(std::size_t line) const {
    const std::size_t end = line + 1 < count_ ? starts_[line + 1] : text_.size();
    return end > starts_[line] && text_[end - 1] == '\n' ? end - 1 : end;
  }

  std::string_view text_;
  std::size_t count_ = 0;
  std::vector<std::size_t> starts_;
  std::vector<std::vector<TextPlace>> cuts_;
  std::vector<bool> moves_;
};

using Rests = std::vector<std::string>;

// Of one side: what is left of lines of which a path tells something, and lines of which none does.
struct ChangedLines {
  Rests told;
  Rests untold;
  bool moves = false;  // something came or went in one of them
};

// What is in both goes.
template <typename Key>
void cancel(Rests& before, Rests& after, const Key& key) {
  std::map<std::string, std::size_t> counts;
  for (const std::string& rest : before) ++counts[key(rest)];
  std::map<std::string, std::size_t> common;
  std::erase_if(after, [&](const std::string& rest) {
    const auto found = counts.find(key(rest));
    if (found == counts.end() || found->second == 0) return false;
    --found->second;
    ++common[found->first];
    return true;
  });
  std::erase_if(before, [&](const std::string& rest) {
    const auto found = common.find(key(rest));
    if (found == common.end() || found->second == 0) return false;
    --found->second;
    return true;
  });
}

// Two lines of which no path tells anything are another matter, though they be equal: they were moved.
template <typename Key>
void cancel_told(ChangedLines& before, ChangedLines& after, const Key& key) {
  cancel(before.told, after.told, key);
  cancel(before.told, after.untold, key);
  cancel(before.untold, after.told, key);
}

// Without what only holds values together.
std::string without_signs(const std::string& text) {
  if (text.starts_with("---")) return text;
  std::string rest;
  for (const char c : text) {
    if (std::string_view(" \t\r,:{}[]=-\"'").find(c) == std::string_view::npos) rest += c;
  }
  return rest;
}

std::string without_comma(std::string text) {
  const std::size_t last = text.find_last_not_of(" \t\r");
  if (last != std::string::npos && text[last] == ',') text.erase(last, 1);
  return text;
}

}  // namespace

std::size_t form_lines(std::string_view before, std::string_view after, const PathChanges& changes, bool is_json) {
  ToldLines old_lines(before);
  ToldLines new_lines(after);
  bool any_moves = false;
  for (const PathChange& change : changes.all) {
    const bool moves = change.sign != '~' || change.before->kind != ValueTree::Kind::kValue ||
                       change.after->kind != ValueTree::Kind::kValue;
    any_moves = any_moves || moves;
    for (const TextPlace& place : change.before_places) old_lines.tell(place, moves);
    for (const TextPlace& place : change.after_places) new_lines.tell(place, moves);
  }
  ChangedLines gone;
  ChangedLines come;
  const auto take = [](const ToldLines& lines, std::size_t line, ChangedLines& into) {
    if (line >= lines.count()) return;
    (lines.is_told(line) ? into.told : into.untold).push_back(lines.rest_of(line));
    into.moves = into.moves || lines.moves(line);
  };
  std::size_t old_line = 0;
  std::size_t new_line = 0;
  for (const DiffLine& line : text_diff(before, after, 0)) {
    if (line.sign == '@') {
      old_line = std::stoul(line.text.substr(line.text.find('-') + 1)) - 1;
      new_line = std::stoul(line.text.substr(line.text.find('+') + 1)) - 1;
    } else if (line.sign == '-') {
      take(old_lines, old_line++, gone);
    } else {
      take(new_lines, new_line++, come);
    }
  }
  cancel_told(gone, come, [](const std::string& rest) { return rest; });
  // A text may have more lines than it had.
  const auto is_blank = [](const std::string& rest) { return rest.find_first_not_of(" \t\r") == std::string::npos; };
  std::erase_if(gone.told, is_blank);
  std::erase_if(come.told, is_blank);
  if (any_moves) {
    if (is_json) {
      cancel_told(gone, come, without_comma);
      cancel(gone.untold, come.untold, without_comma);
    }
    const auto is_nothing = [](const std::string& rest) { return without_signs(rest).empty(); };
    for (Rests* rests : {&gone.told, &gone.untold, &come.told, &come.untold}) std::erase_if(*rests, is_nothing);
    if (gone.moves || come.moves) cancel_told(gone, come, without_signs);
  }
  // Lines of signs alone go with what they hold together, and so would another way to end them.
  const bool other_ends = (before.find('\r') == std::string_view::npos) != (after.find('\r') == std::string_view::npos);
  const std::size_t line_end = before.ends_with('\n') == after.ends_with('\n') ? 0 : 1;
  return std::max({gone.told.size() + gone.untold.size(), come.told.size() + come.untold.size(),
                   std::size_t{other_ends ? 1U : 0U}}) +
         line_end;
}

}  // namespace plumb::report
