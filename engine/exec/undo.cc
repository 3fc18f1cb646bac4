#include "engine/exec/undo.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>

#include <fcntl.h>

#include "engine/exec/record.h"
#include "providers/sdk/ownership.h"

namespace plumb::exec {
namespace {

Ownership ownership_of(const FileInfo& info, bool with_mode) {
  Ownership ownership{std::to_string(info.uid), std::to_string(info.gid), {}};
  if (with_mode) ownership.mode = mode_text(info.mode);
  return ownership;
}

// Gathers what takes operations back, each one from the state before all of them.
class Inversion {
 public:
  Inversion(LocalSystem& system, const UndoFolder& folder) : system_(system), folder_(folder) {}

  Result<std::vector<Operation>> of(const std::vector<Operation>& operations) {
    // What is changed is what the apply looked at, not what lies there now.
    const bool noting = system_.seen().set_noting(false);
    Result<std::vector<Operation>> back = collect(operations);
    system_.seen().set_noting(noting);
    return back;
  }

 private:
  Result<std::vector<Operation>> collect(const std::vector<Operation>& operations) {
    for (const Operation& operation : operations) {
      if (!host_can_undo(operation)) {
        return fail(Code::kOperation, "the host cannot undo this by itself, so it cannot wait to be confirmed");
      }
      if (const auto* service = std::get_if<ServiceAction>(&operation)) {
        add(*service);
      } else if (const auto* firewall = std::get_if<ChangeFirewall>(&operation)) {
        add(*firewall);
      } else {
        PLUMB_TRY(note(operation));
      }
    }
    for (const std::string& path : order_) PLUMB_TRY(add(path, paths_.at(path)));
    return std::vector<Operation>(std::make_move_iterator(back_.rbegin()), std::make_move_iterator(back_.rend()));
  }

  // What the operations do with one path.
  struct Uses {
    bool attributes_only = true;
    bool becomes_file = false;
    bool becomes_link = false;
    bool becomes_folder = false;
    bool in_place = false;
  };

  void add(const ServiceAction& service) {
    static const std::map<std::string, std::string> kOpposite = {{"start", "stop"},     {"stop", "start"},
                                                                 {"enable", "disable"}, {"disable", "enable"},
                                                                 {"mask", "unmask"},    {"unmask", "mask"}};
    // What was done to others behind it the opposite undoes: it takes them along again.
    const auto links = [](const ServiceAction& one) { return one.verb == "enable" || one.verb == "disable"; };
    const bool behind = links(service) && std::any_of(back_.begin(), back_.end(), [&](const Operation& one) {
                          const auto* earlier = std::get_if<ServiceAction>(&one);
                          return earlier != nullptr && links(*earlier) && earlier->unit != service.unit;
                        });
    if (behind) return;
    ServiceAction back = service;
    if (const auto opposite = kOpposite.find(service.verb); opposite != kOpposite.end()) back.verb = opposite->second;
    back_.emplace_back(std::move(back));
  }

  void add(const ChangeFirewall& firewall) {
    ChangeFirewall back = firewall;
    std::swap(back.settings, back.was);
    if (firewall.verb == "add") back.verb = "remove";
    if (firewall.verb == "remove") back.verb = "add";
    back_.emplace_back(std::move(back));
  }

  Result<> note(const Operation& operation) {
    std::string path = *path_of(operation);
    if (follows_link(operation)) {
      PLUMB_TRY_ASSIGN(path, system_.resolve(path));
    }
    const auto* folder = std::get_if<MakeDirectory>(&operation);
    if (folder != nullptr && folder->parents) {
      std::vector<std::string> above = ancestors_of(path);
      std::reverse(above.begin(), above.end());
      for (const std::string& one : above) {
        PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system_.stat(one, true));
        if (!info) use(one).becomes_folder = true;
      }
    }
    Uses& uses = use(path);
    uses.attributes_only = uses.attributes_only && std::holds_alternative<SetAttributes>(operation);
    uses.becomes_file = uses.becomes_file || traits(operation).new_file;
    uses.becomes_link = uses.becomes_link || std::holds_alternative<MakeLink>(operation);
    uses.becomes_folder = uses.becomes_folder || folder != nullptr;
    uses.in_place = uses.in_place || is_in_place(operation);
    return {};
  }

