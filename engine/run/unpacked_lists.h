// The actions of a plan while it is carried out: unpacked for the hosts at work, and, of lists that many hosts have, a
// bounded number kept between them.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "engine/plan/plan.h"

namespace plumb::run {

// Thread-safe.
class UnpackedLists {
 public:
  explicit UnpackedLists(const plan::Plan& plan);

  // Of a host of the plan, whose turn has come.
  std::shared_ptr<const plan::Actions> of(const plan::ActionList& list);

 private:
  static constexpr std::size_t kMostKept = std::size_t{1} << 14;  // actions, together

  struct Shared {
    std::size_t hosts = 0;  // that still come
    std::shared_ptr<const plan::Actions> actions;
  };

  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, Shared> shared_;  // by digest, of the packed lists that several hosts have
  std::size_t kept_ = 0;
};

}  // namespace plumb::run
