#include "engine/run/host_claims.h"

#include <algorithm>
#include <array>

#include "engine/base/address.h"
#include "engine/base/outside_text.h"
#include "engine/base/sealed.h"

namespace plumb::run {
namespace {

// Whole numbers that every reader of JSON keeps.
constexpr std::int64_t kLargestCount = std::int64_t{1} << 53;
constexpr int kLongestRestart = 60 * 60 * 2;  // seconds; the most that a plan may ask for
constexpr std::int64_t kLongestAction = std::int64_t{1000} * 60 * 60 * 24 * 365;

// Of a file as it is now, for the diff.
constexpr std::size_t kLongestContentText = std::size_t{256} << 10;
// What is told of a resource besides.
constexpr std::size_t kBytesOfState = kLongestContentText + (std::size_t{64} << 10);
constexpr std::size_t kBytesOfValue = 64;
// What a record holds of what is not asked for, and of each resource that is.
constexpr wire::MessageLimits kOfHost{std::size_t{8} << 20, std::size_t{1} << 16};
constexpr std::size_t kBytesOfRecorded = std::size_t{16} << 10;
constexpr std::size_t kValuesOfRecorded = 256;

// Of an apply, for each action that may begin: what it prints, what is wrong and how it ends.
constexpr std::size_t kEvents = 64;
constexpr std::size_t kBytes = std::size_t{1} << 20;

Error impossible(std::string what) {
  return fail(Code::kProtocol, "the executor " + std::move(what))
      .hint("it is not the one that plumb brought, or not itself any more");
}

bool is_address(const std::string& text) {
  return Address::parse(text).has_value();
}

bool can_be_owed(Op op) {
  return op == Op::kRun || op == Op::kReload || op == Op::kRestart || op == Op::kVerify;
}

bool is_end(wire::EventKind kind) {
  return kind != wire::EventKind::kStarted && kind != wire::EventKind::kOutput;
}

bool is_failure(wire::EventKind kind) {
  return kind == wire::EventKind::kFailed || kind == wire::EventKind::kDiverged;
}

std::string quoted(const std::string& name) {
  return "`" + outside_line(name, 80) + "`";
}

}  // namespace

Error refusal(Diagnostic problem) {
  constexpr std::array kOurs = {Code::kConnect,        Code::kHostKeyUnknown, Code::kHostKeyChanged,
                                Code::kHostKeyRevoked, Code::kAuthentication, Code::kTransportCommand,
                                Code::kSshSettings,    Code::kTimeout,        Code::kConnectionLost,
                                Code::kExecutorDied,   Code::kInterrupted,    Code::kSecretUnresolved};
  problem.severity = Severity::kError;
  if (std::find(kOurs.begin(), kOurs.end(), problem.code) != kOurs.end()) problem.code = Code::kProtocol;
  return Error(std::move(problem));
}

wire::MessageLimits most_of_state(const Desired& resource, const Registry* kinds) {
  const Kind* kind = kinds == nullptr ? nullptr : kinds->find(resource.address.kind);
  const std::size_t values = kind == nullptr ? Provider::kUsualValues : kind->provider->most_values(resource);
  return {kBytesOfState + values * kBytesOfValue, values};
}

wire::MessageLimits most_of_record(std::size_t resources) {
  return {kOfHost.bytes + resources * kBytesOfRecorded, kOfHost.values + resources * kValuesOfRecorded};
}

Result<Observed> claimed_state(wire::ObservedState state, const Desired& resource, const Registry* kinds) {
  if (!state.observed || state.problem) {
    if (!state.problem) return fail(Code::kCannotObserve, "the host said nothing about this resource");
    return refusal(std::move(*state.problem));
  }
  if (state.observed->obstacle) state.observed->obstacle->severity = Severity::kError;
  if (std::string what = impossible_in(*state.observed, resource, kinds); !what.empty())
    return impossible(std::move(what));
  return std::move(*state.observed);
}

std::string impossible_in(const Observed& observed, const Desired& resource, const Registry* kinds) {
  for (const std::string& name : resource.sensitive) {
    const Json& value = observed.attribute(name);
    if (!value.is_null() && !is_sealed(value)) return "tells " + quoted(name) + ", which is sensitive, in clear";
  }
  // What is shown of a file is not sealed.
  const Kind* kind = kinds == nullptr ? nullptr : kinds->find(resource.address.kind);
  const bool secret =
      kind != nullptr && std::any_of(kind->contents.begin(), kind->contents.end(), [&](const ContentAttribute& one) {
        return resource.sensitive.contains(one.content);
      });
  if (secret && observed.content_text) return "tells a content, which is sensitive, in clear";
  if (observed.content_text && observed.content_text->size() > kLongestContentText)
    return "tells a longer text than there can be";
  const std::string attribute = kind == nullptr ? std::string() : mistyped(*kind, observed.attributes);
  if (attribute.empty()) return {};
  return "tells " + quoted(attribute) + " as a " + observed.attribute(attribute).type_name() + ", which it cannot be";
}

Result<> check_record(const wire::Record& record) {
  if (std::string what = impossible_in(record); !what.empty()) return impossible(std::move(what));
  return {};
}

std::string impossible_in(const wire::Record& record) {
  if (record.serial < 0 || record.serial > kLargestCount) return "counts its runs wrongly";
  for (const auto& [address, attributes] : record.resources) {
    if (!is_address(address) || !attributes.is_object())
      return "has a record of " + quoted(address) + ", which is no resource";
  }
  for (const wire::Owed& owed : record.owed) {
    const bool good = is_address(owed.address) && can_be_owed(owed.op) &&
                      std::all_of(owed.because.begin(), owed.because.end(), is_address);
    if (!good) return "owes " + quoted(owed.address) + " what cannot be owed";
  }
  if (!std::all_of(record.prevented.begin(), record.prevented.end(), is_address))
    return "forbids the removal of what is no resource";
  for (const wire::Unreported& told : record.unreported) {
    if (told.run.empty() || !is_address(told.address))
      return "tells of " + quoted(told.address) + ", which is no resource of a run";
  }
  return {};
}

ApplyClaims::ApplyClaims(const wire::Apply& request, std::set<std::string> owed)
    : ends_(request.actions.size()),
      addresses_(std::move(owed)),
      check_applied_(request.check_applied),
      events_left_(kEvents * (request.actions.size() + 1)),
      bytes_left_(kBytes * (request.actions.size() + 1)) {
  for (const wire::Action& action : request.actions) {
    addresses_.insert(action.desired.address.str());
    for (const wire::Due& due : action.owes) addresses_.insert(due.address);
    probes_.push_back(action.op == Op::kVerify);
    may_fail_.push_back(action.manner.may_fail);
    events_left_ += static_cast<std::size_t>(std::max(action.manner.tries, 0));
    confirm_within_ = std::max(confirm_within_, action.confirm_within);
  }
  most_events_ = events_left_;
  settled_ = {request.settled.begin(), request.settled.end()};
  for (const wire::LargeContent& content : request.contents) contents_.insert(content.digest);
}

Result<> ApplyClaims::spend(std::size_t bytes) {
  if (events_left_ == 0 || bytes > bytes_left_) return impossible("tells more of its actions than they can give");
  --events_left_;
  bytes_left_ -= bytes;
  return {};
}

Result<> ApplyClaims::take(wire::Event& event) {
  if (event.index >= ends_.size()) return impossible("told of an action that was not asked for");
  const std::size_t words = event.problem ? event.problem->summary.size() + event.problem->hint.size() : 0;
  PLUMB_TRY(spend(event.text.size() + words));
  if (event.milliseconds < 0 || event.milliseconds > kLongestAction)
    return impossible("told of an action that took a time that there is not");
  const bool probe = probes_[event.index];
  if (event.kind == (probe ? wire::EventKind::kChanged : wire::EventKind::kVerified))
    return impossible("told of an action what it cannot come to");
  std::optional<wire::EventKind>& end = ends_[event.index];
  // What was done may yet fail to be recorded.
  if (end && (is_failure(*end) || event.kind != wire::EventKind::kFailed))
    return impossible("told of an action that had ended");
  if (is_end(event.kind)) end = event.kind;
  if (event.problem && (is_failure(event.kind) || event.kind == wire::EventKind::kStale))
    event.problem->severity = Severity::kError;
  return {};
}

Result<> ApplyClaims::take(const wire::Want& want) {
  if (want.bytes == 0 || !contents_.contains(want.digest))
    return impossible("asked for a content that is not its plan's");
  // Each time that it begins anew is one of its words.
  return want.offset == 0 ? spend(0) : Result<>();
}

Result<> ApplyClaims::take(const wire::Alive&) {
  constexpr std::size_t kAtOnce = 1000;
  constexpr std::size_t kEachSecond = 10;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begin_).count();
  if (++alive_ > kAtOnce + kEachSecond * static_cast<std::size_t>(seconds))
    return impossible("says without end that it lives");
  return {};
}

