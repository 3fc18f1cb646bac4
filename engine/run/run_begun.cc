#include "engine/run/run_begun.h"

namespace plumb::run {

Result<> RunBegun::ready() {
  const std::lock_guard lock(mutex_);
  beside_.wait();
  if (!writer_) return Error(writer_.error());
  return {};
}

Result<> RunBegun::actions(std::string_view host, std::span<const history::ActionEntry> entries) {
  PLUMB_TRY(ready());
  return (*writer_)->actions(host, entries);
}

Result<> RunBegun::host(const history::HostEntry& entry) {
  PLUMB_TRY(ready());
  return (*writer_)->host(entry);
}

Result<> RunBegun::keep(std::string_view digest, std::string_view bytes) {
  PLUMB_TRY(ready());
  return (*writer_)->keep(digest, bytes);
}

Result<> RunBegun::finish(const history::RunEnd& end) {
  PLUMB_TRY(ready());
  return (*writer_)->finish(end);
}

}  // namespace plumb::run
