#include "engine/run/on_controller.h"

#include <algorithm>
#include <utility>

#include "engine/base/hidden_texts.h"
#include "engine/base/sealed.h"
#include "engine/run/bringing.h"
#include "providers/outside/observing.h"
#include "providers/outside/outside_provider.h"

namespace plumb::run {
namespace {

constexpr std::chrono::seconds kReachTime{30};
constexpr std::chrono::seconds kBeat{10};
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

Result<> OnController::reach(const outside::Package& package) {
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
  if (brought_.contains(package.digest)) return {};
  const outside::Package here = as_on_host(package);
  PLUMB_TRY(bring(*conversation_, {{package.digest, std::make_shared<const outside::Package>(here)}},
                  host::Deadline::after(kReachTime)));
  // An executor knows those that it was told of last.
  brought_ = {package.digest};
  return {};
}

Result<wire::ProviderAnswer> OnController::wait(std::chrono::seconds most, const Beat& beat) {
  const host::Deadline due = host::Deadline::after(most);
  while (true) {
    conversation_->allow(kAnswer);
    Result<wire::ProviderAnswer> answer =
        conversation_->expect<wire::ProviderAnswer>(earlier(host::Deadline::after(kBeat), due));
    if (answer || answer.error().code() != Code::kTimeout || due.passed()) return answer;
    if (control_.level() == StopLevel::kLeave)
      return fail(Code::kInterrupted, "left while a provider was at work on the controller");
    if (beat) PLUMB_TRY(beat());
  }
}

Result<outside::Ended> OnController::call(const outside::Package& package, const outside::Start& start,
                                          const Beat& beat) {
  const auto called = [&]() -> Result<wire::ProviderAnswer> {
    PLUMB_TRY(reach(package));
    wire::ProviderCall call{package.digest, start.lines, start.observes, start.env, start.seconds};
    PLUMB_TRY(conversation_->send(call, host::Deadline::after(kReachTime)));
    const int own = start.observes ? package.observe_seconds : package.apply_seconds;
    return wait(std::chrono::seconds(own) + kBeyond, beat);
  };
  Result<wire::ProviderAnswer> answer = called();
  if (!answer) {
    // What it says later would be taken for the answer to something else.
    conversation_.reset();
    brought_.clear();
    return std::move(answer.error()).during("running " + package.str() + " on the controller");
  }
  if (answer->problem)
    return fail(Code::kProviderFailed, package.str() + " could not be started: " + answer->problem->summary);
  ProcessResult result{answer->exit_code, std::move(answer->output), std::move(answer->errors), answer->timed_out};
  return outside::ended(package, start, result);
}

}  // namespace plumb::run
