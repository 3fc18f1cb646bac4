// Which actions take their turn together, and how.
//
// Actions that only touch files share their waits. All new contents are written beside their targets and synced, then
// every file is put in place by a rename, then each folder is synced once; the journal is synced once before and once
// after. A kill at any point leaves each file whole, old or new, and the journal says which actions are in doubt.
#include <algorithm>
#include <map>
#include <set>

#include <sys/resource.h>
#include <sys/stat.h>

#include "engine/exec/turn_runner.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/sealed_values.h"

namespace plumb::exec {
namespace {

constexpr rlim_t kMostActions = 2048;
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

// One of `paths` is this one, above it or below it.
bool collides(const PlaceMap<bool>& paths, const std::string& path) {
  for (std::string above = path; above != "/"; above = parent_of(above)) {
    if (paths.contains(above)) return true;
  }
  const auto below = paths.lower_bound(path + "/");
  return below != paths.end() && below->first.starts_with(path + "/");
}

}  // namespace

// The files of a group are open at once, and all else needs some too. Many hosts allow 1024.
std::size_t TurnRunner::most_in_group() {
  rlimit open_files{};
  ::getrlimit(RLIMIT_NOFILE, &open_files);
  return static_cast<std::size_t>(std::clamp<rlim_t>(open_files.rlim_cur / 2, 1, kMostActions));
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

// It has a time of its own, or may have to be done again.
bool TurnRunner::takes_its_turn_alone(std::size_t index) const {
  const wire::Action& one = action(index);
  return one.triggered || one.manner.tries > 1 || one.manner.timeout_seconds > 0 || is_rescue(index) ||
         is_in_turn(index);
}

bool TurnRunner::joins(const TurnGroup& group, std::size_t index) const {
  if (group.turns.empty()) return true;
  const wire::Action& next = action(index);
  if (group.closed || group.turns.size() >= most_in_group_ || group.bytes >= kGroupBytes) return false;
  if (takes_its_turn_alone(index) || !can_be_grouped(next.operations) || has_other_names(next.operations)) return false;
  if (next.desired.env != action(group.turns.front().index).desired.env) return false;
  const auto needed = [&group](std::size_t need) { return group.indexes.contains(need); };
  if (std::any_of(next.needs.begin(), next.needs.end(), needed)) return false;
  const auto& operations = next.operations;
  return std::none_of(operations.begin(), operations.end(), [&group](const Operation& operation) {
    const std::string& path = *file_path(operation);
    const auto known = group.paths.find(path);
    const bool edits = std::holds_alternative<EditFile>(operation) && known != group.paths.end() && known->second;
    return !edits && collides(group.paths, path);
  });
}

void TurnRunner::add(TurnGroup& group, Turn turn) const {
  // The names of one that joins others have been looked at.
  group.closed = group.closed || takes_its_turn_alone(turn.index) || !can_be_grouped(turn.operations) ||
                 (group.turns.empty() && has_other_names(turn.operations));
  group.indexes.insert(turn.index);
  for (const Operation& operation : turn.operations) {
    if (const std::string* path = file_path(operation)) {
      bool& edited = group.paths[*path];
      edited = edited || std::holds_alternative<EditFile>(operation);
    }
    if (const std::string* content = content_of(operation)) group.bytes += tools_.blobs.size(*content).value_or(0);
  }
  group.turns.push_back(std::move(turn));
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

}  // namespace plumb::exec
