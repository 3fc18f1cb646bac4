#include "engine/run/session.h"

#include <algorithm>
#include <utility>

#include "engine/base/digest.h"
#include "engine/base/sealed.h"
#include "engine/config/told_facts.h"
#include "engine/run/snapshot.h"

namespace plumb::run {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// How long a host may take for what is usually done in moments; guards and package managers get their time.
constexpr seconds kHelloTime{30};
constexpr minutes kObserveTime{10};
constexpr minutes kSendTime{10};
// Small contents travel together, so many bytes at a time: the host takes them while the next are read.
constexpr std::size_t kSentTogether = std::size_t{64} << 10;
constexpr std::size_t kAroundContent = 128;  // bytes of a frame that are not its content's, about

// Of a file as it is now, for the diff.
constexpr std::size_t kLongestContentText = std::size_t{256} << 10;

// What an executor may say of an apply: of each action that it begins, what it prints, what is wrong, and how it ends,
// some of it once for each attempt.
class EventBounds {
 public:
  explicit EventBounds(std::size_t actions) : actions_(actions), events_(kEvents * (actions + 1)) {}

  // kProtocol for an event of no action, and for one more than there may be.
  Result<> take(const wire::Event& event) {
    if (event.index >= actions_) return fail(Code::kProtocol, "the executor told of an action that was not asked for");
    bytes_ += event.text.size();
    if (event.problem)
      bytes_ += event.problem->summary.size() + event.problem->hint.size() + event.problem->label.size();
    if (events_ == 0 || bytes_ > kBytes * (actions_ + 1))
      return fail(Code::kProtocol, "the executor tells more of its actions than they can give");
    --events_;
    return {};
  }

 private:
  static constexpr std::size_t kEvents = 64;
  static constexpr std::size_t kBytes = std::size_t{1} << 20;

  std::size_t actions_;
  std::size_t events_;
  std::size_t bytes_ = 0;
};

simulate::Observation take_record(wire::Record record, std::vector<Result<Observed>> states) {
  simulate::Observation observation;
  observation.states = std::move(states);
  observation.serial = record.serial;
  observation.damaged_record = record.damaged;
  observation.recorded = std::move(record.resources);
  for (wire::Owed& owed : record.owed) observation.owe(owed.address, owed.op, std::move(owed.because));
  observation.locks = plan_locks(std::move(record.locks));
  observation.image = std::move(record.image);
  return observation;
}

Diagnostic managed_elsewhere(const wire::Claim& claim) {
  constexpr std::size_t kNamed = 3;
  std::string what;
  for (std::size_t i = 0; i < std::min(claim.addresses.size(), kNamed); ++i)
    what += (i == 0 ? "" : ", ") + claim.addresses[i];
  if (claim.addresses.size() > kNamed) what += " and " + std::to_string(claim.addresses.size() - kNamed) + " more";
  std::string last;
  if (!claim.run.empty()) {
    last = ", which last ran at " + claim.when + " (run " + claim.run +
           (claim.who.empty() ? std::string() : ", by " + claim.who) + ")";
  }
  return Diagnostic(Code::kManagedElsewhere,
                    "project " + claim.project + last + ", manages " + what + " on this host too")
      .as(Severity::kWarning)
      .with_hint("leave it to one of the two; `plumb apply --take-over` moves it to this project");
}

// Of each resource in a record: the attributes that were sensitive when they were written.
std::map<std::string, std::set<std::string>> sealed_attributes(const wire::Record& record) {
  std::map<std::string, std::set<std::string>> sealed;
  for (const auto& [address, attributes] : record.resources) {
    for (const auto& [name, value] : attributes.items()) {
      if (is_sealed(value)) sealed[address].insert(name);
    }
  }
  return sealed;
}

}  // namespace

Session::Session(std::string name, host::HostSettings settings, SessionContext& context)
    : name_(std::move(name)), settings_(std::move(settings)), context_(context) {}

host::Deadline Session::within(std::chrono::milliseconds span) const {
  return earlier(host::Deadline::after(span), deadline_);
}