  Uses& use(const std::string& path) {
    const auto [place, added] = paths_.try_emplace(path);
    if (added) order_.push_back(path);
    return place->second;
  }

  // In reverse, since the list is turned round in the end.
  Result<> add(const std::string& path, const Uses& uses) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system_.stat(path, false));
    if (!info) {
      back_.emplace_back(Remove{path, false, false});
      return {};
    }
    switch (info->type) {
      case FileType::kFile:
        return add_file(path, *info, uses);
      case FileType::kDirectory:
        back_.emplace_back(MakeDirectory{path, ownership_of(*info, true), false});
        if (uses.becomes_file || uses.becomes_link) back_.emplace_back(Remove{path, false, false});
        return {};
      case FileType::kLink:
        back_.emplace_back(SetAttributes{path, ownership_of(*info, false), false});
        back_.emplace_back(MakeLink{path, info->link_target, false, true});
        return {};
      case FileType::kOther:
        break;
    }
    return fail(Code::kOperation, path + " is neither file, folder nor link, and could not be put back");
  }

  Result<> add_file(const std::string& path, const FileInfo& info, const Uses& uses) {
    if (uses.attributes_only) {
      back_.emplace_back(SetAttributes{path, ownership_of(info, true), false});
      return {};
    }
    const UniqueFd file = system_.files().open(path, O_RDONLY | O_NOFOLLOW);
    if (!file) return os_error("read", path);
    PLUMB_TRY_ASSIGN(std::string content, folder_.keep(file.get(), path));
    WriteFile write{path, std::move(content), ownership_of(info, true), false, false, ""};
    write.in_place = uses.in_place;
    back_.emplace_back(std::move(write));
    if (uses.becomes_link || uses.becomes_folder) back_.emplace_back(Remove{path, false, false});
    return {};
  }

  LocalSystem& system_;
  const UndoFolder& folder_;
  std::map<std::string, Uses> paths_;
  std::vector<std::string> order_;  // of their first use
  std::vector<Operation> back_;
};

// Undoing goes on whatever fails: the more is back, the better.
class Undoing {
 public:
  Undoing(const UndoFolder& folder, LocalSystem& system, const Managers& managers, const Secrets& secrets)
      : folder_(folder),
        managers_(managers),
        system_(system),
        blobs_(system.files()),
        interpreter_(system, managers, blobs_, secrets, folder.folder().token()) {}

  Result<> run() {
    PLUMB_TRY_ASSIGN(const std::optional<UndoList> list, folder_.being_undone());
    // What an apply saw, maybe of this process, is not what lies there now.
    system_.seen().set_noting(false);
    system_.seen().forget();
    if (list) {
      // What a new unit file brought is stopped while it is still there, and what an old one brings starts once it is
      // back.
      each_step(*list, Stage::kStop);
      each_step(*list, Stage::kFiles);
      (void)interpreter_.folders().sync().has_value();
      for (const ServiceManager* manager : outdated_) attempt({}, manager->reload_definitions());
      each_step(*list, Stage::kServices);
      for (const UndoStep& step : list->again) {
        for (const Operation& operation : step.operations) attempt(step, operation);
      }
      (void)interpreter_.folders().sync().has_value();
      PLUMB_TRY(tell(*list));
    }
    folder_.clear();
    return {};
  }

 private:
  enum class Stage { kStop, kFiles, kServices };

  static Stage stage_of(const Operation& operation) {
    // What is loaded of a firewall is what its files say.
    if (std::holds_alternative<ChangeFirewall>(operation)) return Stage::kServices;
    const auto* service = std::get_if<ServiceAction>(&operation);
    if (service == nullptr) return Stage::kFiles;
    return service->verb == "stop" || service->verb == "disable" ? Stage::kStop : Stage::kServices;
  }

  static std::string key(const UndoStep& step) { return std::string(name(step.op)) + " " + step.address; }

