// One host of a fleet, for the parts of Fleet.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "engine/run/fleet.h"
#include "engine/run/host_readings.h"

namespace plumb::run {

// How a connection was opened, and how long that took.
struct Reached {
  Result<> result;
  std::int64_t milliseconds = 0;
};

struct Fleet::Member {
  Member(std::string host_name, std::unique_ptr<Session> host_session)
      : name(std::move(host_name)), session(std::move(host_session)) {}

  std::string name;
  std::unique_ptr<Session> session;
  HostResult result;
  HostReadings readings;
  std::optional<Reached> reached;                     // before its turn, which has not come yet
  std::shared_ptr<const PlannedHost> planned;         // null where no plan was made
  std::shared_ptr<ir::Contents> contents;             // of its graph; null where none was compiled
  std::shared_ptr<const ir::Contents> step_contents;  // of the steps around its turn; null where none were compiled
  bool has_own_contents = false;                      // nobody else's are among them
  std::shared_ptr<const Undoing> undoing;             // null where the plan is what the configuration asks for
};

// What nobody is to see of the host's inputs.
HiddenTexts sensitive_inputs(const config::Project& project, const config::Host& host);

class Stopwatch {
 public:
  std::int64_t milliseconds() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace plumb::run
