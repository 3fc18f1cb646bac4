#include "engine/exec/server.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <utility>

#include <sys/utsname.h>
#include <unistd.h>

#include "engine/exec/apply.h"
#include "engine/exec/asked_before.h"
#include "engine/exec/blobs.h"
#include "engine/exec/claims.h"
#include "engine/exec/confirm.h"
#include "engine/exec/controller_calls.h"
#include "engine/exec/execute.h"
#include "engine/exec/facts.h"
#include "engine/exec/host_key.h"
#include "engine/exec/interpreter/restart.h"
#include "engine/exec/item_locks.h"
#include "engine/exec/lock.h"
#include "engine/exec/observe.h"
#include "engine/exec/outside_kinds.h"
#include "engine/exec/perform.h"
#include "engine/exec/permission.h"
#include "engine/exec/readings.h"
#include "engine/exec/record.h"
#include "engine/exec/sandbox.h"
#include "engine/exec/stream_line.h"
#include "engine/exec/survey.h"
#include "engine/exec/watchdog.h"

namespace plumb::exec {
namespace {

// A run that was answered and whose outcomes the controller may not have stored yet. Its record is written once that is
// known, or once the line has ended: a controller that does not say so has not stored them, and the record then goes on
// telling them. Until it is written, the journal holds what it would say. The lock stays with it, so that nobody else's
// journal is taken for its own.
struct Answered {
  StateFolder folder;
  std::optional<HostLock> lock;
  std::unique_ptr<RunLog> log;
  // The controller answers within it, or is gone and holds up everybody else.
  std::chrono::seconds patience = StreamLine::kPatience;
};

// Every frame a message of its own, so that the answer may break off between any two. A state that is too large to be
// told is told to be so.
std::string frames_of(wire::ObservedChunk chunk) {
  const wire::Message message = std::move(chunk);
  const std::string whole = wire::encode(message);
  const std::vector<wire::ObservedState>& states = std::get<wire::ObservedChunk>(message).states;
  if (whole.size() <= (states.size() > 1 ? wire::kPart : wire::kMaxFrame)) return wire::frame(whole);
  if (states.size() > 1) {
    const auto half = states.begin() + static_cast<std::ptrdiff_t>(states.size() / 2);
    return frames_of({{states.begin(), half}}) + frames_of({{half, states.end()}});
  }
  const Diagnostic problem(Code::kCannotObserve,
                           "its state is too large to be told: " + std::to_string(whole.size()) + " bytes");
  return wire::frame(wire::encode(wire::ObservedChunk{{{states[0].index, std::nullopt, problem}}}));
}

bool was_applied(const wire::Apply& request, const HostRecord& record) {
  return request.check_applied && std::any_of(record.applied.begin(), record.applied.end(),
                                              [&](const AppliedPlan& applied) { return applied.plan == request.plan; });
}

class Server {
 public:
  Server(const Registry& registry, RootFiles files, const ServeOptions& options, std::optional<StrictHost> strict)
      : builtin_(registry),
        registry_(registry),
        system_(std::move(files)),
        line_(options.in, options.out),
        key_(system_.files()),
        strict_(std::move(strict)) {
    system_.set_reached_by(options.reached_by);
    line_.set_open([this](std::string_view file) { return key_.open(file); });
  }

  Result<> run() {
    wire::Hello hello{wire::kVersions, PLUMB_VERSION, platform(), gather_facts(system_, registry_.managers()),
                      boot_of(system_)};
    if (strict_) {
      hello.protocols.min = wire::kStrict;
      hello.charter = strict_->text();
    }
    line_.send(std::move(hello));
    blobs_ = std::make_unique<BlobStore>(system_.files());
    while (true) {
      Result<std::optional<wire::Message>> message = answered_ ? line_.next(answered_->patience) : line_.next();
      if (!message) {
        line_.send(wire::Refused{message.error().diagnostic()});
        return std::move(message.error());
      }
      if (!*message) break;
      if (Result<> answered = answer(**message); !answered) {
        line_.send(wire::Refused{answered.error().diagnostic()});
      }
    }
    PLUMB_TRY(answered_ ? answered_->log->save() : Result<>());
    answered_.reset();
    return restart_ ? restart_host(system_, *restart_) : Result<>();
  }

