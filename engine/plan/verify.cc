#include "engine/plan/verify.h"

#include <algorithm>
#include <set>

#include "engine/base/digest.h"
#include "engine/base/sealed.h"
#include "engine/plan/derivation.h"
#include "engine/plan/elsewhere.h"
#include "providers/sdk/edit_provider.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/turn_condition.h"

namespace plumb::plan {
namespace {

bool is_owable(Op op) {
  return op == Op::kRun || op == Op::kReload || op == Op::kRestart;
}

// As the schemas' format `path` makes it of what is written: absolute, and each path has one spelling.
bool is_plain_path(std::string_view path) {
  if (path == "/") return true;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    const std::string_view part = path.substr(0, path.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    path.remove_prefix(part.size());
    if (path.empty()) return true;
  }
  return false;
}

class HostVerifier {
 public:
  HostVerifier(const HostPlan& host, const Actions& actions, const Registry& kinds)
      : host_(host), actions_(actions), kinds_(kinds) {}

  std::string run() {
    if (host_.record < 0 || host_.unchanged < 0 || host_.left_out < 0) return "a count is negative";
    for (const Action& action : actions_) {
      const std::string address = action.desired.address.str();
      const std::string problem = problem_of(action, address);
      if (!problem.empty()) return std::string(name(action.op)) + " " + address + ": " + problem;
    }
    if (std::string problem = problem_of_readings(); !problem.empty()) return problem;
    if (std::string problem = problem_of_record(); !problem.empty()) return problem;
    return problem_of_held_back();
  }

 private:
  // A resource's actions come in this order.
  enum class Part { kChange, kTriggered, kProbes };

  static Part part_of(const Action& action) {
    if (action.op == Op::kVerify) return Part::kProbes;
    return action.triggered ? Part::kTriggered : Part::kChange;
  }

  std::string problem_of(const Action& action, const std::string& address) {
    const Kind* kind = kinds_.find(action.desired.address.kind);
    if (kind == nullptr) return "there is no kind `" + action.desired.address.kind + "`";
    for (const std::string& problem :
         {problem_of_references(action), problem_of_states(action), problem_of_types(action, *kind),
          problem_of_operations(action, *kind), problem_of_confirmation(action), problem_of_manner(action, *kind),
          problem_of_turn(action)}) {
      if (!problem.empty()) return problem;
    }
    // Asked last: the kind's own code is given only what has the form that it expects.
    if (std::string problem = problem_of_derivation(action, awaited_by(action), kinds_); !problem.empty())
      return problem;
    resources_.emplace(address, &action.desired);
    const auto [last, is_first] = parts_.emplace(address, part_of(action));
    if (!is_first && last->second >= part_of(action)) return "it stands twice, or after what follows it";
    last->second = part_of(action);
    return {};
  }

  std::vector<const Desired*> awaited_by(const Action& action) const {
    std::vector<const Desired*> awaited;
    for (const std::string& other : action.unknown_until) awaited.push_back(resources_.at(other));
    return awaited;
  }

  std::string problem_of_references(const Action& action) const {
    for (const auto* list : {&action.needs, &action.unknown_until, &action.rescues}) {
      for (const std::string& other : *list) {
        if (!parts_.contains(other)) return "it waits for " + other + ", which is no earlier action";
      }
    }
    if (action.triggered && action.triggered_by.empty() && !action.pending) return "nothing sets it off";
    for (const std::string& other : action.triggered_by) {
      if (!action.pending && !parts_.contains(other)) return other + " sets it off, which is no earlier action";
    }
    for (std::size_t i = 0; i < action.also.size(); ++i) {
      const std::string& one = action.also[i].address;
      const Result<Address> also = Address::parse(one);
      if (!also || also->kind != action.desired.address.kind || *also == action.desired.address)
        return "it is also declared as " + one + ", which is no other address of its kind";
      if (i > 0 && one <= action.also[i - 1].address) return "where else it is declared is not in its order";
    }
    for (const Due& due : action.owes) {
      if (!is_owable(due.op)) return "it owes a " + std::string(name(due.op));
    }
    return {};
  }

  static std::string problem_of_states(const Action& action) {
    if (action.op == Op::kNone) return "it does nothing";
    if (action.op == Op::kCreate && !action.before.empty()) return "something is there before it is created";
    if (action.op == Op::kDelete && !action.after.empty()) return "something is left of it once it is deleted";
    if (action.fidelity == Fidelity::kExact && !action.unknown_until.empty()) {
      return "it is exact, and known only when its turn comes";
    }
    for (const std::string& attribute : action.desired.sensitive) {
      for (const Json* state : {&action.desired.attributes, &action.seen.attributes, &action.before, &action.after}) {
        if (const auto found = state->find(attribute); found != state->end() && !found->is_null() && !is_sealed(*found))
          return "`" + attribute + "` is sensitive and stands there in clear";
      }
    }
    return {};
  }

