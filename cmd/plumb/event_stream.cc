#include "cmd/plumb/event_stream.h"

#include <cstdio>

#include "engine/base/time_text.h"
#include "engine/report/events.h"

namespace plumb::cmd {

void EventStream::write(Json event) {
  {
    const std::lock_guard lock(mutex_);
    if (broken_) return;
    const std::string line =
        report::event_line(std::move(event), run_, timestamp(std::chrono::system_clock::now())) + "\n";
    // A failed write stays marked on the stream; main looks at it at the end.
    broken_ = std::fwrite(line.data(), 1, line.size(), stdout) != line.size() || std::fflush(stdout) != 0;
    if (!broken_) return;
  }
  lost_();
}

}  // namespace plumb::cmd