 private:
  Result<> answer(wire::Message& message) {
    if (strict_) PLUMB_TRY(expect_permitted(strict_->charter(), message));
    if (const auto* hello = std::get_if<wire::Hello>(&message)) return take(*hello);
    if (!greeted_) return fail(Code::kProtocol, "a conversation begins with hello");
    if (const auto* read = std::get_if<wire::Read>(&message)) return answer_to(*read);
    if (const auto* recipient = std::get_if<wire::Recipient>(&message)) return tell_key(*recipient);
    if (auto* observe = std::get_if<wire::Observe>(&message)) return answer_to(*observe);
    if (const auto* providers = std::get_if<wire::Providers>(&message)) return answer_to(*providers);
    if (const auto* call = std::get_if<wire::ProviderCall>(&message)) return answer_to(*call);
    if (const auto* asked = std::get_if<wire::Perform>(&message)) return answer_to(*asked);
    if (const auto* blob = std::get_if<wire::Blob>(&message)) return take(*blob);
    if (auto* apply = std::get_if<wire::Apply>(&message)) return answer_to(*apply);
    if (auto* acknowledge = std::get_if<wire::Acknowledge>(&message)) return answer_to(*acknowledge);
    if (const auto* confirmation = std::get_if<wire::Confirm>(&message)) return answer_to(*confirmation);
    if (const auto* locks = std::get_if<wire::ChangeLocks>(&message)) return answer_to(*locks);
    if (const auto* program = std::get_if<wire::Execute>(&message)) return end_with(execute(system_, line_, *program));
    if (const auto* file = std::get_if<wire::Collect>(&message)) return end_with(collect(system_, line_, *file));
    if (const auto* survey = std::get_if<wire::Survey>(&message)) return answer_to(*survey);
    if (const auto* replacement = std::get_if<wire::Replacement>(&message)) return answer_to(*replacement);
    if (std::holds_alternative<wire::Stop>(message)) {
      // What was at work has seen it already; without that there is nothing to stop.
      line_.stop_obeyed();
      return {};
    }
    return fail(Code::kProtocol, "this message is not for an executor");
  }

  Result<> tell_key(const wire::Recipient& known) {
    PLUMB_TRY_ASSIGN(std::string key, key_.recipient(known.key.empty()));
    line_.send(wire::Recipient{std::move(key)});
    return {};
  }

  Result<> end_with(Result<wire::Ended> ended) {
    if (!ended) return std::move(ended.error());
    line_.send(std::move(*ended));
    return {};
  }

  Result<> take(const wire::Hello& hello) {
    PLUMB_TRY(wire::common_version(wire::kVersions, hello.protocols, "plumb " + hello.version));
    greeted_ = true;
    return {};
  }

  // `tell` is called in a process that cannot write, and gives what goes to the controller to whom it is given.
  using Tell = std::function<void(const std::function<void(std::string_view frames)>& send)>;
  Result<> tell_confined(const Tell& tell, const std::function<void()>& meanwhile) {
    wire::FrameReader reader;
    SandboxWork work;
    work.work = [&](int out, const std::string& scratch) {
      system_.set_confined();
      if (!scratch.empty() && !system_.is_image()) system_.set_environment("TMPDIR", scratch);
      tell([out](std::string_view frames) {
        // Without its reader the child has nothing more to do.
        if (!write_all(out, frames, "the pipe")) ::_exit(1);
      });
    };
    work.receive = [&](std::string_view bytes) -> Result<> {
      reader.add(bytes);
      while (true) {
        PLUMB_TRY_ASSIGN(const std::optional<std::string> body, reader.next());
        if (!body) return {};
        line_.send_body(*body);
      }
    };
    work.wants_stop = [this] { return line_.wants_stop(); };
    work.stop_fd = line_.in();
    work.meanwhile = meanwhile;
    return run_confined(work);
  }

  Result<> answer_to(const wire::Read& question) {
    const std::optional<Permission> questions =
        only_questions(strict_ ? strict_->charter().projects : std::vector<std::string>());
    return tell_confined(
        [&](const auto& send) {
          const Result<std::string> frames = wire::frames(take_readings(system_, registry_.managers(), question));
          if (!frames) ::_exit(1);
          send(*frames);
        },
        {});
  }

