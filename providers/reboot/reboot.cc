#include "providers/reboot/reboot.h"

#include "engine/base/joined.h"
#include "providers/sdk/asked_programs.h"
#include "providers/sdk/observe_each.h"

namespace plumb::providers::reboot {
namespace {

struct Verdict {
  bool due = false;
  std::string why;
};

// Each of the conditions that are given has to ask for it, as with a command's guards.
Result<Verdict> decide(const Desired& desired, System& system) {
  Verdict verdict;
  if (const std::vector<std::string> paths = texts_in(desired.attribute("when_exists")); !paths.empty()) {
    for (const std::string& path : paths) {
      PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(path, false));
      if (!info) continue;
      verdict = {true, path + " exists"};
      break;
    }
    if (!verdict.due) return Verdict{false, paths.front() + " does not exist (when_exists)"};
  }
  for (const Json& command : programs_in(desired.attribute("unless"))) {
    AskedProgram program{command};
    program.env = desired.env;
    PLUMB_TRY_ASSIGN(const std::optional<int> code, exit_code_of(program, system));
    const std::string shown = in_backquotes(command);
    // What is not there cannot ask for a restart.
    if (!code) return Verdict{false, shown + " cannot be asked"};
    const std::string said = shown + " gave " + std::to_string(*code);
    if (*code == 0) return Verdict{false, said + " (unless)"};
    verdict.due = true;
    append_item(verdict.why, said, "; ");
  }
  if (!verdict.due) verdict.why = "restarts only when what it watches changes";
  return verdict;
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  observed.exists = true;
  if (system.is_image()) {
    observed.attributes = {{"due", false}, {"why", "an image is not restarted"}, {"image", true}};
    return observed;
  }
  PLUMB_TRY_ASSIGN(const Verdict verdict, decide(desired, system));
  observed.attributes = {{"due", verdict.due}, {"why", verdict.why}};
  return observed;
}

Change restarting(const Desired& desired, std::string note) {
  Reboot reboot;
  const Json& within = desired.attribute("within");
  if (within.is_number_integer()) reboot.within_seconds = within.get<int>();
  reboot.message = desired.text("notice");
  Change change;
  change.op = Op::kRun;
  change.fidelity = Fidelity::kBounded;
  change.note = std::move(note);
  change.operations.push_back(std::move(reboot));
  return change;
}

}  // namespace

std::vector<Result<Observed>> RebootProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return observe_each(desired, [&system](const Desired& one) { return observe_one(one, system); });
}

Change RebootProvider::diff(const Desired& desired, const Observed& observed) const {
  if (!observed.flag("due", false)) return {};
  Change change = restarting(desired, observed.text("why"));
  change.before["due"] = true;
  change.after["due"] = false;
  return change;
}

bool RebootProvider::asks_about(const Desired& desired, std::string_view name) const {
  return asks_with(desired, {"when_exists", "unless"}, name);
}

Observed RebootProvider::as_declared(const Desired& desired) const {
  Observed observed = Provider::as_declared(desired);
  observed.attributes["due"] = false;
  return observed;
}

Observed RebootProvider::as_declared_before(const Desired& before, const Desired&) const {
  return as_declared(before);
}

std::string RebootProvider::why_passed_over(const Desired& desired, const Observed& observed) const {
  const bool asked = desired.has("when_exists") || desired.has("unless");
  return asked && !observed.flag("due", false) ? observed.text("why") : std::string();
}

Change RebootProvider::triggered(const Desired& desired, const Observed& observed, Op op) const {
  if (op != Op::kRun || observed.flag("image", false)) return {};
  return restarting(desired, "what it watches changed");
}

void add_to(Registry& registry) {
  registry.add({.name = "reboot",
                .provider = make_provider<RebootProvider>(),
                .operations = OperationSet::of<Reboot>(),
                .triggers = {{"run_on", Op::kRun}},
                .runs = true,
                .judged = {"due"},
                .removal = ""});
}

}  // namespace plumb::providers::reboot