  static std::string problem_of_types(const Action& action, const Kind& kind) {
    for (const Json* state : {&action.desired.attributes, &action.seen.attributes}) {
      const std::string attribute = mistyped(kind, *state);
      if (!attribute.empty()) return "`" + attribute + "` has another type than its kind gives it";
    }
    return {};
  }

  static std::string problem_of_operations(const Action& action, const Kind& kind) {
    const bool asks = action.op == Op::kVerify;
    if (asks && (action.operations.empty() || !action.triggered || !action.owes.empty())) return "it is no probe";
    if (asks && !(action.before.empty() && action.after.empty() && action.seen.empty()))
      return "a probe changes nothing";
    const Owned owned(*kind.provider, action);
    if (const std::string path = owned.misspelt(); !path.empty()) return "no project can write the path " + path;
    for (const Operation& operation : action.operations) {
      const bool is_probe = std::holds_alternative<Probe>(operation);
      if (is_probe != asks || (!is_probe && !kind.operations.contains(operation))) {
        return to_json(operation).begin().key() + " is no operation of it";
      }
      const std::string* path = path_of(operation);
      if (path != nullptr && !is_plain_path(*path))
        return to_json(operation).begin().key() + " is about " + *path + ", which no project can write";
      if (path != nullptr && !owned.holds(*path) && !owned.leads_there(operation)) {
        return to_json(operation).begin().key() + " is about " + *path + ", which is not its own";
      }
    }
    return {};
  }

  // What the operations of an action may be about. Of a folder with all that is in it these are many.
  class Owned {
   public:
    Owned(const Provider& provider, const Action& action)
        : managed_(provider.manages_paths(action.desired)), implied_(provider.implies_paths(action.desired)) {
      const EditProvider* editor = provider.editor();
      edited_ = editor == nullptr ? provider.edits_paths(action.desired)
                                  : editor->own_paths(action.desired, action.seen.attributes);
    }

    // One of them that no project can have written; "" for none.
    std::string misspelt() const {
      for (const auto* paths : {&managed_, &edited_}) {
        for (const std::string& path : *paths) {
          if (!path.empty() && !is_plain_path(path)) return path;
        }
      }
      return {};
    }

    bool holds(const std::string& path) const {
      const auto lies_in = [&path](const std::string& outer) { return lies_at(path, outer); };
      return std::any_of(managed_.begin(), managed_.end(), lies_in) ||
             std::any_of(edited_.begin(), edited_.end(), lies_in) ||
             std::any_of(implied_.begin(), implied_.end(),
                         [&](const ImpliedPath& one) { return one.whole && lies_in(one.path); });
    }
    // A folder that what it manages lies in, and that is no otherwise for it than that it is there.
    bool leads_there(const Operation& operation) const {
      const auto* make = std::get_if<MakeDirectory>(&operation);
      if (make == nullptr || make->parents || make->ownership != Ownership()) return false;
      return std::any_of(managed_.begin(), managed_.end(),
                         [&](const std::string& path) { return parent_of(path) == make->path; });
    }

   private:
    std::vector<std::string> managed_, edited_;
    std::vector<ImpliedPath> implied_;
  };

  // At it or below it, of plain paths.
  static bool lies_at(const std::string& path, const std::string& outer) {
    return !outer.empty() && (path == outer || is_below(path, outer));
  }

  static std::string problem_of_confirmation(const Action& action) {
    if (action.confirm_within < 0) return "it is to be confirmed before it begins";
    if (action.confirm_within == 0) return {};
    const bool can = std::all_of(action.operations.begin(), action.operations.end(), host_can_undo);
    return can ? "" : "it is to be confirmed, and the host cannot undo it";
  }

  std::string problem_of_readings() const {
    for (const auto& [name, by] : host_.moving) {
      if (!parts_.contains(by)) return "the reading `" + name + "` is to change by " + by + ", which has no action";
    }
    return {};
  }

  // Addresses, and none that an action leaves in the record is to be forgotten.
  std::string problem_of_record() const {
    const auto is_address = [](const std::string& text) { return Address::parse(text).has_value(); };
    for (const Forgotten& one : host_.forgotten) {
      if (!is_address(one.address)) return "it forgets " + one.address + ", which is no resource";
      if (parts_.contains(one.address)) return one.address + " is forgotten and has an action";
    }
    for (const auto& [to, from] : host_.moved) {
      if (!is_address(to) || !is_address(from)) return to + " is said to have been " + from;
    }
    for (const auto* list : {&host_.prevents, &host_.permits}) {
      if (!std::all_of(list->begin(), list->end(), is_address)) return "what may be removed is no resource";
    }
    return {};
  }