  Result<> answer_to(const wire::Survey& question) {
    PLUMB_TRY(tell_confined(
        [&](const auto& send) {
          take_survey(registry_, system_, question, [&send](std::string_view lines) {
            constexpr std::size_t kPiece = std::size_t{64} << 10;
            for (; !lines.empty(); lines.remove_prefix(std::min(kPiece, lines.size())))
              send(wire::frame(wire::encode(wire::Piece{std::string(lines.substr(0, kPiece))})));
          });
        },
        {}));
    line_.send(wire::Ended{});
    return {};
  }

  // From here on their kinds are known.
  Result<> answer_to(const wire::Providers& message) {
    if (blob_problem_) return *std::exchange(blob_problem_, std::nullopt);
    PLUMB_TRY_ASSIGN(OutsideKinds kinds,
                     outside_kinds(message, builtin_, ProviderStore(system_), *blobs_, controller_));
    if (kinds.lacking.empty()) {
      registry_ = std::move(kinds.registry);
      packages_ = std::move(kinds.packages);
    }
    line_.send(wire::Lacking{std::move(kinds.lacking)});
    return {};
  }

  Result<> answer_to(const wire::ProviderCall& call) {
    const auto package = packages_.find(call.package);
    if (package == packages_.end()) return fail(Code::kProtocol, "the provider to be called was not brought");
    line_.send(call_program(system_, *package->second, call));
    return {};
  }

  Result<> answer_to(const wire::Perform& asked) {
    PLUMB_TRY_ASSIGN(wire::Performed performed, perform(system_, registry_.managers(), *blobs_, line_, asked));
    line_.send(std::move(performed));
    return {};
  }

  Result<> answer_to(const wire::Observe& question) {
    PLUMB_TRY_ASSIGN(const StateFolder folder, StateFolder::of(system_.files(), question.project));
    const std::optional<Diagnostic> left = undo_left_over(folder, question.project);
    PLUMB_TRY_ASSIGN(const std::vector<wire::ItemLock> locks, locks_in_force(folder));
    // The record is read and put into words while the child observes; it is told last all the same.
    Result<std::string> record = std::string();
    const auto read_record = [&] { record = record_frames(folder, question, left); };
    system_.keep_answers();
    const std::optional<Permission> questions = only_questions({question.project});
    controller_->tell(question);
    if (question.resources.empty()) {
      read_record();
    } else {
      PLUMB_TRY(tell_confined(
          [&](const auto& send) {
            answer_observe(registry_, system_, question, locks, controller_.get(),
                           [&send](wire::ObservedChunk chunk) { send(frames_of(std::move(chunk))); });
          },
          read_record));
    }
    controller_->forget();
    if (!record) return std::move(record.error());
    line_.send_frames(*record);
    return {};
  }

  // `problem`: of what an earlier run left, to be told where nothing else is.
  Result<std::string> record_frames(const StateFolder& folder, const wire::Observe& question,
                                    const std::optional<Diagnostic>& problem) const {
    PLUMB_TRY(expect_known_record(folder));
    wire::Record record = record_of(folder, question.key);
    if (!record.busy) record.busy = problem;
    std::vector<Address> things;
    for (const Desired& desired : question.resources) things.push_back(desired.address);
    record.claims = claims_of_others(system_.files(), question.project, things);
    PLUMB_TRY_ASSIGN(record.locks, locks_in_force(folder));
    return wire::frames(std::move(record));
  }

  // A journal is that of a run that ended early, or of one that works just now, which then holds the lock.
  wire::Record record_of(const StateFolder& folder, const std::string& key) const {
    const auto told = [&](JournalOf journal_of) {
      HostRecord record = load_record(folder, journal_of);
      see_with_key(record, key);
      return to_wire(std::move(record));
    };
    if (answered_ || !has_journal(folder)) return told(JournalOf::kEndedRun);
    const Result<HostLock> looking_on = HostLock::look_on(system_.files());
    if (looking_on || looking_on.error().code() != Code::kHostLocked) return told(JournalOf::kEndedRun);
    wire::Record record = told(JournalOf::kWorkingRun);
    record.busy = looking_on.error().diagnostic();
    return record;
  }

  Result<> take(const wire::Blob& blob) {
    Result<> taken = blobs_->add(blob);
    // Told once, when the apply comes that would need it.
    if (!taken && !blob_problem_) blob_problem_ = std::move(taken.error());
    return {};
  }

