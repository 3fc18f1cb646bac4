#include "engine/run/unpacked_lists.h"

namespace plumb::run {

UnpackedLists::UnpackedLists(const plan::Plan& plan) {
  for (const auto& [name, host] : plan.hosts) {
    if (!host.actions.empty()) ++shared_[host.actions.digest()].hosts;
  }
  std::erase_if(shared_, [](const auto& list) { return list.second.hosts == 1; });
}

std::shared_ptr<const plan::Actions> UnpackedLists::of(const plan::PackedActions& packed) {
  const auto find = [&]() -> Shared* {
    const auto found = shared_.find(packed.digest());
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
  auto actions = std::make_shared<const plan::Actions>(packed.unpack());
  const std::lock_guard lock(mutex_);
  Shared* const shared = find();
  if (shared != nullptr && shared->hosts > 0 && shared->actions == nullptr && kept_ + actions->size() <= kMostKept) {
    kept_ += actions->size();
    shared->actions = actions;
  }
  return actions;
}

}  // namespace plumb::run