// Of what may not.
bool ApplyClaims::fails() const {
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    if (ends_[i] && is_failure(*ends_[i]) && !may_fail_[i]) return true;
  }
  return false;
}

// What had not ended before.
bool ApplyClaims::changed_something() const {
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    if (ends_[i] == wire::EventKind::kChanged && !settled_.contains(i)) return true;
  }
  return false;
}

int ApplyClaims::ended(wire::EventKind kind) const {
  return static_cast<int>(std::count(ends_.begin(), ends_.end(), kind));
}

Result<> ApplyClaims::take(wire::Done& done, bool stopped) const {
  using wire::DoneOutcome;
  using wire::EventKind;
  const bool untold = std::any_of(ends_.begin(), ends_.end(), [](const auto& end) { return !end; });
  const int failed = ended(EventKind::kFailed) + ended(EventKind::kDiverged);
  const bool counted = done.changed == ended(EventKind::kChanged) && done.verified == ended(EventKind::kVerified) &&
                       done.satisfied == ended(EventKind::kSatisfied) && done.failed == failed;
  if (!counted) return impossible("counts its actions otherwise than it told of them");
  bool began = false;
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    const bool well =
        ends_[i] == EventKind::kChanged || ends_[i] == EventKind::kSatisfied || ends_[i] == EventKind::kVerified;
    began = began || (well && !settled_.contains(i));
  }
  switch (done.outcome) {
    case DoneOutcome::kAlready:
      if (!check_applied_ || done.skipped != 0 || events_left_ != most_events_)
        return impossible("says that it had applied the plan, which it was not asked");
      break;
    case DoneOutcome::kStale:
      // It is refused as a whole, and why is told of some of it.
      if (began || done.skipped < 0 || done.skipped > static_cast<int>(ends_.size()))
        return impossible("says that it was refused, and began");
      break;
    case DoneOutcome::kRestarting:
      // Each restart is one of its actions, so that there is an end of them.
      if (!changed_something()) return impossible("says that it is restarted, and that no action did it");
      if (done.back_within <= 0 || done.back_within > kLongestRestart)
        return impossible("says that it is restarted, and takes a time that there is not");
      break;
    case DoneOutcome::kOk:
    case DoneOutcome::kFailed:
    case DoneOutcome::kInterrupted:
      if (untold) return impossible("says that it is done, and has not told of every action");
      if (done.skipped != ended(EventKind::kSkipped) + ended(EventKind::kStale))
        return impossible("counts its actions otherwise than it told of them");
      if (done.outcome == DoneOutcome::kOk && (fails() || ended(EventKind::kStale) > 0))
        return impossible("says that all went well, and told of what did not");
      if (done.outcome == DoneOutcome::kInterrupted && !stopped)
        return impossible("says that it was stopped, and was not");
      break;
  }
  if (done.confirm_within < 0 || done.confirm_within > confirm_within_)
    return impossible("waits to be confirmed for longer than it was asked to");
  if (done.outcome != DoneOutcome::kAlready) done.applied_by = done.applied_at = "";
  // A host may owe what the plan leaves out, of which it is not asked.
  std::erase_if(done.owed, [this](const std::string& address) { return !addresses_.contains(address); });
  return {};
}

void keep_known(wire::Confirmation& confirmation, const std::vector<std::string>& addresses) {
  const auto unknown = [&](const std::string& address) {
    return std::find(addresses.begin(), addresses.end(), address) == addresses.end();
  };
  std::erase_if(confirmation.undone, unknown);
  std::erase_if(confirmation.restarted, unknown);
  constexpr std::size_t kMostProblems = 64;
  if (confirmation.problems.size() > kMostProblems) confirmation.problems.resize(kMostProblems);
}

}  // namespace plumb::run
