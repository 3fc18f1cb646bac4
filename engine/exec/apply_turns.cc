// Carrying out the actions whose turn has come.
//
// Actions that only touch files share their waits. All new contents are written beside their targets and synced, then
// every file is put in place by a rename, then each folder is synced once; the journal is synced once before and once
// after. A kill at any point leaves each file whole, old or new, and the journal says which actions are in doubt.
#include <algorithm>
#include <map>
#include <set>

#include <sys/stat.h>

#include "engine/exec/interpreter/programs.h"
#include "engine/exec/interpreter/services.h"
#include "engine/exec/judge.h"
#include "engine/exec/observe.h"
#include "engine/exec/transactions.h"
#include "engine/exec/turn_runner.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/sealed_values.h"

namespace plumb::exec {
namespace {

using Clock = std::chrono::steady_clock;
// The files of a group are open at once, and 1024 open files is what many hosts allow.
constexpr std::size_t kGroupActions = 512;
constexpr std::uint64_t kGroupBytes = std::uint64_t{8} << 20;

// The path of an operation that only touches files; null for any other.
const std::string* file_path(const Operation& operation) {
  return traits(operation).files_only ? path_of(operation) : nullptr;
}

// New contents are written before anything else is done, so they must not wait for another operation of the action.
bool can_be_grouped(const std::vector<Operation>& operations) {
  bool others = false;
  for (const Operation& operation : operations) {
    if (file_path(operation) == nullptr) return false;
    const bool writes = traits(operation).new_file;
    if (writes && others) return false;
    others = others || !writes;
  }
  return !operations.empty();
}

// What a change sets off is done again once the change is undone.
bool can_be_repeated(const std::vector<Operation>& operations) {
  return !operations.empty() && std::all_of(operations.begin(), operations.end(),
                                            [](const Operation& operation) { return traits(operation).repeatable; });
}

bool starts_service(const std::vector<Operation>& operations) {
  return std::any_of(operations.begin(), operations.end(), [](const Operation& operation) {
    const auto* service = std::get_if<ServiceAction>(&operation);
    return service != nullptr && service->verb == "start";
  });
}

// One of `paths` is this one, above it or below it.
bool collides(const std::set<std::string>& paths, const std::string& path) {
  for (std::string above = path; above != "/"; above = parent_of(above)) {
    if (paths.contains(above)) return true;
  }
  const auto below = paths.lower_bound(path + "/");
  return below != paths.end() && below->starts_with(path + "/");
}

}  // namespace

TurnRunner::TurnRunner(const ApplyTools& tools, const wire::Apply& request, Interpreter& interpreter,
                       ApplyProgress& progress)
    : ApplyActions(request, tools.registry),
      tools_(tools),
      request_(request),
      interpreter_(interpreter),
      progress_(progress),
      guard_(tools.system, tools.registry.managers(), tools.folder, request.run, request.plan),
      guarded_(request.actions.size(), false) {
  for (std::size_t i = 0; i < request.actions.size(); ++i) {
    if (action(i).triggered && !is_probe(i)) last_triggered_[action(i).desired.address] = i;
  }
  interpreter_.set_stop([this] {
    tools_.line.show_life();
    return tools_.line.wants_stop();
  });
  tools_.system.set_while_busy([this] { tools_.line.show_life(); });
  tools_.blobs.fetch_large(
      request.contents, request.key,
      [this](const wire::LargeContent& content, const ByteSink& take) { return fetch(content, take); });
}

TurnRunner::~TurnRunner() {
  tools_.system.set_while_busy({});
  tools_.blobs.fetch_nothing();
}

// Waiting for the line is not work: an earlier change may be what cut it, and is then undone meanwhile.
Result<> TurnRunner::fetch(const wire::LargeContent& content, const ByteSink& take) {
  const bool waits = waits_to_be_confirmed();
  if (waits) guard_.rest(false);
  Result<> fetched = tools_.line.fetch(content, take);
  if (waits && !guard_.work()) return fail(Code::kNotConfirmed, "the time to confirm what was changed before ran out");
  return fetched;
}

// About a file that has another name others may be, too, and nobody can tell by their paths.
bool TurnRunner::has_other_names(const std::vector<Operation>& operations) const {
  return std::any_of(operations.begin(), operations.end(), [this](const Operation& operation) {
    const std::string* path = file_path(operation);
    struct stat info {};
    return path != nullptr && tools_.system.files().stat(*path, true, info) == 0 && !S_ISDIR(info.st_mode) &&
           info.st_nlink > 1;
  });
}

bool TurnRunner::waits_to_be_confirmed() const {
  bool waits = false;
  for (std::size_t i = 0; i < progress_.states.size(); ++i) waits = waits || (guarded_[i] && progress_.touched[i]);
  return waits;
}

// It has a time of its own, or may have to be done again.
bool TurnRunner::takes_its_turn_alone(std::size_t index) const {
  const wire::Action& one = action(index);
  return one.triggered || one.manner.tries > 1 || one.manner.timeout_seconds > 0 || is_rescue(index);
}

bool TurnRunner::joins(const TurnGroup& group, std::size_t index) const {
  if (group.turns.empty()) return true;
  const wire::Action& next = action(index);
  if (group.closed || group.turns.size() >= kGroupActions || group.bytes >= kGroupBytes) return false;
  if (takes_its_turn_alone(index) || !can_be_grouped(next.operations) || has_other_names(next.operations)) return false;
  if (next.desired.env != action(group.turns.front().index).desired.env) return false;
  const auto needed = [&group](std::size_t need) { return group.indexes.contains(need); };
  if (std::any_of(next.needs.begin(), next.needs.end(), needed)) return false;
  const auto& operations = next.operations;
  return std::none_of(operations.begin(), operations.end(), [&group](const Operation& operation) {
    const std::string& path = *file_path(operation);
    const bool edits = std::holds_alternative<EditFile>(operation) && group.edited.contains(path);
    return !edits && collides(group.paths, path);
  });
}

void TurnRunner::add(TurnGroup& group, Turn turn) const {
  group.closed = group.closed || takes_its_turn_alone(turn.index) || !can_be_grouped(turn.operations) ||
                 has_other_names(turn.operations);
  group.indexes.insert(turn.index);
  for (const Operation& operation : turn.operations) {
    if (const std::string* path = file_path(operation)) {
      group.paths.insert(*path);
      if (std::holds_alternative<EditFile>(operation)) group.edited.insert(*path);
    }
    if (const std::string* content = content_of(operation)) group.bytes += tools_.blobs.size(*content).value_or(0);
  }
  group.turns.push_back(std::move(turn));
}

// Those of the turns that must be confirmed, and those that a change that must be sets off.
std::vector<Guarded> TurnRunner::guarded(const std::vector<Turn>& turns) const {
  std::vector<Guarded> found;
  for (const Turn& turn : turns) {
    const wire::Action& what = action(turn.index);
    const std::vector<std::size_t>& by = progress_.set_off_by[turn.index];
    const bool again = what.triggered && std::any_of(by.begin(), by.end(), [this](std::size_t i) {
                         return guarded_[i] && progress_.touched[i];
                       });
    if (again && !can_be_repeated(turn.operations)) continue;
    if (!again && (what.triggered || what.confirm_within == 0)) continue;
    const std::map<std::string, Json>& resources = tools_.log.record().resources;
    const auto recorded = resources.find(address(turn.index));
    UndoStep step{address(turn.index), what.op, turn.operations, {}, sealed_values(what.desired)};
    if (recorded != resources.end()) step.recorded = recorded->second;
    for (Operation& operation : step.operations) {
      if (auto* run = std::get_if<Run>(&operation)) run->env.insert(what.desired.env.begin(), what.desired.env.end());
    }
    found.push_back({std::move(step), again, what.confirm_within});
  }
  return found;
}

// From here on the host knows what is about to happen, and can undo what must be confirmed. False where nothing may.
bool TurnRunner::begin(const std::vector<Turn>& turns) {
  if (!guard_.work()) {
    progress_.broken = true;
    progress_.fail_before(turns.front().index,
                          Diagnostic(Code::kNotConfirmed, "the time to confirm what was changed before ran out"),
                          false);
    return false;
  }
  const std::vector<Guarded> armed = guarded(turns);
  if (Result<> ready = guard_.arm(armed, interpreter_.secrets()); !ready) {
    guard_.rest(false);
    const auto first = std::find_if(turns.begin(), turns.end(), [&](const Turn& turn) {
      return address(turn.index) == armed.front().step.address;
    });
    progress_.fail_before(first->index, std::move(ready.error()).during("preparing to undo it").diagnostic(), false);
    return false;
  }
  for (const Guarded& one : armed) {
    for (const Turn& turn : turns)
      guarded_[turn.index] = guarded_[turn.index] || address(turn.index) == one.step.address;
  }
  std::vector<JournalEntry> intents;
  intents.reserve(turns.size());
  for (const Turn& turn : turns) intents.push_back(intent_of(turn));
  if (Result<> written = tools_.log.write(intents); !written) {
    guard_.rest(false);
    progress_.broken = true;
    progress_.fail_before(turns.front().index, std::move(written.error()).during("writing the journal").diagnostic(),
                          false);
    return false;
  }
  return true;
}

void TurnRunner::carry_out(TurnGroup& group) {
  if (!group.closed) return carry_out(group.turns);
  // One that takes its turn alone, or those of a transaction.
  for (std::vector<Turn>& turns : transactions_of(group.turns)) {
    if (progress_.broken || progress_.stops_after_failure()) return;
    carry_out(turns);
  }
}

void TurnRunner::carry_out(std::vector<Turn>& turns) {
  const bool packages = changes_packages(turns.front().operations);
  if (packages || turns.size() == 1) {
    // Before it counts as work: on a line that is cut this may hang.
    for (const Turn& turn : turns) progress_.event(wire::EventKind::kStarted, turn.index);
    progress_.tell();
  }
  if (!begin(turns)) return;
  const std::vector<std::size_t> at_rest = packages ? at_rest_among(set_off_later(turns)) : std::vector<std::size_t>();
  const auto start = Clock::now();
  const auto since = std::chrono::system_clock::now();
  if (turns.size() > 1 && packages) {
    carry_out_transaction(turns);
  } else if (turns.size() > 1) {
    carry_out_group(turns);
  } else {
    carry_out_one(turns.front());
  }
  look_again(turns, since);
  if (turns.size() == 1) try_again(turns, since);
  const auto ran = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
  for (Turn& turn : turns) turn.milliseconds = ran / static_cast<std::int64_t>(turns.size());
  settle(turns);
  note_started(at_rest, turns);
  guard_.rest(std::any_of(turns.begin(), turns.end(), [this](const Turn& turn) { return guarded_[turn.index]; }));
}

void TurnRunner::carry_out_one(Turn& turn) {
  turn.begun = true;
  const TryScope scope(tools_.system, action(turn.index));
  const std::set<Sealed> marked = sealed_values(action(turn.index).desired);
  for (const Operation& operation : turn.operations) {
    if (Result<> ran = interpreter_.run(operation, marked, turn.output); !ran) {
      turn.problem = ran.error().diagnostic();
      break;
    }
  }
  if (turn.problem && scope.is_overdue()) turn.problem = scope.took_too_long(*turn.problem);
  if (Result<> synced = interpreter_.folders().sync(); !synced && !turn.problem)
    turn.problem = synced.error().diagnostic();
}

void TurnRunner::carry_out_group(std::vector<Turn>& turns) {
  const TryScope scope(tools_.system, action(turns.front().index));
  stage_all(turns);
  bool stopped = false;
  for (Turn& turn : turns) {
    if (stopped) break;
    if (!turn.problem) put_in_place(turn);
    stopped = turn.problem.has_value() && progress_.stops_at(turn.index);
  }
  for (Turn& turn : turns) turn.files.clear();  // those that did not get to their place are removed
  Result<> synced = interpreter_.folders().sync();
  for (Turn& turn : turns) {
    if (!synced && turn.begun && !turn.problem) turn.problem = synced.error().diagnostic();
  }
}

// Writes the new contents of all, then waits for all of them.
void TurnRunner::stage_all(std::vector<Turn>& turns) {
  FileWriter& writer = interpreter_.writer();
  StagingFolder folder;
  const auto stage = [&](Turn& turn) -> Result<> {
    const std::set<Sealed> marked = sealed_values(action(turn.index).desired);
    for (const Operation& operation : turn.operations) {
      if (std::holds_alternative<EditFile>(operation)) turn.files.emplace_back();
      if (!std::holds_alternative<WriteFile>(operation)) continue;
      PLUMB_TRY_ASSIGN(const Operation revealed, interpreter_.secrets().reveal(operation, marked));
      PLUMB_TRY_ASSIGN(StagedFile staged, writer.stage(std::get<WriteFile>(revealed), folder, turn.output));
      turn.files.emplace_back(std::move(staged));
    }
    return {};
  };
  for (Turn& turn : turns) {
    if (Result<> staged = stage(turn); !staged) {
      turn.problem = staged.error().diagnostic();
      turn.files.clear();
      if (progress_.stops_at(turn.index)) break;
    }
  }
  stage_edits(turns, folder);
  std::vector<int> files;
  for (const Turn& turn : turns) {
    for (const std::optional<StagedFile>& file : turn.files) {
      if (file) files.push_back(file->file.get());
    }
  }
  if (Result<> synced = sync_together(files); !synced) {
    for (Turn& turn : turns) {
      if (!turn.files.empty() && !turn.problem) turn.problem = synced.error().diagnostic();
    }
  }
}

// Where an edit writes, by whatever path it is known: a last part that is a link is only followed where that is asked.
std::string TurnRunner::place_of(const EditFile& edit) const {
  if (edit.follow) return tools_.system.resolve(edit.path).value_or(edit.path);
  const std::string folder = tools_.system.resolve(parent_of(edit.path)).value_or(parent_of(edit.path));
  return (folder == "/" ? "" : folder) + "/" + base_of(edit.path);
}

// Edits of one file are one new file, which the first turn that has one brings.
void TurnRunner::stage_edits(std::vector<Turn>& turns, StagingFolder& folder) {
  struct ChainedEdit {
    EditFile edit;
    Turn* turn;
    std::size_t file;  // of the turn
  };
  std::map<std::string, std::vector<ChainedEdit>> chains;
  for (Turn& turn : turns) {
    std::size_t file = 0;
    for (const Operation& operation : turn.operations) {
      if (turn.problem || !traits(operation).new_file || file >= turn.files.size()) continue;
      const std::size_t at = file++;
      if (!std::holds_alternative<EditFile>(operation)) continue;
      Result<Operation> revealed = interpreter_.secrets().reveal(operation, sealed_values(action(turn.index).desired));
      if (!revealed) {
        turn.problem = revealed.error().diagnostic();
        break;
      }
      auto& edit = std::get<EditFile>(*revealed);
      std::string place = place_of(edit);
      chains[std::move(place)].push_back({std::move(edit), &turn, at});
    }
  }
  for (auto& [place, chain] : chains) {
    // Those of turns that failed by another chain.
    std::erase_if(chain, [](const ChainedEdit& one) { return one.turn->problem.has_value(); });
    if (chain.empty()) continue;
    std::vector<EditFile> edits;
    edits.reserve(chain.size());
    for (ChainedEdit& one : chain) edits.push_back(std::move(one.edit));
    const ChainedEdit& first = chain.front();
    Result<std::optional<StagedFile>> staged = interpreter_.writer().stage(edits, folder, first.turn->output);
    if (staged) {
      first.turn->files[first.file] = std::move(*staged);
      continue;
    }
    for (const ChainedEdit& one : chain) {
      one.turn->problem = staged.error().diagnostic();
      one.turn->files.clear();
    }
  }
}

void TurnRunner::put_in_place(Turn& turn) {
  turn.begun = true;
  const std::set<Sealed> marked = sealed_values(action(turn.index).desired);
  std::size_t file = 0;
  for (const Operation& operation : turn.operations) {
    Result<> done;
    if (!traits(operation).new_file) {
      done = interpreter_.run(operation, marked, turn.output);
    } else if (std::optional<StagedFile>& staged = turn.files[file++]; staged) {
      done = interpreter_.writer().commit(*staged, interpreter_.folders());
    }
    if (!done) {
      turn.problem = done.error().diagnostic();
      return;
    }
  }
}

// Success is what the host shows, not what a program said; and of a failure it tells whether it left a trace.
void TurnRunner::look_again(std::vector<Turn>& turns, std::chrono::system_clock::time_point since) {
  std::vector<Turn*> looked;
  std::vector<const Desired*> desired;
  for (Turn& turn : turns) {
    turn.touched = turn.begun && !is_probe(turn.index);
    if (is_probe(turn.index)) continue;
    if (!turn.begun || is_unverifiable(kind(turn.index), action(turn.index))) continue;
    looked.push_back(&turn);
    // After a failure it is compared with what was there before.
    desired.push_back(turn.problem ? progress_.as_planned_for(turn.index) : &action(turn.index).desired);
  }
  std::vector<Result<Observed>> found =
      observe_resources(tools_.registry, tools_.system, desired, request_.key, request_.secrets);
  for (std::size_t i = 0; i < looked.size(); ++i) {
    Turn& turn = *looked[i];
    if (turn.problem) {
      const std::optional<Observed>& before = progress_.before[turn.index];
      turn.touched =
          !found[i] || !before || found[i]->exists != before->exists || found[i]->attributes != before->attributes;
    } else {
      turn.problem = found[i] ? divergence(kind(turn.index), action(turn.index), *found[i])
                              : std::optional<Diagnostic>(found[i].error().diagnostic());
      turn.diverged = turn.problem.has_value();
      // What a condition keeps from starting ended well for its manager; the log has why.
      if (turn.diverged)
        turn.problem->summary += said_of_services(tools_.system, tools_.registry.managers(), turn.operations, since);
    }
  }
}

// Outcomes reach the journal before they reach the controller.
void TurnRunner::settle(std::vector<Turn>& turns) {
  std::vector<JournalEntry> outcomes;
  for (Turn& turn : turns) {
    if (turn.problem) turn.problem = progress_.presentable(*turn.problem, hides_output(turn));
    outcomes.push_back(outcome_of(turn));
  }
  if (Result<> written = tools_.log.write(outcomes); !written) progress_.broken = true;
  for (Turn& turn : turns) {
    const std::size_t i = turn.index;
    progress_.touched[i] = turn.touched;
    if (!turn.problem && starts_service(turn.operations)) progress_.started[action(i).desired.address] = i;
    if (!turn.begun && !turn.problem) continue;  // another one's failure came first
    if (!turn.output.empty() && !hides_output(turn)) {
      std::string shown = interpreter_.secrets().hide(std::move(turn.output));
      if (shown.size() > kOutputLimit) shown.erase(0, shown.size() - kOutputLimit);
      progress_.event(wire::EventKind::kOutput, i, std::move(shown));
    }
    const bool probe = is_probe(i);
    progress_.states[i] = turn.problem ? State::kFailed : probe ? State::kVerified : State::kChanged;
    if (!turn.problem) {
      progress_.event(probe ? wire::EventKind::kVerified : wire::EventKind::kChanged, i, turn.note, {},
                      turn.milliseconds);
      continue;
    }
    if (!progress_.failed && !may_fail(i)) progress_.failed = i;
    // A probe that was waiting when the run was stopped.
    if (turn.problem->code == Code::kInterrupted) progress_.done.outcome = wire::DoneOutcome::kInterrupted;
    progress_.event(turn.diverged ? wire::EventKind::kDiverged : wire::EventKind::kFailed, i, turn.problem->summary,
                    turn.problem, turn.milliseconds);
  }
  if (progress_.broken && !progress_.failed) {
    // Nothing is lost yet, but nothing more may be begun that could not be recorded.
    progress_.failed = turns.back().index;
    progress_.states[*progress_.failed] = State::kFailed;
    progress_.event(wire::EventKind::kFailed, *progress_.failed, "the journal could not be written",
                    Diagnostic(Code::kOperation, "the host's journal could not be written after " +
                                                     address(*progress_.failed) + " was changed"));
  }
}

JournalEntry TurnRunner::intent_of(const Turn& turn) const {
  Intent intent{request_.run, request_.plan, address(turn.index), action(turn.index).op, {}, {}};
  for (const std::size_t trigger : action(turn.index).triggers) {
    if (trigger >= progress_.states.size() || (is_probe(trigger) && tools_.system.is_image())) continue;
    intent.triggers.push_back({address(trigger), action(trigger).op});
  }
  for (const wire::Due& due : action(turn.index).owes) intent.triggers.push_back({due.address, due.op});
  for (const Operation& operation : turn.operations) {
    const std::string* path = path_of(operation);
    if (path == nullptr || !traits(operation).leaves_temporary) continue;
    const std::string target = follows_link(operation) ? tools_.system.resolve(*path).value_or(*path) : *path;
    intent.temporaries.push_back(parent_of(target));
  }
  return intent;
}

JournalEntry TurnRunner::outcome_of(const Turn& turn) const {
  const wire::Action& what = action(turn.index);
  Outcome outcome{request_.run,
                  request_.plan,
                  address(turn.index),
                  what.op,
                  JournalOutcome::kChanged,
                  turn.touched,
                  false,
                  {},
                  false,
                  {}};
  if (!turn.begun && !turn.problem) {
    outcome.outcome = JournalOutcome::kNone;
  } else if (turn.problem) {
    outcome.outcome = JournalOutcome::kFailed;
    outcome.text = turn.problem->summary;
  } else if (what.op == Op::kVerify) {
    outcome.outcome = JournalOutcome::kVerified;
  } else {
    const auto desired = request_.resources.find(outcome.address);
    if (desired != request_.resources.end()) outcome.resource = desired->second;
    outcome.forget = what.op == Op::kDelete && !outcome.resource;
    // A plan may change a service and restart it by two actions; then the second one settles the debt.
    const auto last = last_triggered_.find(what.desired.address);
    const bool later = last != last_triggered_.end() && last->second > turn.index;
    outcome.discharges = !later || starts_service(turn.operations);
  }
  return outcome;
}

// Whether programs of the turn may print what is sensitive, also of another resource: one write is for all edits of a
// file.
bool TurnRunner::hides_output(const Turn& turn) const {
  const auto beside_secrets = [](const Operation& operation) {
    const auto* edit = std::get_if<EditFile>(&operation);
    return edit != nullptr && edit->beside_secrets;
  };
  return action(turn.index).hide_output || std::any_of(turn.operations.begin(), turn.operations.end(), beside_secrets);
}

}  // namespace plumb::exec