Error Session::name_host(const Error& error) const {
  Diagnostic diagnostic = error.diagnostic();
  if (diagnostic.code == Code::kTimeout && deadline_.passed())
    diagnostic.hint = "the time that --host-timeout or --run-timeout gives it was over";
  diagnostic.host = name_;
  return Error(std::move(diagnostic));
}

Error Session::silent() const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(context_.silence).count();
  return fail(Code::kConnectionLost, "the executor has given no sign of life for " + std::to_string(seconds) + " s")
      .hint("it is stopped, or waits for a disk or a network file system that does not answer");
}

Result<> Session::connect() {
  if (conversation_) return {};
  host::HostSettings settings = settings_;
  settings.deadline = deadline_;
  Result<std::unique_ptr<host::Connection>> connection =
      context_.transport.open(settings, &context_.control.interrupt());
  if (!connection) return name_host(connection.error());
  conversation_.emplace(std::move(*connection), HostLog(settings_.log, name_));
  watch_ = std::make_unique<Control::Watch>(context_.control, conversation_->connection());
  Result<wire::Hello> hello = conversation_->greet(within(kHelloTime));
  if (!hello) {
    disconnect();
    return name_host(hello.error());
  }
  Result<Json> facts = config::checked_facts(std::move(hello->facts));
  if (!facts) {
    disconnect();
    return name_host(facts.error());
  }
  hello_ = std::move(*hello);
  hello_.facts = std::move(*facts);
  HostLog(settings_.log, name_).debug("executor " + hello_.version + " on " + hello_.platform);
  return {};
}

void Session::disconnect() {
  watch_.reset();
  conversation_.reset();
}

Result<simulate::Observation> Session::observe(const plan::Scope& scope) {
  PLUMB_TRY(connect());
  wire::Observe question;
  question.project = context_.project;
  for (const ir::Node& node : graph_->nodes) {
    const bool left_out = !scope.takes(node.tags);
    if (left_out || !node.ignore.empty())
      question.asides.push_back({question.resources.size(), left_out, {node.ignore.begin(), node.ignore.end()}});
    question.resources.push_back(node.desired);
    // Only who has to seal something gets the key.
    if (!node.desired.sensitive.empty()) question.key = context_.key;
  }
  PLUMB_TRY_ASSIGN(Answer answer, ask(question));
  told_ = conversation_->received();
  PLUMB_TRY(seal_what_was_sensitive(question, answer));
  unreported_ = std::move(answer.record.unreported);
  for (wire::Unreported& told : unreported_) told.text = hidden_.hide(std::move(told.text));
  warnings_ = {};
  if (answer.record.busy) warnings_.add(std::move(*answer.record.busy).as(Severity::kWarning).on(name_));
  for (const wire::Claim& claim : answer.record.claims) {
    if (!claim.addresses.empty()) warnings_.add(managed_elsewhere(claim).on(name_));
  }
  return take_record(std::move(answer.record), std::move(answer.states));
}

Result<Session::Answer> Session::ask(const wire::Observe& question) {
  const host::Deadline deadline = within(kObserveTime);
  if (Result<> sent = conversation_->send(question, deadline); !sent) return name_host(sent.error());
  (void)conversation_->received();
  Answer answer;
  answer.states.assign(question.resources.size(),
                       fail(Code::kCannotObserve, "the host said nothing about this resource"));
  std::vector<bool> told(answer.states.size());
  while (true) {
    Result<wire::Message> message = conversation_->receive(deadline);
    if (!message) return name_host(message.error());
    if (auto* chunk = std::get_if<wire::ObservedChunk>(&*message)) {
      for (wire::ObservedState& state : chunk->states) {
        if (state.index >= told.size() || told[state.index])
          return name_host(fail(Code::kProtocol, "the executor named a resource that was not asked for, or twice"));
        told[state.index] = true;
        if (state.observed && state.observed->content_text &&
            state.observed->content_text->size() > kLongestContentText)
          return name_host(fail(Code::kProtocol, "the executor sent a longer text than it is to send"));
        if (state.observed) {
          answer.states[state.index] = std::move(*state.observed);
        } else if (state.problem) {
          answer.states[state.index] = Error(std::move(*state.problem));
        }
      }
    } else if (auto* record = std::get_if<wire::Record>(&*message)) {
      answer.record = std::move(*record);
      return answer;
    } else {
      return name_host(fail(Code::kProtocol, "the executor sent another message than the states asked for"));
    }
  }
}