  static std::string problem_of_manner(const Action& action, const Kind& kind) {
    const bool asks = action.op == Op::kVerify;
    if (asks && (action.manner.tries > 1 || action.manner.timeout_seconds > 0)) return "a probe has its own bounds";
    if (action.manner.timeout_seconds > 0 && !kind.may_run_programs()) return "no program is run that could be ended";
    if (!action.desired.env.empty() && !asks && !kind.may_run_programs()) return "no program is run for it";
    const auto decides = [&](const std::string& other) {
      return std::find(action.unknown_until.begin(), action.unknown_until.end(), other) != action.unknown_until.end();
    };
    if (!asks && !std::all_of(action.rescues.begin(), action.rescues.end(), decides))
      return "it is there for the case that another fails, and does not wait for it";
    return {};
  }

  // It is known only once earlier actions are done whether it is done at all.
  static std::string problem_of_turn(const Action& action) {
    if (action.when.empty()) return {};
    const bool waits = !action.unknown_until.empty() || action.op == Op::kVerify;
    if (!waits) return "a condition decides on it in its turn, and it waits for nothing";
    const Result<TurnCondition> condition = turn_condition_from(action.when);
    return condition ? "" : condition.error().summary();
  }

  std::string problem_of_held_back() const {
    std::set<std::string> held;
    for (const HeldBack& one : host_.held_back) {
      if (parts_.contains(one.address)) return one.address + " is held back and has an action";
      if (one.lock.empty() == one.needs.empty()) return one.address + " is held back by nothing, or by two things";
      const bool is_locked =
          std::any_of(host_.locks.begin(), host_.locks.end(), [&](const Lock& lock) { return lock.items == one.lock; });
      if (!one.lock.empty() && !is_locked) return one.address + " is held back by a lock that is not there";
      if (!one.reading.empty()) {
        // By an action, and not by what is held back.
        if (!parts_.contains(one.needs)) return one.address + " waits for " + one.needs + ", which has no action";
        if (!host_.moving.contains(one.reading)) return one.address + " waits for a reading that stays as it is";
      } else if (!one.needs.empty() && !held.contains(one.needs)) {
        return one.address + " is held back for " + one.needs + ", which is not";
      }
      held.insert(one.address);
    }
    return {};
  }

  const HostPlan& host_;
  const Actions& actions_;
  const Registry& kinds_;
  std::map<std::string, Part> parts_;                // by address of the actions so far: the last of its parts
  std::map<std::string, const Desired*> resources_;  // by address of the actions so far
};

std::string problem_of_rollout(const Plan& plan) {
  if (!plan.rollout) return {};
  std::set<std::string> in_waves;
  for (const Wave& wave : plan.rollout->waves) {
    for (const std::string& host : wave.hosts) {
      const auto found = plan.hosts.find(host);
      if (found == plan.hosts.end() || found->second.actions.empty()) return host + " has a turn and nothing to do";
      if (!in_waves.insert(host).second) return host + " has two turns";
    }
  }
  for (const auto& [name, host] : plan.hosts) {
    if (!host.actions.empty() && !in_waves.contains(name)) return name + " has something to do and no turn";
  }
  return {};
}

}  // namespace

std::string verify(const HostPlan& host, const Actions& actions, const Registry& kinds) {
  return HostVerifier(host, actions, kinds).run();
}

std::string verify_contents(const Plan& plan, const Actions& actions) {
  for (const Action& action : actions) {
    for (const Operation& operation : action.operations) {
      const std::string* content = content_of(operation);
      if (content == nullptr || !is_digest(*content)) continue;
      if (plan.blobs.contains(*content) || plan.contents.contains(*content)) continue;
      return "what " + action.desired.address.str() + " writes is not in it";
    }
  }
  return {};
}

std::string verify_turns(const Plan& plan) {
  for (const auto& [name, host] : plan.hosts) {
    if (plan.unplanned.contains(name)) return name + " is planned and is not";
    if (!host.around.empty() && (!plan.rollout || host.actions.empty()))
      return name + " has steps around its turn and no turn";
  }
  if (const std::map<std::string, std::string> vain = waits_in_vain(plan); !vain.empty())
    return vain.begin()->first + ": " + vain.begin()->second;
  return problem_of_rollout(plan);
}

std::string verify(const Plan& plan, const Registry& kinds) {
  std::set<std::string> verified;
  for (const auto& [name, host] : plan.hosts) {
    if (std::string problem = problem_of_around(host.around, kinds); !problem.empty())
      return "on " + name + ", " + problem;
    // Many hosts share one list; but for its actions a host's plan is soon looked through.
    const bool again = !verified.insert(host.actions.digest()).second && host.held_back.empty() && host.moving.empty();
    if (again) continue;
    const std::shared_ptr<const Actions> actions = host.actions.get();
    std::string problem = verify(host, *actions, kinds);
    if (problem.empty()) problem = verify_contents(plan, *actions);
    if (!problem.empty()) return "on " + name + ", " + problem;
  }
  return verify_turns(plan);
}

}  // namespace plumb::plan