  void each_step(const UndoList& list, Stage stage) {
    for (auto step = list.steps.rbegin(); step != list.steps.rend(); ++step) {
      for (const Operation& operation : step->operations) {
        if (stage_of(operation) == stage) attempt(*step, operation);
      }
    }
  }

  void attempt(const UndoStep& step, const Operation& operation) {
    std::string output;
    Result<> done = is_still_there(step, operation);
    if (done) done = bring(operation);
    if (done) done = interpreter_.run(operation, step.sealed, output);
    if (!done && !step.address.empty())
      problems_.try_emplace(key(step), interpreter_.secrets().hide(done.error().summary()));
    const std::string* path = path_of(operation);
    for (const ServiceManager* manager : managers_.all_services()) {
      const bool noted = std::find(outdated_.begin(), outdated_.end(), manager) != outdated_.end();
      if (path != nullptr && manager->reads(*path) && !noted) outdated_.push_back(manager);
    }
  }

  // The entry itself, where only its attributes are put back.
  Result<> is_still_there(const UndoStep& step, const Operation& operation) {
    const std::string* path = path_of(operation);
    const auto known = path == nullptr ? step.inodes.end() : step.inodes.find(*path);
    const bool makes = std::holds_alternative<MakeDirectory>(operation);
    if (known == step.inodes.end() || !(makes || std::holds_alternative<SetAttributes>(operation))) return {};
    struct stat info {};
    if (system_.files().stat(*path, false, info) != 0)
      return makes && errno == ENOENT ? Result<>() : system_.files().error("put back", *path);
    system_.seen().set_noting(true);
    system_.seen().note(*path, false, info);
    system_.seen().set_noting(false);
    if (info.st_ino == known->second) return {};
    return fail(Code::kOperation, *path + " was replaced by another since");
  }

  // The content of a file that is written.
  Result<> bring(const Operation& operation) {
    const auto* write = std::get_if<WriteFile>(&operation);
    if (write == nullptr || write->content.empty() || blobs_.size(write->content)) return {};
    return folder_.bring(write->content, blobs_);
  }

  Result<> tell(const UndoList& list) {
    std::vector<JournalEntry> outcomes;
    for (const UndoStep& step : list.steps) {
      Outcome outcome = outcome_of(list, step, "put back as it was, since nobody confirmed it in time");
      if (outcome.outcome == JournalOutcome::kUndone) {
        outcome.resource = step.recorded;
        outcome.forget = !step.recorded;
      }
      outcomes.emplace_back(std::move(outcome));
    }
    for (const UndoStep& step : list.again) {
      Outcome outcome = outcome_of(list, step, "done again once everything was back");
      outcome.discharges = outcome.outcome == JournalOutcome::kUndone;
      outcomes.emplace_back(std::move(outcome));
    }
    RunLog log(folder_.folder());
    PLUMB_TRY(log.write(outcomes));
    return log.save();
  }

  Outcome outcome_of(const UndoList& list, const UndoStep& step, const char* text) const {
    const auto problem = problems_.find(key(step));
    const bool undone = problem == problems_.end();
    return {list.run, list.plan, step.address, step.op, undone ? JournalOutcome::kUndone : JournalOutcome::kNotUndone,
            true,     false,     {},           false,   undone ? text : problem->second};
  }

  const UndoFolder& folder_;
  const Managers& managers_;
  LocalSystem& system_;
  BlobStore blobs_;
  Interpreter interpreter_;
  std::map<std::string, std::string> problems_;  // the first one of a step
  std::vector<const ServiceManager*> outdated_;  // what they have loaded
};

}  // namespace

Result<std::vector<Operation>> inverse(const std::vector<Operation>& operations, LocalSystem& system,
                                       const UndoFolder& folder) {
  return Inversion(system, folder).of(operations);
}

Result<> undo(const UndoFolder& folder, LocalSystem& system, const Managers& managers, const Secrets& secrets) {
  return Undoing(folder, system, managers, secrets).run();
}

}  // namespace plumb::exec
