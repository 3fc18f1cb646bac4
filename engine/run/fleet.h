// Fleet: the hosts of one run of the program. Plans them, applies plans to them, several at once.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/base/log.h"
#include "engine/config/inventory.h"
#include "engine/config/opening_hours.h"
#include "engine/config/project.h"
#include "engine/history/history.h"
#include "engine/ir/compile.h"
#include "engine/plan/artifact.h"
#include "engine/run/host_planner.h"
#include "engine/run/host_readings.h"
#include "engine/run/host_result.h"
#include "engine/run/host_settings.h"
#include "engine/run/plan_contents.h"
#include "engine/run/plan_inputs.h"
#include "engine/run/rollout_gate.h"
#include "engine/run/session.h"
#include "engine/run/snapshot.h"
#include "engine/run/undoing.h"

namespace plumb::run {

class Coverage;
class Doers;
class Journalist;
class HostTurns;
class UnpackedLists;
struct ToConfirm;

// What happens while a fleet works. Calls come one at a time, from any thread.
enum class Phase { kPlan, kObserve, kApply, kRun, kCollect, kSurvey };
std::string_view name(Phase phase);

// Of a program that no plan names: whole lines, but for one that is very long and for the last.
struct PrintedText {
  std::string text;
  bool errors = false;  // it stood on standard error
};

struct RunEvent {
  // A phase lasts until kPhaseOver. In it a host is contacted, then reached; its turn in an apply begins with
  // kApplying, and what must be confirmed ends with kConfirming. With kRestarting begins the wait for a host that its
  // plan restarts. A program prints and ends. kPlanned ends it for a
  // plan, kHostDone for everything else, whatever became of it.
  enum class Kind {
    kPhase,
    kPhaseOver,
    kPause,
    kWave,
    kContacting,
    kReached,
    kApplying,
    kPlanned,
    kAction,
    kConfirming,
    kRestarting,
    kPrinted,
    kEnded,
    kHostDone
  };
  struct PhaseBegin {
    Phase phase = Phase::kPlan;
    std::size_t hosts = 0;             // that take part
    const plan::Plan* plan = nullptr;  // that is carried out; null in other phases
  };
  Kind kind = Kind::kContacting;
  std::string host;
  const plan::Action* action = nullptr;  // kAction
  const wire::Event* event = nullptr;    // kAction
  const HostResult* result = nullptr;    // kPlanned, kHostDone
  const plan::Wave* wave = nullptr;      // kWave, of a roll-out; kPause: the one that comes after it
  std::int64_t milliseconds = 0;         // kReached: how long it took; kPause: how long it is; kConfirming,
                                         // kRestarting: how long there is for it
  PhaseBegin phase = {};                 // kPhase
  const PrintedText* printed = nullptr;  // kPrinted
  const wire::Ended* ended = nullptr;    // kEnded
};
using RunObserver = std::function<void(const RunEvent&)>;

struct FleetPlan {
  plan::Plan plan;
  ContentHolders contents;  // of those that the plan names
  HostResults hosts;
  Diagnostics diagnostics;  // of the configuration; those of hosts stand with them
};

struct ApplyOptions {
  std::string run;          // id
  std::string plan;         // id
  bool saved_plan = false;  // the plan comes from a file: refuse to apply it twice
  bool keep_going = false;
  std::string who = {};    // "user@machine"
  bool take_over = false;  // what other projects of a host manage of this one's is this one's from now on
  // The run, if it is to be written down. No host is changed before it is ready, and none where it is not to be had.
  history::RunWriter* history = nullptr;
  // When hosts may be begun, all of them, and the time; none: at any time.
  std::vector<config::OpeningHours> hours = {};
  std::function<std::chrono::sys_seconds()> clock;
  // The plan's folder of contents, which need not exist; "" where it has none.
  std::filesystem::path contents;
  // Hosts whose turn was taken with this plan before and ended well: no steps are done around it.
  std::set<std::string> turns_done = {};
  // What strict hosts are shown of the plan; null where there is no file of it.
  std::shared_ptr<const Coverage> coverage = {};
  // By host, of a plan that is gone on with: readings that it has changed itself, and on which nothing stands any more.
  std::map<std::string, std::set<std::string>> passed_readings = {};
};

struct FleetApply {
  HostResults hosts;
  std::optional<Diagnostic> stopped;  // why the roll-out did not go on
};

// A file of a host that was brought here.
struct CollectedFile {
  std::string path;
  std::filesystem::path file;
  std::uint64_t size = 0;
};

class Fleet {
 public:
  // Everything referred to outlives the fleet.
  Fleet(ir::CompilerInput input, host::Transport& transport, FleetOptions options, Control& control,
        RunObserver observer);
  ~Fleet();

