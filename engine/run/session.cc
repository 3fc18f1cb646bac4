#include "engine/run/session.h"

#include <algorithm>
#include <utility>

#include <poll.h>

#include "engine/base/digest.h"
#include "engine/base/sealed.h"
#include "engine/config/told_facts.h"
#include "engine/run/host_claims.h"
#include "engine/run/on_controller.h"
#include "engine/run/sealing.h"
#include "engine/run/sensitive_paths.h"
#include "engine/run/snapshot.h"
#include "engine/simulate/scope.h"
#include "providers/sdk/via.h"

namespace plumb::run {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// How long a host may take for what is usually done in moments; guards and package managers get their time.
constexpr seconds kHelloTime{30};
constexpr minutes kObserveTime{10};

// Of whatever is no answer to a question about resources.
constexpr wire::MessageLimits kOneAnswer{std::size_t{4} << 20, std::size_t{1} << 16};

// Of readings: what they tell together, and around each of them.
constexpr std::size_t kAroundReading = std::size_t{16} << 10;
constexpr std::size_t kValuesOfReading = 32;
// The longest list of a fact, of maps, and what stands in these.
constexpr std::size_t kValuesOfFact = std::size_t{1} << 17;

// Of a conversation that has ended, or of the wait for it: nothing that a host says.
bool is_end(Code code) {
  return code == Code::kConnectionLost || code == Code::kExecutorDied || code == Code::kTimeout ||
         code == Code::kInterrupted;
}

simulate::Observation take_record(wire::Record record, std::vector<Result<Observed>> states) {
  simulate::Observation observation;
  observation.states = std::move(states);
  observation.serial = record.serial;
  observation.damaged_record = record.damaged;
  observation.recorded = std::move(record.resources);
  for (wire::Owed& owed : record.owed) observation.owe(owed.address, owed.op, std::move(owed.because));
  observation.locks = plan_locks(std::move(record.locks));
  observation.image = std::move(record.image);
  observation.prevented = std::move(record.prevented);
  return observation;
}

// What is run on a host is named by each project for itself, and is another thing in each.
bool is_name_alone(const std::string& address, const Registry* kinds) {
  const Result<Address> parsed = Address::parse(address);
  const Kind* kind = kinds == nullptr || !parsed ? nullptr : kinds->find(parsed->kind);
  return kind != nullptr && kind->runs;
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

// Files of which a record knows sensitive values that the resources asked about do not declare by themselves.
SensitivePaths secrets_beside(const wire::Observe& question, const wire::Record& record, const Registry* kinds) {
  if (kinds == nullptr) return {};
  std::set<std::string> declared;
  for (const Desired& desired : question.resources) {
    if (!desired.sensitive.empty()) declared.insert(desired.address.str());
  }
  return recorded_secrets(record.resources, *kinds, declared);
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
  if (diagnostic.code == Code::kSealingKey && diagnostic.hint.empty())
    diagnostic.hint = "where the host was installed anew, `plumb forget " + name_ +
                      " --gone` has its new key taken at the next contact; else somebody is between here and the host";
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
  // What it was asked for apart holds for the whole request.
  for (const std::string& name : config::asked_facts()) {
    if (hello_.facts.contains(name) && !facts->contains(name)) (*facts)[name] = std::move(hello_.facts[name]);
  }
  hello_ = std::move(*hello);
  hello_.facts = std::move(*facts);
  HostLog(settings_.log, name_).debug("executor " + hello_.version + " on " + hello_.platform);
  return {};
}

Result<> Session::ask_facts(const std::set<std::string>& names) {
  PLUMB_TRY(connect());
  std::vector<std::string> missing;
  std::vector<Json> sources;
  for (const std::string& name : names) {
    if (hello_.facts.contains(name)) continue;
    missing.push_back(name);
    sources.push_back(to_json(ReadingSource{FactSource{name}, {}, false}));
  }
  if (missing.empty()) return {};
  PLUMB_TRY_ASSIGN(std::vector<Result<ToldReading>> told, read(sources));
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (!told[i]) return name_host(told[i].error());
    Result<Json> fact = config::checked_fact(missing[i], std::move(told[i]->value));
    if (!fact) return name_host(fact.error());
    hello_.facts[missing[i]] = std::move(*fact);
  }
  return {};
}

void Session::disconnect() {
  brought_.clear();
  watch_.reset();
  conversation_.reset();
}

Result<std::vector<Result<ToldReading>>> Session::read(const std::vector<Json>& sources) {
  PLUMB_TRY(connect());
  if (hello_.protocols.max < wire::kReads) return name_host(fail(Code::kProtocol, "the executor knows no readings"));
  const host::Deadline deadline = within(kObserveTime);
  if (Result<> sent = conversation_->send(wire::Read{sources}, deadline); !sent) return name_host(sent.error());
  const auto facts = static_cast<std::size_t>(
      std::count_if(sources.begin(), sources.end(), [](const Json& source) { return source.contains("fact"); }));
  conversation_->allow({wire::kMostTold + (sources.size() + 1) * kAroundReading,
                        (sources.size() + 1) * kValuesOfReading + facts * kValuesOfFact});
  Result<wire::Readings> told = conversation_->expect<wire::Readings>(deadline);
  if (!told) return name_host(told.error());
  if (told->answers.size() != sources.size())
    return name_host(fail(Code::kProtocol, "the executor told of other readings than it was asked for"));
  std::vector<Result<ToldReading>> readings;
  for (wire::ReadingAnswer& answer : told->answers) {
    if (answer.problem) {
      hide_in(*answer.problem);
      readings.emplace_back(refusal(std::move(*answer.problem)));
    } else {
      readings.emplace_back(ToldReading{std::move(answer.value), std::move(answer.absent)});
    }
  }
  return readings;
}

Result<simulate::Observation> Session::observe(const plan::Scope& scope,
                                               const std::map<std::size_t, std::size_t>& transactions) {
  PLUMB_TRY(connect());
  wire::Observe question;
  question.project = context_.project;
  const std::vector<bool> taken = simulate::taken(*graph_, scope);
  for (const ir::Node& node : graph_->nodes) {
    // What is there for the case that something fails, or is decided in its turn, lends nothing to others.
    const bool left_out = !taken[question.resources.size()] || !node.rescues.empty() || node.in_turn != nullptr;
    if (left_out || !node.ignore.empty() || !node.also.empty()) {
      wire::Aside& aside = question.asides.emplace_back();
      aside = {question.resources.size(), left_out, node.ignore};
      for (const ir::AlsoDeclared& one : node.also) aside.also.push_back(one.address);
    }
    const auto transaction = transactions.find(question.resources.size());
    question.resources.push_back(node.desired);
    if (transaction != transactions.end()) question.resources.back().attributes["transaction"] = transaction->second;
    // Only who has to seal something gets the key.
    const Kind* kind = context_.kinds == nullptr ? nullptr : context_.kinds->find(node.desired.address.kind);
    const bool seals = kind == nullptr || !is_by_controller(*kind, node.desired);
    if (seals && !node.desired.sensitive.empty()) question.key = context_.key;
  }
  if (secrets_ != nullptr) question.secrets = secrets_->observed_with;
  Packages packages;
  for (const Desired& desired : question.resources) add_package(desired, packages);
  PLUMB_TRY(bring_providers(std::move(packages)));
  for (const Desired& desired : question.resources) PLUMB_TRY(expect_to_be_asked(desired));
  tell_of_controller(question);
  const wire::Message message = std::move(question);
  PLUMB_TRY_ASSIGN(Answer answer, ask(message));
  told_ = conversation_->received();
  PLUMB_TRY(seal_what_was_sensitive(std::get<wire::Observe>(message), answer));
  owed_.clear();
  for (const wire::Owed& owed : answer.record.owed) owed_.insert(owed.address);
  unreported_ = std::move(answer.record.unreported);
  for (wire::Unreported& told : unreported_) told.text = hidden(std::move(told.text));
  warnings_ = {};
  if (answer.record.busy) warnings_.add(std::move(*answer.record.busy).as(Severity::kWarning).on(name_));
  for (wire::Claim& claim : answer.record.claims) {
    std::erase_if(claim.addresses,
                  [this](const std::string& address) { return is_name_alone(address, context_.kinds); });
    if (!claim.addresses.empty()) warnings_.add(managed_elsewhere(claim).on(name_));
  }
  simulate::Observation observation = take_record(std::move(answer.record), std::move(answer.states));
  observation.hidden_contents = hidden_contents_;
  return observation;
}

Result<Session::Answer> Session::ask(const wire::Message& message) {
  const auto& question = std::get<wire::Observe>(message);
  if (holds_secrets(message)) PLUMB_TRY(seal_from_here());
  const host::Deadline deadline = within(kObserveTime);
  if (Result<> sent = conversation_->send(message, deadline); !sent) return name_host(sent.error());
  (void)conversation_->received();
  // Each state once, so what is not told yet is what may still come.
  wire::MessageLimits untold{0, 0};
  for (const Desired& resource : question.resources) {
    const wire::MessageLimits most = most_of_state(resource, context_.kinds);
    untold.bytes += most.bytes;
    untold.values += most.values;
  }
  Answer answer;
  answer.states.assign(question.resources.size(),
                       fail(Code::kCannotObserve, "the host said nothing about this resource"));
  std::vector<bool> told(answer.states.size());
  while (true) {
    conversation_->allow(most_of_record(question.resources.size()), untold);
    Result<wire::Message> told_of = conversation_->receive(deadline);
    if (!told_of) return name_host(told_of.error());
    if (auto* chunk = std::get_if<wire::ObservedChunk>(&*told_of)) {
      if (chunk->states.empty()) return name_host(fail(Code::kProtocol, "the executor told of nothing"));
      for (wire::ObservedState& state : chunk->states) {
        if (state.index >= told.size() || told[state.index])
          return name_host(fail(Code::kProtocol, "the executor named a resource that was not asked for, or twice"));
        told[state.index] = true;
        const std::size_t index = state.index;
        const wire::MessageLimits most = most_of_state(question.resources[index], context_.kinds);
        untold.bytes -= most.bytes;
        untold.values -= most.values;
        if (state.observed) hide_in(*state.observed);
        if (state.problem) hide_in(*state.problem);
        answer.states[index] = without_leak(claimed_state(std::move(state), question.resources[index], context_.kinds),
                                            question.resources[index]);
      }
    } else if (auto* record = std::get_if<wire::Record>(&*told_of)) {
      if (Result<> checked = check_record(*record); !checked) return name_host(checked.error());
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
  const SensitivePaths paths = secrets_beside(question, answer.record, context_.kinds);
  // All of it once more: what one finds depends on what those before it do.
  wire::Observe again = question;
  again.key = context_.key;
  again.secrets = question.secrets;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < question.resources.size(); ++i) {
    if (!answer.states[i]) continue;
    Desired desired = question.resources[i];
    const auto found = sealed.find(desired.address.str());
    std::set<std::string> names = found == sealed.end() ? std::set<std::string>() : found->second;
    const Kind* kind = context_.kinds == nullptr ? nullptr : context_.kinds->find(desired.address.kind);
    if (kind != nullptr) names.merge(shown_of(paths, *kind, desired));
    // What keeps it from being as it is asked for may be told in words of the file.
    if (answer.states[i]->obstacle && kind != nullptr) desired.sensitive.merge(shown_of(paths, *kind, desired));
    for (const std::string& name : names) {
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
  tell_of_controller(again);
  PLUMB_TRY_ASSIGN(Answer second, ask(again));
  told_ += conversation_->received();
  // As it is for whoever has the key, with which it was not asked before.
  answer.record.resources = std::move(second.record.resources);
  for (const std::size_t i : places) answer.states[i] = std::move(second.states[i]);
  return {};
}

Result<> Session::acknowledge() {
  if (unreported_.empty()) return {};
  std::set<std::string> runs;
  for (const wire::Unreported& told : unreported_) runs.insert(told.run);
  unreported_.clear();
  PLUMB_TRY(connect());
  return conversation_->send(wire::Acknowledge{context_.project, {runs.begin(), runs.end()}}, within(kHelloTime));
}

Result<wire::Locks> Session::change_locks(const wire::ChangeLocks& request) {
  PLUMB_TRY(connect());
  const host::Deadline deadline = within(kHelloTime);
  if (Result<> sent = conversation_->send(request, deadline); !sent) return name_host(sent.error());
  conversation_->allow(kOneAnswer);
  Result<wire::Locks> locks = conversation_->expect<wire::Locks>(deadline);
  if (!locks) return name_host(locks.error());
  return locks;
}

Result<std::string> Session::replace(wire::Replacement replacement) {
  PLUMB_TRY(connect());
  const host::Deadline deadline = within(kObserveTime);
  if (Result<> sent = conversation_->send(std::move(replacement), deadline); !sent) return name_host(sent.error());
  conversation_->allow(kOneAnswer);
  Result<wire::Ended> ended = conversation_->expect<wire::Ended>(deadline);
  if (!ended) return name_host(ended.error());
  return std::move(ended->digest);
}

// The last ones travel with what follows them.
Result<> Session::finish(const std::string& run) {
  if (!conversation_) return {};
  const host::Deadline deadline = within(kHelloTime);
  {
    const host::Steady steady(conversation_->connection());
    PLUMB_TRY(conversation_->send(wire::Acknowledge{context_.project, {run}}, deadline));
    PLUMB_TRY(conversation_->connection().shutdown_write(deadline));
    // The end of its stream says that the executor has put its journal away, so that a run right after this one
    // does not find it.
    conversation_->allow(kOneAnswer);
    Result<wire::Message> told = conversation_->receive(deadline);
    while (told) told = conversation_->receive(deadline);
    if (!is_end(told.error().code())) return name_host(told.error());
  }
  disconnect();
  return {};
}

Result<> Session::return_from_restart(const std::string& run, seconds within) {
  constexpr seconds kOneLogin{30};
  constexpr std::chrono::milliseconds kBetween{1000};
  const std::string before = hello_.boot;
  const host::Deadline all = deadline_;
  const host::Deadline back = earlier(host::Deadline::after(within), all);
  // Its end may be cut by the restart.
  if (Result<> finished = finish(run); !finished && !is_end(finished.error().code())) return finished;
  std::string last = "it took no login";
  while (!back.passed()) {
    disconnect();
    pollfd stop{context_.control.interrupt().fd(), POLLIN, 0};
    (void)::poll(&stop, 1, static_cast<int>(kBetween.count()));
    if (context_.control.interrupt().raised())
      return name_host(fail(Code::kInterrupted, "left while the host was restarted"));
    deadline_ = earlier(host::Deadline::after(kOneLogin), back);
    const Result<> connected = connect();
    deadline_ = all;
    if (connected && hello_.boot != before) return {};
    last = connected ? "it takes logins, and has not begun to restart" : connected.error().summary();
  }
  disconnect();
  return name_host(
      fail(Code::kNoReturn, "the host did not come back within " + std::to_string(within.count()) + " s: " + last)
          .hint("once it is there, `plumb apply` goes on with what is left"));
}

std::string Session::hidden(std::string text) const {
  text = hidden_.hide(std::move(text));
  return secrets_ == nullptr ? text : secrets_->texts.hide(std::move(text));
}

// A text in which something sensitive stands is not shown, whoever wrote it there: then there is no text to show.
void Session::hide_in(Observed& observed) {
  if (observed.obstacle) hide_in(*observed.obstacle);
  const bool hides = !hidden_.empty() || (secrets_ != nullptr && !secrets_->texts.empty());
  if (!hides || !observed.content_text) return;
  if (hidden(*observed.content_text) == *observed.content_text) return;
  hidden_contents_.insert(digest(*observed.content_text));
  observed.content_text.reset();
}

void Session::hide_in(Diagnostic& problem) const {
  for (std::string* text : {&problem.summary, &problem.hint, &problem.label}) *text = hidden(std::move(*text));
}

Result<wire::Message> Session::next_at_work(bool& stop_sent, const wire::MessageLimits& most) {
  while (true) {
    const StopLevel stop = context_.control.level();
    if (stop == StopLevel::kLeave)
      return fail(Code::kInterrupted, "left before the host had answered")
          .hint("it ends what it has in hand by itself; the next plan tells what became of that");
    if (stop == StopLevel::kFinish && !stop_sent) {
      // What woke us may still be raised.
      const host::Steady steady(conversation_->connection());
      PLUMB_TRY(conversation_->send(wire::Stop{}, within(kHelloTime)));
      stop_sent = true;
    }
    conversation_->allow(most);
    Result<wire::Message> message = conversation_->receive(within(context_.silence));
    if (message) return message;
    // A request to stop woke us; what it asks for is looked at above.
    if (message.error().code() == Code::kInterrupted) continue;
    if (message.error().code() == Code::kTimeout && !deadline_.passed()) return silent();
    return Error(message.error());
  }
}

Result<> Session::show_life() {
  const host::Steady steady(conversation_->connection());
  return conversation_->send(wire::Alive{}, within(context_.silence));
}

}  // namespace plumb::run
