// What happens in a run as JSON objects, one a line: for machines. schemas/events.json describes them. Pure.
//
// None of them holds a content or a sensitive value: of a change they name the attributes.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/run/fleet.h"

namespace plumb::report {

// "plumb.events/1": the version of the whole stream, in its first line.
inline constexpr const char* kEventsFormat = "plumb.events/1";

// The first line.
Json begin_event(const std::string& command);
Json phase_event(const run::RunEvent::PhaseBegin& begin);
// Null for the end of a phase, which the begin of the next one says.
Json run_event(const run::RunEvent& event);
Json diagnostic_event(const Diagnostic& diagnostic);
// One for each action, and the last one for the whole plan. Returned one by one, as there may be millions.
void plan_events(const plan::Plan& plan, const std::string& id, const std::function<void(Json)>& sink);

struct Summary {
  const run::HostResults& hosts;
  int exit_code = 0;
  std::string resume;  // the command to go on with; "" where nothing is left
};
// The last line.
Json summary_event(const Summary& summary);

// One line without its end, with the members that all of them have. Bytes that are not UTF-8 are replaced.
std::string event_line(Json event, const std::string& run, const std::string& time);

}  // namespace plumb::report
