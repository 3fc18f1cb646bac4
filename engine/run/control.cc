#include "engine/run/control.h"

namespace plumb::run {

void Control::request_stop() {
  const std::lock_guard lock(mutex_);
  level_ = level_ == StopLevel::kNone ? StopLevel::kFinish : StopLevel::kLeave;
  interrupt_.raise();
  for (host::Connection* connection : connections_) {
    if (level_ == StopLevel::kLeave) connection->leave();
    connection->interrupt();
  }
}

StopLevel Control::level() const {
  const std::lock_guard lock(mutex_);
  return level_;
}

Control::Watch::Watch(Control& control, host::Connection& connection) : control_(control), connection_(connection) {
  const std::lock_guard lock(control_.mutex_);
  control_.connections_.insert(&connection_);
  if (control_.level_ != StopLevel::kNone) connection_.interrupt();
}

Control::Watch::~Watch() {
  const std::lock_guard lock(control_.mutex_);
  control_.connections_.erase(&connection_);
}

}  // namespace plumb::run
