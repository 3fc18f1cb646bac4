// Machines that do steps around the turns of hosts do one thing at a time: steps for one host, or a turn of their own.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

namespace plumb::run {

// On any thread.
class Doers {
 public:
  explicit Doers(const std::set<std::string>& machines) {
    for (const std::string& machine : machines) machines_[machine];
  }

  // Held for as long as the machine is at work; of nothing where it does no steps.
  std::unique_lock<std::mutex> take(const std::string& machine) {
    const auto found = machines_.find(machine);
    return found == machines_.end() ? std::unique_lock<std::mutex>() : std::unique_lock<std::mutex>(found->second);
  }

 private:
  std::map<std::string, std::mutex> machines_;
};

}  // namespace plumb::run
