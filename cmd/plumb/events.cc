#include "cmd/plumb/events.h"

#include "engine/report/events.h"

namespace plumb::cmd {

std::unique_ptr<EventStream> start_events(const Options& options, const std::string& command, Terminal& terminal) {
  if (options.output != "jsonl") return nullptr;
  auto events = std::make_unique<EventStream>(options.run_id, [&terminal, run = options.run_id] {
    terminal.tell("warning: nobody reads the events any more; run " + run +
                  " goes on, and the history has its account\n");
  });
  terminal.set_events(events.get());
  events->write(report::begin_event(command));
  return events;
}

void end_events(EventStream* events, const run::HostResults& results, int exit_code, const std::string& resume) {
  if (events != nullptr) events->write(report::summary_event({results, exit_code, resume}));
}

}  // namespace plumb::cmd
