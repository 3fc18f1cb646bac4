// Hosts of a test, in this process: each does what its script says, one action a read, so that what a test does between
// two actions always comes between them.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/sample_facts.h"
#include "engine/run/testing/executor_end.h"

namespace plumb::run::testing {

struct Script {
  bool unreachable = false;
  bool as_asked = false;                     // every resource is there already
  bool stale = false;                        // refuses every plan
  bool applied_before = false;               // and says so of every plan
  std::optional<std::size_t> fails_at;       // the action that fails; the rest is skipped
  std::optional<std::size_t> lost_at;        // the connection ends once this action has begun
  std::vector<wire::Unreported> unreported;  // until it is acknowledged
  std::optional<Diagnostic> busy;            // of a run of somebody else
  int refuses_as_locked = 0;                 // so many plans, since a run of somebody else works there
};

class ScriptedHosts final : public host::Transport {
 public:
  std::map<std::string, Script> scripts;  // of hosts that are not as any other; set while none is connected

  // How often `message` came, of all hosts together.
  int count(const std::string& message) {
    const std::lock_guard lock(mutex_);
    return counts_[message];
  }

  Result<std::unique_ptr<host::StreamConnection>> connect(const host::HostSettings& settings,
                                                          const host::Interrupt* /*cancel*/) override {
    Script& script = scripts.try_emplace(settings.name).first->second;
    if (script.unreachable) return fail(Code::kConnect, "no way to the host");
    return std::unique_ptr<host::StreamConnection>(std::make_unique<Connection>(script, *this));
  }

 private:
  class Connection final : public ExecutorEnd {
   public:
    Connection(Script& script, ScriptedHosts& hosts) : script_(script), hosts_(hosts) {
      say(wire::Hello{wire::kVersions, PLUMB_VERSION, "linux-x86_64", sample_facts()});
    }

   private:
    void go_on() override {
      if (applying_) take_turn();
    }

    void hear(const wire::Message& message) override {
      hosts_.note(std::string(wire::name(message)));
      if (const auto* observe = std::get_if<wire::Observe>(&message)) tell(*observe);
      if (const auto* apply = std::get_if<wire::Apply>(&message)) begin(*apply);
      if (std::holds_alternative<wire::Stop>(message)) finish(wire::DoneOutcome::kInterrupted);
      if (const auto* told = std::get_if<wire::Acknowledge>(&message)) forget(*told);
    }

    void forget(const wire::Acknowledge& stored) {
      std::erase_if(script_.unreported, [&](const wire::Unreported& one) {
        return std::find(stored.runs.begin(), stored.runs.end(), one.run) != stored.runs.end();
      });
    }

    void tell(const wire::Observe& observe) {
      wire::ObservedChunk chunk;
      wire::Record record;
      for (std::size_t i = 0; i < observe.resources.size(); ++i) {
        Observed observed;
        observed.exists = script_.as_asked;
        if (observed.exists) {
          observed.attributes = observe.resources[i].attributes;
          record.resources.emplace(observe.resources[i].address.str(), observed.attributes);
        }
        chunk.states.push_back({i, std::move(observed), std::nullopt});
      }
      record.unreported = script_.unreported;
      record.busy = script_.busy;
      if (!chunk.states.empty()) say(chunk);
      say(record);
    }

    void begin(const wire::Apply& apply) {
      if (script_.refuses_as_locked > 0) {
        --script_.refuses_as_locked;
        say(wire::Refused{Diagnostic(Code::kHostLocked, "run r0 works on this host")});
        return end();
      }
      actions_ = apply.actions.size();
      next_ = 0;
      done_ = {};
      applying_ = true;
      if (script_.applied_before) {
        done_.outcome = wire::DoneOutcome::kAlready;
        next_ = actions_;
      }
      if (!script_.stale) return;
      done_.outcome = wire::DoneOutcome::kStale;
      next_ = actions_;
    }

    void take_turn() {
      if (next_ == actions_) return finish(done_.outcome);
      const std::size_t index = next_++;
      say(wire::Event{wire::EventKind::kStarted, index, "", std::nullopt, 0});
      if (script_.lost_at == index) {
        end();
        applying_ = false;
      } else if (script_.fails_at == index) {
        say(wire::Event{wire::EventKind::kFailed, index, "", Diagnostic(Code::kOperation, "it broke"), 0});
        done_.failed = 1;
        finish(wire::DoneOutcome::kFailed);
      } else {
        say(wire::Event{wire::EventKind::kChanged, index, "", std::nullopt, 0});
        ++done_.changed;
      }
    }

    void finish(wire::DoneOutcome outcome) {
      if (!applying_) return;
      for (; next_ < actions_; ++next_, ++done_.skipped) {
        say(wire::Event{wire::EventKind::kSkipped, next_, "", std::nullopt, 0});
      }
      done_.outcome = outcome;
      say(done_);
      applying_ = false;
    }

    Script& script_;
    ScriptedHosts& hosts_;
    bool applying_ = false;
    std::size_t actions_ = 0;
    std::size_t next_ = 0;
    wire::Done done_;
  };

  void note(const std::string& message) {
    const std::lock_guard lock(mutex_);
    ++counts_[message];
  }

  std::mutex mutex_;
  std::map<std::string, int> counts_;  // guarded by mutex_
};

}  // namespace plumb::run::testing