  // Takes the hosts on, to carry out a plan that was made before. None is compiled but for sensitive values of the
  // plan.
  void join(const std::set<std::string>& hosts);

  // Takes the hosts on to plan what takes back an earlier run, with the contents for that. None is compiled.
  void join(const std::map<std::string, std::shared_ptr<const Undoing>>& undoing,
            const std::shared_ptr<ir::Contents>& contents);

  // Takes the hosts on and compiles them, before any is asked anything; what reads facts waits for them. False where
  // `diagnostics` got errors.
  bool compile(const std::set<std::string>& hosts, Diagnostics& diagnostics);

  std::size_t size() const { return members_.size(); }
  // The hosts of the plan that are here.
  std::size_t count_in(const plan::Plan& plan) const;

  // Connects to the hosts and reads their facts; with `graphs`, compiles what waited for them.
  HostResults contact(bool graphs = false);

  // Connects to the hosts and reads their facts, and those readings that expressions use there, or `question` does.
  HostResults ask(const config::Reads* question);

  // Observes the compiled hosts, for plans of `scope`. What each tells goes to `sink`, one at a time, in no order.
  HostResults observe(const plan::Scope& scope, const std::function<void(HostSnapshot)>& sink);

  // Observes and plans the compiled hosts. `scope` is what they were asked for with.
  FleetPlan plan(const plan::Scope& scope);

  // Sends each of these hosts its request about locks. What they answer goes to `sink`, one at a time, in no order.
  HostResults change_locks(const std::map<std::string, wire::ChangeLocks>& requests,
                           const std::function<void(const std::string& host, wire::Locks)>& sink);

  // What a strict host goes by. The digest of its executor, which lies at `path` there, is told of those alone.
  struct StrictHost {
    std::string charter;  // "" of one that is not strict
    std::string platform;
    std::string executor;
  };
  // Contacts the hosts. Those that answered go to `sink`, one at a time, in no order.
  HostResults look_at_charters(const std::string& path,
                               const std::function<void(const std::string& host, StrictHost)>& sink);
  // Has these strict hosts put another charter or executor in its place.
  HostResults replace(const std::map<std::string, wire::Replacement>& replacements);

  // Has every host run a program that no plan names, once `ready` has no error. Its end counts as a change or a
  // failure.
  HostResults execute(const wire::Execute& program, const std::function<Result<>()>& ready);

  // A text without what is sensitive on the host.
  std::string hidden_on(const std::string& host, std::string text) const;

  // Brings files from these hosts to FOLDER/HOST/PATH, for their owner alone. Those that came go to `sink`, one at a
  // time, in no order.
  HostResults collect(const std::map<std::string, std::vector<std::string>>& paths, const std::filesystem::path& folder,
                      const std::function<void(const std::string& host, CollectedFile)>& sink);

  // Asks the hosts what they have beyond their distributions, as resources of these kinds. What each tells goes to
  // `sink`, one at a time, in no order.
  HostResults survey(const std::vector<std::string>& kinds,
                     const std::function<void(const std::string& host, std::string lines)>& sink);

