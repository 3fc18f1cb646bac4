#include "providers/sdk/system.h"

#include "providers/sdk/asked_programs.h"

namespace plumb {
namespace {

// Whoever hangs once hangs again, whatever it is asked. What a shell or systemd begins its words say.
std::string who_is_asked(const ProcessRequest& request) {
  std::string who = request.user;
  for (const std::string& word : request.argv) {
    who += " " + word;
    if (word != "sh" && word != "/bin/sh" && word != "systemd-run" &&
        who.size() == request.user.size() + 1 + word.size())
      break;
  }
  return who;
}

}  // namespace

Result<ProcessResult> System::run(const ProcessRequest& request) {
  const auto run_it = [&] { return env_.empty() ? run_program(request) : run_program(with_env(request)); };
  if (request.may_be_late) return run_it();
  std::string who = who_is_asked(request);
  const std::string shown = in_backquotes(request.argv);
  if (hung_.contains(who)) return fail(Code::kProgramTimeout, shown + " is not run, for it hung before");
  Result<ProcessResult> result = run_it();
  if (!result || !result->timed_out) return result;
  hung_.insert(std::move(who));
  return fail(Code::kProgramTimeout, shown + " did not end within " + std::to_string(request.timeout.count()) + " s");
}

}  // namespace plumb
