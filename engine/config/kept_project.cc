#include "engine/config/kept_project.h"

namespace plumb::config {

KeptModule& KeptProject::module(const std::string& folder) {
  const std::lock_guard lock(mutex_);
  return modules_[folder];
}

}  // namespace plumb::config