  // Whether the large contents of a plan that was not made just now can be had, and are the plan's.
  void check_contents(const plan::Plan& plan, const std::filesystem::path& folder, Diagnostics& diagnostics) const;

  // Carries a plan out on the hosts that it names, in the waves of its roll-out where it has one.
  FleetApply apply(const plan::Plan& plan, const ApplyOptions& options);

  // Null where it still waits for facts, or was let go of (see KeepGraphs).
  const ir::HostGraph* graph(const std::string& host) const;
  // Null where the host was not reached.
  const Json* facts(const std::string& host) const;
  // What was read of it so far.
  const HostReadings& readings(const std::string& host) const;
  // By name, what its readings told that is not sensitive, where outputs of the project read readings; else empty.
  Json told_for_outputs(const std::string& host) const;
  // Of the hosts that were reached.
  std::map<std::string, Json> facts() const;
  // What the journals of the hosts told of earlier runs, by host; filled by plan().
  std::map<std::string, std::vector<wire::Unreported>> unreported() const;
  const Registry& kinds() const { return providers_; }

 private:
  struct Member;
  using MembersByName = std::map<std::string, Member*>;
  // A plan that is carried out.
  struct Carrying {
    const plan::Plan& plan;
    const ApplyOptions& options;
    UnpackedLists& lists;
    HostTurns& turns;
    Doers& doers;
  };

