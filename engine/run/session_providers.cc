// What a session does for kinds from outside, and for what is asked from the controller: it brings their providers to
// the host, and of what the controller does it tells the host what there is, and does it when the host says that it is
// its turn.
#include <algorithm>
#include <utility>

#include "engine/run/controller_actions.h"
#include "engine/run/on_controller.h"
#include "engine/run/session.h"
#include "providers/sdk/via.h"

namespace plumb::run {
namespace {

constexpr std::chrono::minutes kBringTime{10};

}  // namespace

Session::~Session() = default;

void Session::add_package(const Desired& desired, Packages& packages) const {
  const Kind* kind = context_.kinds == nullptr ? nullptr : context_.kinds->find(desired.address.kind);
  if (kind != nullptr && kind->package != nullptr) packages.emplace(kind->package->digest, kind->package);
}

Result<> Session::bring_providers(Packages packages) {
  if (packages.empty() || packages == brought_) return {};
  if (hello_.protocols.max < wire::kProviders)
    return name_host(fail(Code::kProtocol, "the executor knows no providers from outside"));
  if (Result<> brought = bring(*conversation_, packages, within(kBringTime)); !brought)
    return name_host(brought.error());
  brought_ = std::move(packages);
  return {};
}

OnController& Session::on_controller() {
  if (on_controller_ == nullptr)
    on_controller_ = std::make_unique<OnController>(context_.transport, context_.control, settings_.log);
  return *on_controller_;
}

Result<Observed> Session::without_leak(Result<Observed> observed, const Desired& desired) const {
  const Kind* kind = context_.kinds == nullptr ? nullptr : context_.kinds->find(desired.address.kind);
  if (!observed || kind == nullptr || kind->package == nullptr) return observed;
  const std::string leak =
      outside::leaks_under(observed->attributes, desired, [this](std::string text) { return hidden(std::move(text)); });
  if (leak.empty()) return observed;
  return outside::leaked(*kind->package, desired.address, leak);
}

Result<> Session::expect_to_be_asked(const Desired& desired) const {
  const Kind* kind = context_.kinds == nullptr ? nullptr : context_.kinds->find(desired.address.kind);
  const bool asks = kind != nullptr && kind->package == nullptr && is_by_controller(*kind, desired);
  if (!asks || hello_.protocols.max >= wire::kVias) return {};
  return name_host(fail(Code::kProtocol, "the executor of the host cannot leave " + desired.address.str() +
                                             " to the controller: it is too old for `via`"));
}

void Session::tell_of_controller(wire::Observe& question) {
  question.told.clear();
  // Those of a provider from outside together, and all of plumb's own.
  std::map<const Kind*, std::vector<std::size_t>> by_kind;
  for (std::size_t i = 0; i < question.resources.size(); ++i) {
    const Desired& desired = question.resources[i];
    const Kind* kind = context_.kinds == nullptr ? nullptr : context_.kinds->find(desired.address.kind);
    if (kind == nullptr || !is_by_controller(*kind, desired)) continue;
    const bool own = kind->package == nullptr;
    // Nothing is asked for an image, as its executor knows too.
    if (!own || settings_.root.empty()) by_kind[own ? nullptr : kind].push_back(i);
  }
  static const OpenValues kNone;
  const OpenValues& values = secrets_ == nullptr ? kNone : secrets_->on_controller;
  for (const auto& [kind, places] : by_kind) {
    std::vector<const Desired*> asked;
    for (const std::size_t place : places) asked.push_back(&question.resources[place]);
    std::vector<Result<Observed>> found = kind == nullptr
                                              ? on_controller().look(context_.project, asked, values, context_.key, {})
                                              : on_controller().observe(*kind, asked, values, context_.key, {});
    for (std::size_t i = 0; i < places.size(); ++i) {
      wire::ObservedState& state = question.told.emplace_back();
      state.index = places[i];
      if (found[i]) {
        state.observed = std::move(*found[i]);
      } else {
        state.problem = found[i].error().diagnostic();
      }
    }
  }
  // Its executor is not to wait for as long as hosts are kept connected.
  on_controller_.reset();
}

Result<> Session::answer(const wire::Turn& turn, ControllerActions& actions) {
  const ControllerActions::Action* action = actions.take(turn);
  if (action == nullptr)
    return fail(Code::kProtocol, "the executor asked for what is not its plan's, or more often than it can be");
  wire::Told told;
  const Kind& kind = *context_.kinds->find(turn.address.kind);
  const auto beat = [this] { return show_life(); };
  const auto observe = [&]() -> Result<Observed> {
    const Desired* one = &action->desired;
    std::vector<Result<Observed>> found =
        kind.package == nullptr
            ? on_controller().look(context_.project, {&one, 1}, actions.values(), context_.key, beat)
            : on_controller().observe(kind, {&one, 1}, actions.values(), context_.key, beat);
    return std::move(found.front());
  };
  const auto act = [&]() -> Result<std::string> {
    if (kind.package == nullptr) {
      PLUMB_TRY_ASSIGN(std::vector<Operation> operations, actions.operations_of(*action, kind, observe));
      return on_controller().perform(action->desired, std::move(operations), actions.values(), action->seconds, beat);
    }
    PLUMB_TRY_ASSIGN(const CallProvider call, actions.call_of(*action, kind, observe));
    return on_controller().apply(kind, action->desired, call, actions.values(), action->seconds, beat);
  };
  std::optional<Error> problem;
  if (turn.verb.empty()) {
    Result<Observed> observed = observe();
    if (observed) told.observed = std::move(*observed);
    if (!observed) problem = std::move(observed.error());
  } else {
    Result<std::string> printed = act();
    if (printed) told.output = std::move(*printed);
    if (!printed) problem = std::move(printed.error());
  }
  if (problem) told.problem = problem->diagnostic();
  const host::Steady steady(conversation_->connection());
  return conversation_->send(std::move(told), within(context_.silence));
}

}  // namespace plumb::run