Result<> Session::seal_what_was_sensitive(const wire::Observe& question, Answer& answer) {
  const std::map<std::string, std::set<std::string>> sealed = sealed_attributes(answer.record);
  if (sealed.empty()) return {};
  // All of it once more: what one finds depends on what those before it do.
  wire::Observe again = question;
  again.key = context_.key;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < question.resources.size(); ++i) {
    const auto found = sealed.find(question.resources[i].address.str());
    if (found == sealed.end() || !answer.states[i]) continue;
    Desired desired = question.resources[i];
    for (const std::string& name : found->second) {
      const Json& there = answer.states[i]->attribute(name);
      // What the configuration says in clear is no secret.
      if (!there.is_null() && there != desired.attribute(name)) desired.sensitive.insert(name);
    }
    if (desired.sensitive.size() == question.resources[i].sensitive.size()) continue;
    if (context_.key.empty()) {
      answer.states[i] = fail(Code::kNoProjectKey,
                              "what is on the host was a sensitive value, and the project's key, "
                              "without which it cannot be compared, is not here")
                             .hint("put .plumb/key back, or make the attribute sensitive once more");
      continue;
    }
    places.push_back(i);
    again.resources[i] = std::move(desired);
  }
  if (places.empty()) return {};
  PLUMB_TRY_ASSIGN(Answer second, ask(again));
  told_ += conversation_->received();
  for (const std::size_t i : places) answer.states[i] = std::move(second.states[i]);
  return {};
}

Result<> Session::acknowledge() {
  if (unreported_.empty()) return {};
  unreported_.clear();
  PLUMB_TRY(connect());
  return conversation_->send(wire::Acknowledge{context_.project}, within(kHelloTime));
}

Result<wire::Locks> Session::change_locks(const wire::ChangeLocks& request) {
  PLUMB_TRY(connect());
  const host::Deadline deadline = within(kHelloTime);
  if (Result<> sent = conversation_->send(request, deadline); !sent) return name_host(sent.error());
  Result<wire::Locks> locks = conversation_->expect<wire::Locks>(deadline);
  if (!locks) return name_host(locks.error());
  return locks;
}

// The last ones travel with what follows them.
Result<> Session::send_blobs(const Request& request, const PlanContents& contents) {
  std::size_t waiting = 0;
  for (const std::string& digest : request.blobs) {
    PLUMB_TRY_ASSIGN(ir::ContentReader reader, contents.open(digest));
    wire::Blob blob;
    blob.digest = digest;
    blob.secret = is_keyed_digest(digest);
    PLUMB_TRY(ir::read_all(std::move(reader), [&blob](std::string_view piece) -> Result<> {
      blob.bytes += piece;
      return {};
    }));
    waiting += blob.bytes.size() + kAroundContent;
    if (waiting < kSentTogether) {
      PLUMB_TRY(conversation_->queue(blob));
    } else {
      PLUMB_TRY(conversation_->send(blob, within(kSendTime)));
      waiting = 0;
    }
  }
  return {};
}

// What cannot be read any more as the plan has it is told to the host instead, which then writes nothing of it. Its
// action is in hand, so that a stop waits for the content to be there.
Result<> Session::answer(const wire::Want& want, const PlanContents& contents, Sending& sending) {
  const host::Steady steady(conversation_->connection());
  const auto give_up = [&](const Error& why) {
    wire::Blob blob;
    blob.digest = want.digest;
    blob.problem = why.diagnostic();
    sending = {};
    return conversation_->send(blob, within(kSendTime));
  };
  if (want.offset == 0) {
    const std::optional<std::uint64_t> size = contents.large(want.digest);
    if (!size) return fail(Code::kProtocol, "the executor asked for a content that is not its plan's");
    Result<ir::ContentReader> reader = contents.open(want.digest);
    if (!reader) return give_up(reader.error());
    sending = {want.digest, *size, 0, std::move(*reader)};
  }
  // Wanted before the host knew that there is nothing more.
  if (!sending.reader) return {};
  if (want.digest != sending.digest || want.offset != sending.sent)
    return fail(Code::kProtocol, "the executor asked for a content out of its order");
  for (std::uint64_t left = want.bytes; left > 0 && sending.reader;) {
    Result<std::string_view> piece = sending.reader->next(left);
    if (!piece) return give_up(piece.error());
    wire::Blob blob;
    blob.digest = sending.digest;
    blob.secret = is_keyed_digest(sending.digest);
    blob.bytes = *piece;
    sending.sent += blob.bytes.size();
    left -= blob.bytes.size();
    blob.last = blob.bytes.empty() || sending.sent >= sending.size;
    if (blob.last) {
      // Its end says whether it was the right content.
      if (const Result<std::string_view> end = sending.reader->next(); !end) return give_up(end.error());
      sending.reader.reset();
    }
    PLUMB_TRY(conversation_->send(blob, within(kSendTime)));
  }
  return {};
}

