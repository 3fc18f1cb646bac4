// What is owed on a host: restarts, reloads, runs and probes that changes made due, and the changes.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/wire/messages.h"

namespace plumb::exec {

// Debts in the order in which they came, and of each the reasons in theirs. Nothing that is asked of it looks at all of
// them but list(): a thousand changes may set off one restart, and one change a thousand.
class OwedList {
 public:
  // False where it is owed for that reason already. The run of a debt is the first that made it.
  bool add(const std::string& address, Op op, const std::string& run, const std::string& because);
  // As it was told or written.
  void add(const wire::Owed& owed);
  // A debt ends with its last reason.
  void take_back(const std::string& address, Op op, const std::string& because);
  void settle(const std::string& address, Op op);
  // What is owed to one of these, or because of it, is owed to the address that it gets.
  void move(const std::map<std::string, std::string>& moved);
  // All but probes.
  void settle_all_but_probes(const std::string& address);

  bool owes(const std::string& address, Op op) const { return debts_.contains({address, op}); }
  // Anything but a probe.
  bool owes_action(const std::string& address) const;
  std::vector<wire::Owed> list() const;

 private:
  using Key = std::pair<std::string, Op>;
  using Place = std::size_t;  // grows with each that comes
  struct Debt {
    Place place = 0;
    std::string run;
    std::map<std::string, Place> because;
  };
  using Debts = std::map<Key, Debt>;

  Debt& debt(const std::string& address, Op op, const std::string& run);

  Debts debts_;
  Place next_ = 0;
};

}  // namespace plumb::exec
