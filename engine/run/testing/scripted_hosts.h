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
#include "engine/host/transport.h"
#include "engine/wire/stream.h"

namespace plumb::run::testing {

struct Script {
  bool unreachable = false;
  bool as_asked = false;                     // every resource is there already
  bool stale = false;                        // refuses every plan
  std::optional<std::size_t> fails_at;       // the action that fails; the rest is skipped
  std::optional<std::size_t> lost_at;        // the connection ends once this action has begun
  std::vector<wire::Unreported> unreported;  // until it is acknowledged
  std::optional<Diagnostic> busy;            // of a run of somebody else
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
  class Connection final : public host::StreamConnection {
   public:
    Connection(Script& script, ScriptedHosts& hosts) : script_(script), hosts_(hosts) {
      answer(wire::Hello{wire::kVersions, PLUMB_VERSION, "linux-x86_64", sample_facts()});
    }

    Result<> shutdown_write(host::Deadline) override {
      ended_ = true;
      return {};
    }
    std::optional<std::string> exit_reason() override { return std::nullopt; }
    void close() override { ended_ = true; }

   private:
    Result<std::optional<std::size_t>> do_read(char* into, std::size_t capacity, host::Deadline) override {
      if (out_.empty() && applying_) take_turn();
      if (out_.empty() && !ended_) return fail(Code::kTimeout, "nothing was asked");
      const std::size_t count = std::min(capacity, out_.size());
      out_.copy(into, count);
      out_.erase(0, count);
      return std::optional<std::size_t>(count);
    }

    Result<> do_write(std::string_view bytes, host::Deadline) override {
      reader_.add(bytes);
      while (true) {
        PLUMB_TRY_ASSIGN(const std::optional<wire::Message> whole, reader_.next());
        if (!whole) return {};
        const wire::Message& message = *whole;
        hosts_.note(std::string(wire::name(message)));
        if (const auto* observe = std::get_if<wire::Observe>(&message)) tell(*observe);
        if (const auto* apply = std::get_if<wire::Apply>(&message)) begin(*apply);
        if (std::holds_alternative<wire::Stop>(message)) end(wire::DoneOutcome::kInterrupted);
        if (const auto* told = std::get_if<wire::Acknowledge>(&message)) forget(*told);
      }
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
      if (!chunk.states.empty()) answer(chunk);
      answer(record);
    }

    void begin(const wire::Apply& apply) {
      actions_ = apply.actions.size();
      next_ = 0;
      done_ = {};
      applying_ = true;
      if (!script_.stale) return;
      done_.outcome = wire::DoneOutcome::kStale;
      next_ = actions_;
    }

    void take_turn() {
      if (next_ == actions_) return end(done_.outcome);
      const std::size_t index = next_++;
      answer(wire::Event{wire::EventKind::kStarted, index, "", std::nullopt, 0});
      if (script_.lost_at == index) {
        ended_ = true;
        applying_ = false;
      } else if (script_.fails_at == index) {
        answer(wire::Event{wire::EventKind::kFailed, index, "", Diagnostic(Code::kOperation, "it broke"), 0});
        done_.failed = 1;
        end(wire::DoneOutcome::kFailed);
      } else {
        answer(wire::Event{wire::EventKind::kChanged, index, "", std::nullopt, 0});
        ++done_.changed;
      }
    }

    void end(wire::DoneOutcome outcome) {
      if (!applying_) return;
      for (; next_ < actions_; ++next_, ++done_.skipped) {
        answer(wire::Event{wire::EventKind::kSkipped, next_, "", std::nullopt, 0});
      }
      done_.outcome = outcome;
      answer(done_);
      applying_ = false;
    }

    void answer(const wire::Message& message) { out_ += wire::frame(wire::encode(message)); }

    Script& script_;
    ScriptedHosts& hosts_;
    wire::MessageReader reader_;
    std::string out_;
    bool applying_ = false;
    bool ended_ = false;
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
