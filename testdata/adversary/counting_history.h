// A history that keeps nothing but how much it would have kept.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/history/history.h"

namespace plumb::adversary {

class CountingHistory final : public history::RunStore {
 public:
  std::optional<std::string> earlier_plan;  // of run r0

  std::size_t bytes() const { return bytes_; }
  std::size_t late() const { return late_; }

  Result<std::unique_ptr<history::RunWriter>> begin(const history::RunStart&) override {
    return std::unique_ptr<history::RunWriter>(std::make_unique<Writer>(*this));
  }
  Result<> report_late(const history::LateReport& report) override {
    ++late_;
    bytes_ += report.text.size() + report.address.size();
    return {};
  }
  Result<> store_facts(const std::map<std::string, Json>& facts, std::string_view) override {
    for (const auto& [host, told] : facts) bytes_ += canonical(told).size();
    return {};
  }
  Result<std::vector<history::RunSummary>> runs(std::int64_t, std::string_view) const override {
    return std::vector<history::RunSummary>();
  }
  Result<history::RunRecord> run(std::string_view) const override { return history::RunRecord(); }
  Result<bool> knows(std::string_view run) const override { return run == "r0"; }
  Result<std::optional<std::string>> plan_bytes(std::string_view) const override { return earlier_plan; }
  Result<std::string> plan_folder(std::string_view) const override { return std::string(); }
  Result<std::set<std::string>> hosts_done(std::string_view) const override { return std::set<std::string>(); }
  Result<std::map<std::string, history::StoredFacts>> facts() const override {
    return std::map<std::string, history::StoredFacts>();
  }
  Result<history::Verification> verify() const override { return history::Verification(); }

 private:
  class Writer final : public history::RunWriter {
   public:
    explicit Writer(CountingHistory& history) : history_(history) {}
    const std::string& run() const override { return run_; }
    Result<> actions(std::string_view, std::span<const history::ActionEntry> entries) override {
      const std::lock_guard lock(history_.mutex_);
      for (const history::ActionEntry& entry : entries) history_.bytes_ += entry.text.size() + entry.address.size();
      return {};
    }
    Result<> host(const history::HostEntry&) override { return {}; }
    Result<> finish(const history::RunEnd&) override { return {}; }

   private:
    CountingHistory& history_;
    std::string run_ = "r1";
  };

  std::mutex mutex_;
  std::size_t bytes_ = 0;
  std::size_t late_ = 0;
};

}  // namespace plumb::adversary
