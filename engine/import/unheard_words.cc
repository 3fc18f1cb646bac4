// Keywords of a task for which what it becomes has no word: each is told where it would have meant something.
#include <algorithm>

#include "engine/import/task_words.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Node;

struct Unheard {
  std::string_view keyword;
  std::string_view ways;  // the letters of Way
  bool is_loss;           // the task is translated in part only
  std::string_view why;
};

constexpr Unheard kUnheard[] = {
    {"until", "v", true, "of a value has no word here: a `wait` says what is waited for"},
    {"until", "nc", true, "has no word here: a `wait` says what is waited for"},
    {"retries", "nclv", false, "has no word here: it is done once"},
    {"failed_when", "vcn", true, "has no word here: a check says it"},
    {"failed_when", "l", true, "has no word here: a check says it"},
    {"ignore_errors", "u", true, "of a role has no word here: say `on_failure: continue` in its module"},
    {"ignore_errors", "n", false, "has no word here: where it fails, so does what follows"},
    {"ignore_unreachable", "rnvlciub", false, "has no word here: other hosts go on where one is not reached"},
    {"notify", "n", true, "has no word here: nothing of this task sets off a handler"},
    {"notify", "vlc", true, "has no word here: what is only looked at or worked out sets off no handler"},
    {"run_once", "v", true, "of a value has no word here: each host works out its own"},
    {"run_once", "u", true, "of a role has no word here: say `once` in its module"},
    {"delegate_facts", "vlnu", true, "has no word here: a value belongs to the host that works it out"},
    {"throttle", "lciub", true, "of a task: `rollout` of the project says how hosts take turns"},
    {"any_errors_fatal", "lciub", true, "of a task: `rollout` of the project says how hosts take turns"},
    {"timeout", "lcu", true, "has no word here"},
    {"environment", "u", true, "of a role has no word here: say `env` in its module"},
    {"become_user", "u", true, "of a role has no word here: say `as` in its module"},
    {"check_mode", "u", true, "of a role has no word here"},
    {"remote_user", "rliub", true, "has no word here: `user` of the host says who connects"},
    {"port", "rliub", true, "has no word here: `port` of the host says where it is reached"},
    {"become_method", "rliub", false, "has no word here: `become` of the host says how"},
    {"become_flags", "rliub", false, "has no word here: `become` of the host says how"},
    {"become_exe", "rliub", false, "has no word here: `become` of the host says how"},
    {"no_log", "rliub", false, "has no word here: what an input with `sensitive` holds is never shown"},
    {"async", "rlnciub", false, "has no word here: plumb waits"},
};

// Whether it asks for something: what is said to be off does not.
bool asks_for(const Task& one, const Unheard& row, Way way) {
  const Node* node = one.keyword(row.keyword);
  if (node == nullptr || says_no(node)) return false;
  // What only looks sets off something where it is told to count as a change.
  if (row.keyword == "notify" && way != Way::kNothing) {
    const Node* changed = one.keyword("changed_when");
    return changed != nullptr && !says_no(changed);
  }
  return row.keyword != "retries" || one.keyword("until") == nullptr;
}

}  // namespace

void Unit::partly(int row, const std::string& why) {
  note(row, why);
  if (row < 0) return;
  const Outcome outcome = report_.tasks[static_cast<std::size_t>(row)].outcome;
  if (outcome != Outcome::kByHand) set_outcome(row, Outcome::kPartly);
}

void Unit::tell_unheard(const Task& one, Way way, int row) {
  const bool ends_well = until_of(one).what == Until::What::kSuccess;
  for (const Unheard& unheard : kUnheard) {
    if (unheard.ways.find(static_cast<char>(way)) == std::string_view::npos || !asks_for(one, unheard, way)) continue;
    const std::string why = "`" + std::string(unheard.keyword) + "` " + std::string(unheard.why);
    const bool is_loss = unheard.is_loss && !(unheard.keyword == "until" && way == Way::kNothing && ends_well);
    if (row < 0) {
      // Blocks have no row of their own.
      tell_once((shown_.empty() ? "" : shown_ + "/") + one.file + ":" + std::to_string(one.line()) + ": " + why);
    } else if (is_loss) {
      partly(row, why);
    } else {
      note(row, why);
    }
  }
}

}  // namespace plumb::imports