Result<wire::Done> Session::apply(Request request, const PlanContents& contents, const Ready& ready,
                                  const EventSink& sink) {
  PLUMB_TRY(connect());
  if (Result<> sent = send_blobs(request, contents); !sent) return name_host(sent.error());
  const std::size_t actions = request.apply.actions.size();
  // The executor may wait for signs of life from here, too.
  if (Result<> queued = conversation_->queue(wire::Alive{}); !queued) return name_host(queued.error());
  if (Result<> queued = conversation_->queue(std::move(request.apply)); !queued) return name_host(queued.error());
  PLUMB_TRY(ready());
  if (Result<> sent = conversation_->flush(within(kSendTime)); !sent) return name_host(sent.error());
  Result<wire::Done> done = follow(actions, contents, sink);
  if (!done) return name_host(done.error());
  return done;
}

Result<> Session::finish() {
  if (!conversation_) return {};
  const host::Deadline deadline = within(kHelloTime);
  {
    const host::Steady steady(conversation_->connection());
    PLUMB_TRY(conversation_->send(wire::Acknowledge{context_.project}, deadline));
    PLUMB_TRY(conversation_->connection().shutdown_write(deadline));
    // The end of its stream says that the executor has put its journal away, so that a run right after this one
    // does not find it.
    while (conversation_->receive(deadline)) {
    }
  }
  disconnect();
  return {};
}

void Session::hide_in(wire::Event& event) const {
  event.text = hidden_.hide(std::move(event.text));
  if (!event.problem) return;
  for (std::string* text : {&event.problem->summary, &event.problem->hint, &event.problem->label})
    *text = hidden_.hide(std::move(*text));
}

Result<wire::Done> Session::follow(std::size_t actions, const PlanContents& contents, const EventSink& sink) {
  EventBounds bounds(actions);
  bool stop_sent = false;
  Sending sending;
  while (true) {
    const StopLevel stop = context_.control.level();
    if (stop == StopLevel::kLeave) return fail(Code::kInterrupted, "left before the host had answered");
    if (stop == StopLevel::kFinish && !stop_sent) {
      // What woke us may still be raised.
      const host::Steady steady(conversation_->connection());
      PLUMB_TRY(conversation_->send(wire::Stop{}, within(kHelloTime)));
      stop_sent = true;
    }
    Result<wire::Message> message = conversation_->receive(within(context_.silence));
    if (!message) {
      // A request to stop woke us; what it asks for is looked at above.
      if (message.error().code() == Code::kInterrupted) continue;
      if (message.error().code() == Code::kTimeout && !deadline_.passed()) return silent();
      return Error(message.error());
    }
    if (auto* event = std::get_if<wire::Event>(&*message)) {
      PLUMB_TRY(bounds.take(*event));
      if (!hidden_.empty()) hide_in(*event);
      sink(*event);
    } else if (auto* done = std::get_if<wire::Done>(&*message)) {
      return std::move(*done);
    } else if (const auto* want = std::get_if<wire::Want>(&*message)) {
      PLUMB_TRY(answer(*want, contents, sending));
    } else if (std::holds_alternative<wire::Alive>(*message)) {
      const host::Steady steady(conversation_->connection());
      PLUMB_TRY(conversation_->send(wire::Alive{}, within(context_.silence)));
    } else {
      return fail(Code::kProtocol, "the executor sent another message than events and their end");
    }
  }
}

}  // namespace plumb::run