  // As long as nothing that is asked for is covered.
  std::optional<Permission> only_questions(const std::vector<std::string>& projects) {
    if (!strict_) return std::nullopt;
    return std::optional<Permission>(std::in_place, system_, asked_by(system_.files(), registry_.managers(), projects),
                                     false);
  }

  Result<> answer_to(const wire::Replacement& replacement) {
    if (!strict_) return fail(Code::kCharter, "this host has no charter, and so nothing that takes the place of one");
    wire::Ended ended;
    PLUMB_TRY_ASSIGN(ended.digest, strict_->replace(replacement));
    line_.send(std::move(ended));
    return {};
  }

  Result<> answer_to(const wire::Apply& request) {
    if (!strict_) return carry_out(request, std::nullopt);
    PLUMB_TRY_ASSIGN(const strict::Covered covered, strict_->covered(request));
    return carry_out(covered.apply, covered.record);
  }

  // `record`: of a strict host, the serial of the record that the plan was made of.
  Result<> carry_out(const wire::Apply& request, std::optional<std::int64_t> record) {
    if (blob_problem_) return *std::exchange(blob_problem_, std::nullopt);
    PLUMB_TRY(blobs_->check(request.key));
    if (answered_) PLUMB_TRY(answered_->log->save());
    answered_.reset();
    auto answered = std::make_unique<Answered>();
    PLUMB_TRY_ASSIGN(answered->folder, StateFolder::of(system_.files(), request.project));
    PLUMB_TRY_ASSIGN(answered->lock, HostLock::take(system_.files(), request.project, request.run));
    if (const std::string image = load_record(answered->folder).image; !request.image.empty() && request.image != image)
      return fail(Code::kStale, "the plan is of another image than this one").hint("make the plan anew");
    PLUMB_TRY_ASSIGN(const bool undone, take_over_undo(UndoFolder(answered->folder), system_, registry_.managers()));
    if (undone) {
      return fail(Code::kNotConfirmed,
                  "changes of an earlier run were never confirmed; they have been undone just now, and nothing else")
          .hint("make the plan anew");
    }
    PLUMB_TRY_ASSIGN(const std::vector<wire::ItemLock> locks, locks_in_force(answered->folder));
    AskedBefore asked(answered->folder);
    std::set<std::size_t> ran;
    std::optional<Permission> noting;
    if (record) {
      const HostRecord now = load_record(answered->folder);
      if (!was_applied(request, now)) {
        PLUMB_TRY_ASSIGN(ran, begin_covered(answered->folder, request.plan, *record, now.serial));
      }
      const auto note = [&asked](const ProcessRequest& program) {
        asked.add(program);
        return true;
      };
      noting.emplace(system_, note, true);
    }
    // A plan that was applied changed perhaps what it stood on, and is told to be applied.
    // So does one that goes on after it has restarted the host.
    if (!was_applied(request, load_record(answered->folder)) && request.settled.empty())
      PLUMB_TRY(check_readings(system_, registry_.managers(), request.readings, request.key));
    if (request.take_over) PLUMB_TRY(move_here(request));
    remove_left_over_spools(system_.files());
    answered->log = std::make_unique<RunLog>(answered->folder);
    controller_->forget();
    controller_->set_asks(true);
    ApplyTools tools{registry_, system_, *blobs_,   answered->folder,  *answered->log,
                     line_,     locks,   &restart_, controller_.get(), ran};
    // What is not written down runs once more at the most.
    if (record)
      tools.note_ran = [&](std::size_t index) {
        ran.insert(index);
        (void)note_ran(answered->folder, request.plan, *record, ran);
      };
    const wire::Done done = apply(tools, request);
    controller_->set_asks(false);
    // What is not written down is not asked before the next plan.
    if (record) (void)asked.save();
    line_.send(done);
    // Meanwhile it tries to reach the host anew.
    answered->patience += std::chrono::seconds(done.confirm_within);
    answered_ = std::move(answered);
    return {};
  }

  Result<> move_here(const wire::Apply& request) {
    std::vector<Address> things;
    for (const auto& [text, unused] : request.resources) {
      PLUMB_TRY_ASSIGN(Address address, Address::parse(text));
      things.push_back(std::move(address));
    }
    return take_over(system_.files(), request.project, things);
  }

