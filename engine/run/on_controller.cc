#include "engine/run/on_controller.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/base/hidden_texts.h"
#include "engine/base/sealed.h"
#include "engine/run/bringing.h"
#include "providers/outside/observing.h"
#include "providers/outside/outside_provider.h"
#include "providers/sdk/via.h"

namespace plumb::run {
namespace {

constexpr std::chrono::seconds kReachTime{30};
constexpr std::chrono::minutes kLookTime{10};  // as a host has
constexpr std::chrono::seconds kBeat{10};
constexpr std::chrono::seconds kSlice{1};    // in which a stop is seen
constexpr std::chrono::seconds kBeyond{30};  // the program's own time, until its executor must have ended it
// Both outputs of a program, at their longest.
constexpr wire::MessageLimits kAnswer{std::size_t{12} << 20, 1024};

// A package as an executor has one that runs where that is.
outside::Package as_on_host(const outside::Package& package) {
  outside::Package here = package;
  here.on_controller = false;
  return here;
}

Json opened(const Json& value, const OpenValues& values) {
  const auto found = is_sealed(value) ? values.find(value.get<std::string>()) : values.end();
  return found == values.end() ? value : found->second;
}

Desired opened(const Desired& desired, const OpenValues& values) {
  Desired open = desired;
  for (const std::string& name : desired.sensitive) {
    if (open.attributes.contains(name)) open.attributes[name] = opened(open.attributes[name], values);
  }
  return open;
}

Result<> seal(const Desired& desired, Observed& observed, const std::string& key) {
  for (const std::string& name : desired.sensitive) {
    const auto found = observed.attributes.find(name);
    if (found == observed.attributes.end() || found->is_null() || is_sealed(*found)) continue;
    if (key.empty()) return fail(Code::kNoProjectKey, "a sensitive value was told, and the project's key is not here");
    *found = Sealed::of(key, found->is_string() ? found->get<std::string>() : canonical(*found)).encode();
  }
  return {};
}

const outside::Words& words_of(const Kind& kind) {
  return static_cast<const outside::OutsideProvider&>(*kind.provider).words();
}

// As whoever looks at it here has it, for whom it is nothing from elsewhere.
Desired as_own(const Desired& desired) {
  Desired own = desired;
  own.attributes.erase(std::string(kVia));
  return own;
}

// All that it may take, by what it says of itself.
std::chrono::seconds longest(const Operation& operation) {
  if (const auto* call = std::get_if<Call>(&operation)) return std::chrono::seconds(call->timeout_seconds);
  const auto* wait = std::get_if<Wait>(&operation);
  if (wait == nullptr) return {};
  const Probe& probe = wait->probe;
  const std::chrono::seconds once =
      std::chrono::seconds(probe.timeout_seconds) + std::chrono::seconds(probe.every_seconds);
  return std::chrono::seconds(probe.within_seconds) + once * (std::int64_t{probe.stable} + 1);
}

}  // namespace

std::vector<Result<Observed>> OnController::observe(const Kind& kind, std::span<const Desired* const> desired,
                                                    const OpenValues& values, const std::string& key,
                                                    const Beat& beat) {
  std::vector<Result<Observed>> out(desired.size());
  std::map<std::map<std::string, std::string>, std::vector<std::size_t>> by_env;
  for (std::size_t i = 0; i < desired.size(); ++i) by_env[desired[i]->env].push_back(i);
  const outside::Caller caller = [&](const outside::Start& start) { return call(*kind.package, start, beat); };
  HiddenTexts secrets;
  for (const auto& [unused, value] : values) secrets.add(value);
  const outside::Hide hide = [&secrets](std::string text) { return secrets.hide(std::move(text)); };
  for (const auto& [unused, places] : by_env) {
    std::vector<Desired> open;
    std::vector<const Desired*> asked;
    for (const std::size_t place : places) open.push_back(opened(*desired[place], values));
    for (const Desired& one : open) asked.push_back(&one);
    std::vector<Result<Observed>> told = outside::observe_by(*kind.package, words_of(kind), asked, {}, caller);
    for (std::size_t i = 0; i < places.size(); ++i) {
      Result<Observed>& slot = out[places[i]] = std::move(told[i]);
      if (!slot) continue;
      if (Result<> sealed = seal(*desired[places[i]], *slot, key); !sealed) slot = std::move(sealed.error());
      // The host is told it.
      const std::string leak = slot ? outside::leaks_under(slot->attributes, *desired[places[i]], hide) : "";
      if (!leak.empty()) slot = outside::leaked(*kind.package, desired[places[i]]->address, leak);
    }
  }
  return out;
}

Result<std::string> OnController::apply(const Kind& kind, const Desired& desired, CallProvider call,
                                        const OpenValues& values, int seconds, const Beat& beat) {
  HiddenTexts secrets;
  for (const std::string& name : desired.sensitive) {
    if (!call.desired.contains(name)) continue;
    Json& value = call.desired[name];
    value = opened(value, values);
    if (is_sealed(value))
      return fail(Code::kSecretUnresolved, "a sensitive value of " + call.address + " is not known here");
    secrets.add(value);
  }
  outside::Start start;
  start.lines = outside::apply_line(call);
  start.env = desired.env;
  start.seconds = seconds;
  const auto hidden = [&](const Error& error) {
    Diagnostic problem = outside::of_resource(error, *kind.package, desired.address).diagnostic();
    problem.summary = secrets.hide(std::move(problem.summary));
    problem.hint = secrets.hide(std::move(problem.hint));
    return Error(std::move(problem));
  };
  const Result<outside::Ended> ended = this->call(*kind.package, start, beat);
  if (!ended) return hidden(ended.error());
  if (const Result<> applied = outside::applied_from(ended->answers.front()); !applied) return hidden(applied.error());
  return secrets.hide(ended->errors);
}

std::vector<Result<Observed>> OnController::look(const std::string& project, std::span<const Desired* const> desired,
                                                 const OpenValues& values, const std::string& key, const Beat& beat) {
  wire::Observe question;
  question.project = project;
  question.secrets = values;
  for (const Desired* one : desired) {
    question.resources.push_back(as_own(*one));
    if (!one->sensitive.empty()) question.key = key;
  }
  std::vector<Result<Observed>> out(desired.size(), fail(Code::kCannotObserve, "the controller told nothing of it"));
  Result<std::vector<wire::ObservedState>> told = ask(question, beat);
  if (!told) {
    hang_up();
    const Error problem = std::move(told.error()).during("asking from the controller");
    std::fill(out.begin(), out.end(), Result<Observed>(problem));
    return out;
  }
  for (wire::ObservedState& state : *told) {
    if (state.index >= out.size()) continue;
    if (state.problem) out[state.index] = Error(std::move(*state.problem));
    // Nothing that the host is to get is missing here.
    if (state.observed && !state.observed->missing.empty()) {
      out[state.index] = fail(Code::kCannotObserve, desired[state.index]->address.str() + " needs " +
                                                        state.observed->missing.front().what.str() +
                                                        " on the machine that plumb runs on");
    } else if (state.observed) {
      out[state.index] = std::move(*state.observed);
    }
  }
  return out;
}

Result<std::vector<wire::ObservedState>> OnController::ask(const wire::Observe& question, const Beat& beat) {
  PLUMB_TRY(reach());
  const host::Deadline due = host::Deadline::after(kLookTime);
  PLUMB_TRY(conversation_->send(question, due));
  std::vector<wire::ObservedState> states;
  std::chrono::seconds quiet{0};
  while (true) {
    conversation_->allow(kAnswer, kAnswer);
    Result<wire::Message> message = conversation_->receive(earlier(host::Deadline::after(kSlice), due));
    if (!message && message.error().code() == Code::kTimeout && !due.passed()) {
      // Nobody waits for what a plan looks at; in an apply it says whether what was done holds.
      if (!beat && control_.level() != StopLevel::kNone)
        return fail(Code::kInterrupted, "stopped while something was looked at from the controller");
      PLUMB_TRY(stay(beat, quiet));
      continue;
    }
    if (!message) return std::move(message.error());
    if (std::holds_alternative<wire::Record>(*message)) return states;
    auto* chunk = std::get_if<wire::ObservedChunk>(&*message);
    if (chunk == nullptr) return fail(Code::kProtocol, "the executor sent another message than the states asked for");
    std::move(chunk->states.begin(), chunk->states.end(), std::back_inserter(states));
  }
}

Result<std::string> OnController::perform(const Desired& desired, std::vector<Operation> operations,
                                          const OpenValues& values, int seconds, const Beat& beat) {
  HiddenTexts secrets;
  wire::Perform asked;
  asked.action.desired = as_own(desired);
  asked.action.op = Op::kRun;
  asked.action.manner.timeout_seconds = seconds;
  std::chrono::seconds most = kBeyond;
  for (const Operation& operation : operations) most += longest(operation);
  asked.action.operations = std::move(operations);
  for (const std::string& name : desired.sensitive) {
    const Json& value = desired.attribute(name);
    const auto found = is_sealed(value) ? values.find(value.get<std::string>()) : values.end();
    if (found == values.end()) continue;
    asked.secrets.insert(*found);
    secrets.add(found->second);
  }
  const auto performed = [&]() -> Result<wire::Performed> {
    PLUMB_TRY(reach());
    PLUMB_TRY(conversation_->send(asked, host::Deadline::after(kReachTime)));
    return wait<wire::Performed>(most, beat);
  };
  Result<wire::Performed> answer = performed();
  if (!answer) {
    hang_up();
    return std::move(answer.error()).during("asking from the controller");
  }
  if (!answer->problem) return secrets.hide(std::move(answer->output));
  answer->problem->summary = secrets.hide(std::move(answer->problem->summary));
  answer->problem->hint = secrets.hide(std::move(answer->problem->hint));
  return Error(std::move(*answer->problem));
}

// What it says later would be taken for the answer to something else.
void OnController::hang_up() {
  conversation_.reset();
  brought_.clear();
}

Result<> OnController::reach() {
  if (!conversation_) {
    host::HostSettings settings;
    settings.name = "the controller";
    settings.kind = host::ConnectionKind::kLocal;
    settings.deadline = host::Deadline::after(kReachTime);
    settings.log = log_;
    PLUMB_TRY_ASSIGN(std::unique_ptr<host::Connection> connection, transport_.open(settings));
    conversation_.emplace(std::move(connection), HostLog(log_, settings.name));
    PLUMB_TRY(conversation_->greet(settings.deadline));
  }
  return {};
}

Result<> OnController::bring_here(const outside::Package& package) {
  PLUMB_TRY(reach());
  if (brought_.contains(package.digest)) return {};
  const outside::Package here = as_on_host(package);
  PLUMB_TRY(bring(*conversation_, {{package.digest, std::make_shared<const outside::Package>(here)}},
                  host::Deadline::after(kReachTime)));
  // An executor knows those that it was told of last.
  brought_ = {package.digest};
  return {};
}

template <class Answer>
Result<Answer> OnController::wait(std::chrono::seconds most, const Beat& beat) {
  const host::Deadline due = host::Deadline::after(most);
  bool told_to_stop = false;
  std::chrono::seconds quiet{0};
  while (true) {
    conversation_->allow(kAnswer);
    Result<Answer> answer = conversation_->expect<Answer>(earlier(host::Deadline::after(kSlice), due));
    if (answer || answer.error().code() != Code::kTimeout || due.passed()) return answer;
    PLUMB_TRY(stay(beat, quiet));
    if (control_.level() != StopLevel::kNone && !std::exchange(told_to_stop, true))
      PLUMB_TRY(conversation_->send(wire::Stop{}, host::Deadline::after(kReachTime)));
  }
}

// The host takes a line on which nothing comes for lost.
Result<> OnController::stay(const Beat& beat, std::chrono::seconds& quiet) {
  if (control_.level() == StopLevel::kLeave)
    return fail(Code::kInterrupted, "left while something was done on the controller");
  quiet += kSlice;
  if (!beat || quiet < kBeat) return {};
  quiet = {};
  return beat();
}

Result<outside::Ended> OnController::call(const outside::Package& package, const outside::Start& start,
                                          const Beat& beat) {
  const auto called = [&]() -> Result<wire::ProviderAnswer> {
    PLUMB_TRY(bring_here(package));
    wire::ProviderCall call{package.digest, start.lines, start.observes, start.env, start.seconds};
    PLUMB_TRY(conversation_->send(call, host::Deadline::after(kReachTime)));
    const int own = start.observes ? package.observe_seconds : package.apply_seconds;
    return wait<wire::ProviderAnswer>(std::chrono::seconds(own) + kBeyond, beat);
  };
  Result<wire::ProviderAnswer> answer = called();
  if (!answer) {
    hang_up();
    return std::move(answer.error()).during("running " + package.str() + " on the controller");
  }
  if (answer->problem)
    return fail(Code::kProviderFailed, package.str() + " could not be started: " + answer->problem->summary);
  ProcessResult result{answer->exit_code, std::move(answer->output), std::move(answer->errors), answer->timed_out};
  return outside::ended(package, start, result);
}

}  // namespace plumb::run
