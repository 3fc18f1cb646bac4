// Undoing what nobody confirmed. Before an action begins that must be confirmed, the operations that take it back lie
// on the host, with the contents that they need; from there whoever comes first takes the list, for good: a
// confirmation, or the watchdog.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/exec/interpreter/interpreter.h"
#include "engine/exec/local_system.h"
#include "engine/exec/state_folder.h"
#include "providers/sdk/provider.h"

namespace plumb::exec {

struct UndoStep {
  std::string address;
  Op op = Op::kNone;  // of the action
  std::vector<Operation> operations;
  std::optional<Json> recorded;  // what the record said of the address before
  std::set<Sealed> sealed = {};  // values that may stand in the operations
  // What lies where only attributes are put back; nobody else's entry in its place gets them.
  std::map<std::string, std::uint64_t> inodes = {};
};

struct UndoList {
  std::string run;
  std::string plan;
  int within = 0;               // seconds in which it must be confirmed
  bool complete = false;        // the run has ended
  std::vector<UndoStep> steps;  // one an action, in the order of the actions; undone from the last to the first
  std::vector<UndoStep> again;  // restarts and commands that these set off, done again once all is back
};

Json to_json(const UndoList& list);
std::optional<UndoList> undo_from_json(const Json& json);

// A project's undo list and the contents that belong to it, in its state folder:
//
//   undo.json      waits to be confirmed
//   undoing.json   is being undone
//   undo/          contents, by digest, for nobody else to read
class UndoFolder {
 public:
  explicit UndoFolder(const StateFolder& folder) : folder_(&folder) {}

  // Durable when it returns; so are the contents that keep() took.
  Result<> save(const UndoList& list) const;
  // A copy of an open file; gives its digest. `path` is what people know it by.
  Result<std::string> keep(int file, const std::string& path) const;
  // Gives a kept content to where it can be written from; one that is no longer what it was is refused.
  Result<> bring(const std::string& digest, BlobStore& blobs) const;

  bool is_waiting() const;
  bool is_being_undone() const;
  // Nothing also where it cannot be read: nobody can confirm it.
  std::optional<UndoList> waiting() const;
  // kDamagedRecord where there is one that cannot be read: nobody can undo it but a person, to whom the hint speaks.
  Result<std::optional<UndoList>> being_undone() const;
  // From waiting to being undone; false where it no longer waits.
  bool take() const;
  // It need not be undone; false where it no longer waits.
  bool confirm() const;
  // After it was undone.
  void clear() const;

  const StateFolder& folder() const { return *folder_; }

 private:
  Result<std::optional<UndoList>> read(const char* name) const;
  bool has(const char* name) const;
  bool rename(const char* from, const char* to) const;
  void remove_contents() const;

  const StateFolder* folder_;
};

// What takes these operations back, from what is there before they run. Old contents go to `folder`.
Result<std::vector<Operation>> inverse(const std::vector<Operation>& operations, LocalSystem& system,
                                       const UndoFolder& folder);

// Undoes the list that take() took, and writes what came of it to the record. The caller holds the host lock. Errors:
// kDamagedRecord, and then all is left as it is.
Result<> undo(const UndoFolder& folder, LocalSystem& system, const Managers& managers, const Secrets& secrets);

}  // namespace plumb::exec