  Result<> answer_to(const wire::Confirm& request) {
    PLUMB_TRY_ASSIGN(const StateFolder folder, StateFolder::of(system_.files(), request.project));
    line_.send(confirm(folder, request));
    return {};
  }

  Result<> answer_to(const wire::ChangeLocks& request) {
    PLUMB_TRY_ASSIGN(const StateFolder folder, StateFolder::of(system_.files(), request.project));
    std::optional<HostLock> lock;
    // Not under the hands of a run, which has looked already.
    const bool changes = !request.lock.empty() || !request.unlock.empty() || request.unlock_all;
    if (changes) {
      PLUMB_TRY_ASSIGN(lock, HostLock::take(system_.files(), request.project, "lock"));
    }
    PLUMB_TRY_ASSIGN(const wire::Locks locks, change_locks(folder, request));
    line_.send(locks);
    return {};
  }

  // What a watchdog would have undone if the host had not been restarted. A plan made now must see it undone; where the
  // host is somebody else's for the moment, it is theirs to do. Where nobody can do it, why not.
  std::optional<Diagnostic> undo_left_over(const StateFolder& folder, const std::string& project) {
    const UndoFolder left(folder);
    if (!left.is_waiting() && !left.is_being_undone()) return std::nullopt;
    const Result<HostLock> lock = HostLock::take(system_.files(), project, "undo");
    if (!lock) return std::nullopt;
    const Result<bool> undone = take_over_undo(left, system_, registry_.managers());
    if (undone || undone.error().code() != Code::kDamagedRecord) return std::nullopt;
    return undone.error().diagnostic();
  }

  Result<> answer_to(const wire::Acknowledge& acknowledge) {
    PLUMB_TRY_ASSIGN(StateFolder folder, StateFolder::of(system_.files(), acknowledge.project));
    const std::set<std::string> runs(acknowledge.runs.begin(), acknowledge.runs.end());
    if (answered_ && answered_->folder.path() == folder.path()) {
      return settle(runs);
    }
    const HostRecord record = load_record(folder);
    const bool any = std::any_of(record.unreported.begin(), record.unreported.end(),
                                 [&runs](const wire::Unreported& told) { return runs.contains(told.run); });
    if (!any) return {};
    // While another run holds the host, what is unreported simply stays so.
    Result<HostLock> lock = HostLock::take(system_.files(), acknowledge.project, "acknowledge");
    if (!lock) return {};
    RunLog log(folder);
    return log.settle(runs);
  }

  Result<> settle(const std::set<std::string>& runs) {
    const std::unique_ptr<Answered> answered = std::move(answered_);
    Result<> settled = answered->log->settle(runs);
    if (settled) return settled;
    return std::move(settled.error())
        .during("writing the host's record")
        .hint("nothing is lost: what was done stands in the journal beside it, which the next run reads");
  }

  const Registry& builtin_;
  Registry registry_;  // with the kinds from outside that the controller named
  std::map<std::string, std::shared_ptr<const outside::Package>> packages_;  // of those, by digest
  LocalSystem system_;
  StreamLine line_;
  HostKey key_;
  std::optional<StrictHost> strict_;
  std::shared_ptr<ControllerCalls> controller_ = std::make_shared<ControllerCalls>(line_);
  bool greeted_ = false;
  std::unique_ptr<BlobStore> blobs_;
  std::optional<Reboot> restart_;  // of the host, once this ends
  std::optional<Error> blob_problem_;
  std::unique_ptr<Answered> answered_;
};

}  // namespace

std::string platform() {
  utsname kernel{};
  ::uname(&kernel);
  const std::string system = kernel.sysname == std::string_view("Darwin") ? "darwin" : "linux";
  const std::string machine = kernel.machine == std::string_view("arm64") ? "aarch64" : kernel.machine;
  return system + "-" + machine;
}

Result<> serve(const Registry& registry, const ServeOptions& options) {
  std::optional<StrictHost> strict;
  if (options.strict) {
    Result<StrictHost> host = StrictHost::at(*options.strict);
    if (!host) {
      StreamLine(options.in, options.out).send(wire::Refused{host.error().diagnostic()});
      return std::move(host.error());
    }
    strict = std::move(*host);
  }
  PLUMB_TRY_ASSIGN(RootFiles files, RootFiles::at(options.root));
  return Server(registry, std::move(files), options, std::move(strict)).run();
}

}  // namespace plumb::exec
