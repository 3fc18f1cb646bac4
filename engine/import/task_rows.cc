// The rows of the report: what became of each task; and the remarks in the place of those that are by hand.
#include <algorithm>

#include "engine/import/task_words.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

constexpr std::size_t kMostTasks = 50'000;
constexpr std::size_t kMostSourceLines = 24;

}  // namespace

int Unit::add_row(const Task& one) {
  if (report_.tasks.size() >= kMostTasks) throw Untranslatable{"more tasks than 50,000, with all loops and includes"};
  TaskOutcome row;
  row.file = (shown_.empty() ? "" : shown_ + "/") + one.file;
  row.line = one.line();
  row.name = one.name;
  row.module = one.written_module.empty() ? one.module : one.written_module;
  row.is_resource = is_resource_module(one.module) && !one_of(one.module, {"command", "shell", "raw", "script"});
  report_.tasks.push_back(std::move(row));
  current_row_ = static_cast<int>(report_.tasks.size()) - 1;
  return current_row_;
}

void Unit::tell(const std::string& text) {
  note(current_row_, text);
}

void Unit::note(int row, const std::string& text) {
  if (row < 0) return;
  std::vector<std::string>& notes = report_.tasks[static_cast<std::size_t>(row)].notes;
  if (std::find(notes.begin(), notes.end(), text) == notes.end()) notes.push_back(text);
}

void Unit::set_outcome(int row, Outcome outcome) {
  if (row >= 0) report_.tasks[static_cast<std::size_t>(row)].outcome = outcome;
}

void Unit::by_hand(const Task& one, Items& out, int row, const std::string& why, int effort) {
  set_outcome(row, Outcome::kByHand);
  note(row, why);
  report_.tasks[static_cast<std::size_t>(row)].effort = effort;
  auto item = std::make_unique<Item>();
  item->kind = Item::Kind::kComment;
  item->row = row;
  const std::string place = report_.tasks[static_cast<std::size_t>(row)].file + ":" + std::to_string(one.line());
  item->comment = "by hand: " + one.name + " (" + place + ")\n  " + why;
  // What stands there, as it is.
  const std::string& text = file_text(one.file);
  std::size_t at = line_start(one.file, one.line());
  std::size_t lines = 0;
  const int last = one.node->span.end_line;
  for (int line = one.line(); at != std::string::npos && at < text.size() && line <= last && lines < kMostSourceLines;
       ++line, ++lines) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view own = std::string_view(text).substr(at, end - at);
    if (own.find_first_not_of(" \t") != std::string_view::npos) item->comment += "\n  | " + std::string(own);
    at = end + 1;
  }
  out.push_back(std::move(item));
}

}  // namespace plumb::imports
