#include "providers/wait/wait.h"

#include <algorithm>

#include "providers/sdk/asked_programs.h"
#include "providers/sdk/observe_each.h"
#include "providers/sdk/probe_form.h"
#include "providers/sdk/via.h"

namespace plumb::providers::wait {
namespace {

constexpr std::size_t kMostRead = std::size_t{1} << 20;

Wait wait_of(const Desired& desired) {
  constexpr int kWithin = 300;
  Wait wait{probe_from(desired.attributes), wants_absent(desired)};
  if (!desired.has("within")) wait.probe.within_seconds = kWithin;
  return wait;
}

Result<std::string> look_at_path(const Probe& probe, System& system) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(probe.exists, true));
  if (!info) return std::string("nothing is there");
  if (probe.body.empty()) return std::string();
  if (info->type != FileType::kFile) return std::string("it is no file");
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(probe.exists, kMostRead));
  return std::string(text.find(probe.body) == std::string::npos ? "the text that is asked for is not in it" : "");
}

Result<std::string> ask_program(const Desired& desired, const Probe& probe, System& system) {
  AskedProgram program{desired.attribute("command")};
  program.env = desired.env;
  program.timeout = std::chrono::seconds(probe.timeout_seconds);
  const Result<std::optional<int>> asked = exit_code_of(program, system);
  const std::string shown = in_backquotes(program.command);
  // It is what is waited for that it ends.
  if (!asked && asked.error().code() == Code::kProgramTimeout)
    return shown + " did not end within " + std::to_string(probe.timeout_seconds) + " s";
  PLUMB_TRY_ASSIGN(const std::optional<int> code, asked);
  if (!code) return shown + " cannot be asked yet";
  const bool passes = std::find(probe.expect.begin(), probe.expect.end(), *code) != probe.expect.end();
  return passes ? std::string() : shown + " gave " + std::to_string(*code);
}

// One try: why the probe does not pass; "" where it does.
Result<std::string> why_not_yet(const Desired& desired, const Probe& probe, System& system) {
  if (!probe.exists.empty()) return look_at_path(probe, system);
  if (desired.has("command")) return ask_program(desired, probe, system);
  return system.ask(probe);
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  observed.exists = true;
  const Wait wait = wait_of(desired);
  if (system.is_image()) {
    observed.attributes = {
        {"reached", true}, {"why", "nothing of an image runs that could be waited for"}, {"image", true}};
    return observed;
  }
  PLUMB_TRY_ASSIGN(const std::string not_yet, why_not_yet(desired, wait.probe, system));
  const bool reached = not_yet.empty() != wait.gone;
  const std::string why = reached ? describe(wait) : wait.gone ? "it is not so yet that " + describe(wait) : not_yet;
  observed.attributes = {{"reached", reached}, {"why", why}};
  return observed;
}

Change waiting(const Desired& desired, std::string note) {
  Change change;
  change.op = Op::kRun;
  change.fidelity = Fidelity::kBounded;
  change.note = asked_from(desired, std::move(note));
  change.operations.push_back(wait_of(desired));
  return change;
}

}  // namespace

std::vector<Result<Observed>> WaitProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return observe_each(desired, [&system](const Desired& one) { return observe_one(one, system); });
}

Change WaitProvider::diff(const Desired& desired, const Observed& observed) const {
  if (observed.flag("reached", false)) return {};
  Change change = waiting(desired, observed.text("why"));
  change.before["reached"] = false;
  change.after["reached"] = true;
  return change;
}

bool WaitProvider::asks_about(const Desired& desired, std::string_view name) const {
  // What the host has is nothing to who asks from elsewhere.
  if (is_from_controller(desired)) return false;
  return asks_with(desired, {"command", "path"}, name);
}

Observed WaitProvider::as_declared(const Desired& desired) const {
  Observed observed = Provider::as_declared(desired);
  observed.attributes["reached"] = true;
  return observed;
}

Observed WaitProvider::as_declared_before(const Desired& before, const Desired& desired) const {
  Observed observed = as_declared(before);
  observed.attributes["reached"] = before.attributes == desired.attributes;
  return observed;
}

std::string WaitProvider::why_passed_over(const Desired&, const Observed& observed) const {
  return observed.flag("reached", false) ? observed.text("why") : std::string();
}

// What held before it changed may be over, or be about to be: it is waited for anew.
Change WaitProvider::triggered(const Desired& desired, const Observed& observed, Op op) const {
  if (op != Op::kRun || !observed.flag("reached", false) || observed.flag("image", false)) return {};
  return waiting(desired, "what it watches changed");
}

void add_to(Registry& registry) {
  registry.add({.name = "wait",
                .provider = make_provider<WaitProvider>(),
                .operations = OperationSet::of<Wait>(),
                .triggers = {{"run_on", Op::kRun}},
                .runs = true,
                .judged = {"reached"},
                .removal = ""});
}

}  // namespace plumb::providers::wait