  // Why no further host is begun; nothing where one may be.
  std::optional<std::string> over() const;
  host::Deadline host_deadline() const;
  Beside reach_beside(Member& member) const;
  Result<> reach(Member& member);
  bool prepare(Member& member);
  bool read(Member& member, const config::Reads* question);
  std::shared_ptr<const ir::HostGraph> compile_host(const std::string& host, const ir::Told& told,
                                                    Diagnostics& diagnostics);
  void take_graph(Member& member, std::shared_ptr<const ir::HostGraph> graph);
  void let_go_of_graph(Member& member);
  // A plan of a host that may be made once more, with what it was made of.
  struct Attempt {
    std::shared_ptr<const ir::HostGraph> graph;
    std::shared_ptr<const GraphSecrets> secrets;
    std::shared_ptr<ir::Contents> contents;
    bool has_own_contents = false;
    simulate::Observation observation;
    Planning planning = {};
    Diagnostics found = {};
  };
  Result<Attempt> attempt(Member& member, HostPlanner& planner, const plan::Scope& scope, bool shares);
  // fleet_turns.cc
  static void go_by(Member& member, const Attempt& attempt);
  bool compile_open(Member& member, const ir::Undecided& undecided);
  // Leaves conditions over readings that the plan changes to their turn, where that can be.
  void leave_to_turns(Member& member, Attempt& best, HostPlanner& planner, const plan::Scope& scope);
  Result<simulate::Observation> with_orphans(Member& member, simulate::Observation observation,
                                             const plan::Scope& scope);
  // fleet_undo.cc
  Result<simulate::Observation> with_undone(Member& member, simulate::Observation observation,
                                            const plan::Scope& scope);
  // What the actions replace or remove, so that they can be taken back; what is not kept is told.
  void keep_replaced(Member& member, const plan::Actions& actions, const plan::Plan& plan, const ApplyOptions& options);
  std::optional<simulate::Simulation> look_at(Member& member, HostPlanner& planner, const plan::Scope& scope);
  PlanContents contents_of(const plan::Plan& plan, const std::filesystem::path& folder, const Member* member) const;
  Member& add(const std::string& host);
  Result<Request> request_for(const Member& member, const plan::Actions& actions, const plan::Plan& plan,
                              const ApplyOptions& options) const;
  // Of a strict host: what it is shown of the plan. Errors: kNotCovered.
  static Result<> cover(const Member& member, Request& request, const ApplyOptions& options);
  void take_event(Member& member, const plan::Actions& actions, const wire::Event& event, Journalist& journalist);
  // Has the changes confirmed where they want that, and ends what was begun with the host. `done`: it answered.
  Result<> return_from_restart(Member& member, const std::string& run, const wire::Done& done, Journalist& journalist);
  void settle_member(Member& member, const ToConfirm& changes, bool done, Journalist& journalist);
  // Whether the host's executor has to be asked at all.
  static bool has_work(const Member& member, const plan::Actions& actions, const Carrying& carrying);
  // What to ask of it, once it is reached, covered and known for the plan's. Nothing where the result says why not, or
  // where nothing may be told.
  std::optional<Request> begin_member(Member& member, const plan::Actions& actions, const Carrying& carrying);
  // Asks, as often as the host restarts. `changes` is what the last one has to be confirmed of. Nothing where the
  // history could not be written before the host was touched.
  Result<std::optional<wire::Done>> carry_out(Member& member, const plan::Actions& actions, const Carrying& carrying,
                                              Request request, Journalist& journalist, ToConfirm& changes);
  void apply_member(Member& member, const Carrying& carrying);
  // fleet_around.cc
  // What a host is on: one that is this machine is the controller.
  std::string machine_of(const std::string& host) const;
  std::set<std::string> doers_in(const plan::Plan& plan) const;
  // False after it was told why the steps around its turn cannot be planned.
  bool plan_turn(Member& member, plan::HostPlan& plan);
  Result<> open_steps(Member& member, const plan::Around& around);
  bool do_before(Member& member, const Carrying& carrying);
  void do_after(Member& member, const Carrying& carrying);
  static void tell_of_steps_left(HostResult& result, std::span<const plan::Steps> left);
  // `position` is that of the first of them in the host's history; `some` becomes true once one was begun.
  Result<> do_steps(Member& member, const plan::Steps& steps, std::int64_t position, const Carrying& carrying,
                    bool& some);
  void apply_and_record(Member& member, const Carrying& carrying);
  // Hosts of waves leave `left`. Gives them, those that the end of the roll-out kept from their turn too.
  std::vector<Member*> apply_waves(const plan::Rollout& rollout, MembersByName& left, const Carrying& carrying,
                                   FleetApply& result);
  void apply_wave(std::vector<Member*> members, const Carrying& carrying, RolloutGate& gate);
  static void heed_window(const ApplyOptions& options, RolloutGate& gate);
  // False where the wait was cut short.
  bool pause(std::chrono::seconds time) const;
  void park(Member& member);
  std::vector<Member*> everybody() const;
  // The host's time begins.
  void turn_to(Member& member);
  HostResults visit(const std::vector<Member*>& members, const std::function<Result<>(Member&)>& what);
  void tell(const RunEvent& event);
  Member* find(const std::string& host) const;

  const config::Project& project_;
  const config::Inventory& inventory_;
  const Registry& providers_;
  FleetOptions options_;
  Control& control_;
  RunObserver observer_;
  std::mutex observer_mutex_;
  std::mutex compiler_mutex_;
  ir::Compiler compiler_;
  // Where the contents of a host without a graph are looked up; the compiler's own may be others by then.
  const std::shared_ptr<const ir::Contents> first_contents_;
  std::unique_ptr<PlanInputs> inputs_;  // of the plan to come; null where nothing is begun for it
  ir::TellOnce told_;                   // of the configuration, before any host was asked
  std::atomic<bool> holds_graphs_{true};
  std::size_t graphs_ = 0;  // that the compiler has kept
  // Of the graph that a host was given last, which the next one may have too.
  std::weak_ptr<const ir::HostGraph> secrets_of_;
  std::shared_ptr<const GraphSecrets> secrets_;
  std::size_t nodes_ = 0;  // of all of them
  SessionContext context_;
  std::vector<std::unique_ptr<Member>> members_;  // sorted by host name
  std::atomic<std::size_t> parked_{0};
};

}  // namespace plumb::run
