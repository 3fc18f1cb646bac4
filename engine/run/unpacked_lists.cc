#include "engine/run/unpacked_lists.h"

namespace plumb::run {

UnpackedLists::UnpackedLists(const plan::Plan& plan) {
  for (const auto& [name, host] : plan.hosts) {
    if (host.actions.packed()) ++shared_[host.actions.digest()].hosts;
  }
  std::erase_if(shared_, [](const auto& shared) { return shared.second.hosts == 1; });
}

std::shared_ptr<const plan::Actions> UnpackedLists::of(const plan::ActionList& list) {
  if (!list.packed()) return list.get();
  const auto find = [&]() -> Shared* {
    const auto found = shared_.find(list.digest());
    return found == shared_.end() ? nullptr : &found->second;
  };
  {
    const std::lock_guard lock(mutex_);
    Shared* const shared = find();
    if (shared != nullptr && shared->hosts > 0) --shared->hosts;
    if (shared != nullptr && shared->actions != nullptr) {
      std::shared_ptr<const plan::Actions> actions = shared->actions;
      if (shared->hosts == 0) {
        kept_ -= actions->size();
        shared->actions = nullptr;
      }
      return actions;
    }
  }
  auto actions = list.get();
  const std::lock_guard lock(mutex_);
  Shared* const shared = find();
  if (shared != nullptr && shared->hosts > 0 && shared->actions == nullptr && kept_ + actions->size() <= kMostKept) {
    kept_ += actions->size();
    shared->actions = actions;
  }
  return actions;
}

}  // namespace plumb::run
