// A history that does not take everything, as one whose disk is full.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/history/history.h"

namespace plumb::run::testing {

// What is refused; all else goes to the history below.
enum class Refused { kBegin, kActions, kHosts, kUnreachableHosts, kLateReports, kFacts };

class BrokenHistory final : public history::RunStore {
 public:
  // `below` outlives it.
  BrokenHistory(history::RunStore& below, Refused refused) : below_(below), refused_(refused) {}

  Result<std::unique_ptr<history::RunWriter>> begin(const history::RunStart& start) override {
    if (refused_ == Refused::kBegin) return fail(Code::kHistory, "the history cannot be written: the disk is full");
    PLUMB_TRY_ASSIGN(std::unique_ptr<history::RunWriter> writer, below_.begin(start));
    return std::unique_ptr<history::RunWriter>(std::make_unique<Writer>(std::move(writer), *this));
  }
  Result<> report_late(const history::LateReport& report) override {
    return refused_ == Refused::kLateReports ? full() : below_.report_late(report);
  }
  Result<> store_facts(const std::map<std::string, Json>& facts, std::string_view at) override {
    return refused_ == Refused::kFacts ? full() : below_.store_facts(facts, at);
  }

  Result<std::vector<history::RunSummary>> runs(std::int64_t limit, std::string_view host) const override {
    return below_.runs(limit, host);
  }
  Result<history::RunRecord> run(std::string_view reference) const override { return below_.run(reference); }
  Result<bool> knows(std::string_view run) const override { return below_.knows(run); }
  Result<std::optional<std::string>> plan_bytes(std::string_view plan) const override {
    return below_.plan_bytes(plan);
  }
  Result<std::string> plan_folder(std::string_view plan) const override { return below_.plan_folder(plan); }
  Result<std::set<std::string>> hosts_done(std::string_view plan) const override { return below_.hosts_done(plan); }
  Result<std::map<std::string, history::StoredFacts>> facts() const override { return below_.facts(); }
  Result<history::Verification> verify() const override { return below_.verify(); }

 private:
  class Writer final : public history::RunWriter {
   public:
    Writer(std::unique_ptr<history::RunWriter> below, const BrokenHistory& history)
        : below_(std::move(below)), history_(history) {}
    const std::string& run() const override { return below_->run(); }
    Result<> actions(std::string_view host, std::span<const history::ActionEntry> entries) override {
      return history_.refused_ == Refused::kActions ? full() : below_->actions(host, entries);
    }
    Result<> host(const history::HostEntry& entry) override {
      const bool unreachable = entry.state == HostState::kUnreachable;
      const bool refused = history_.refused_ == (unreachable ? Refused::kUnreachableHosts : Refused::kHosts);
      return refused ? full() : below_->host(entry);
    }
    Result<> finish(const history::RunEnd& end) override { return below_->finish(end); }

   private:
    std::unique_ptr<history::RunWriter> below_;
    const BrokenHistory& history_;
  };

  static Result<> full() { return fail(Code::kHistory, "the history cannot be written: the disk is full"); }

  history::RunStore& below_;
  Refused refused_;
};

}  // namespace plumb::run::testing
