#include "engine/conformance/attempt.h"

#include <algorithm>

#include "engine/base/file.h"
#include "engine/ir/compile.h"
#include "engine/plan/artifact.h"
#include "engine/report/diagnostics.h"
#include "engine/report/events.h"
#include "engine/report/plan_text.h"
#include "engine/run/project_key.h"
#include "engine/run/undo.h"

namespace plumb::conformance {
namespace {

namespace fs = std::filesystem;

fs::path made(fs::path folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  return folder;
}

std::string resource_text(const std::string& kind, const Resource& resource) {
  std::string text = "  - " + kind + ": " + Json(resource.name).dump() + "\n";
  for (const auto& [name, value] : resource.attributes.items()) text += "    " + name + ": " + value.dump() + "\n";
  return text;
}

}  // namespace

Attempts::Attempts(const Bench& bench)
    : bench_(bench),
      folder_(made(bench.scratch / "history")),
      history_(folder_ / "history.db"),
      transport_(&bench.executor) {}

void Attempts::write(const std::string& kind, const Resource& resource, const std::string& head) {
  const std::string above = "plumb: v1\nproject: conformance\n" + bench_.project_head + head + "resources:\n";
  resource_line_ = 1 + static_cast<int>(std::count(above.begin(), above.end(), '\n'));
  (void)write_file(bench_.project / "plumb.yaml", above + resource_text(kind, resource));
}

void Attempts::declare(const std::string& kind, const Resource& resource, bool image) {
  write(kind, resource, "");
  image_ = image;
  assignments_.clear();
}

void Attempts::declare_with_secret(const std::string& kind, const Resource& resource, bool image,
                                   const std::string& value) {
  write(kind, resource, "inputs: {s: {type: string, sensitive: true}}\n");
  image_ = image;
  assignments_ = {"s=" + value};
}

bool Attempts::load(Ended& ended) {
  found_ = Diagnostics();
  all_told_.clear();
  // What points into the texts goes before they do.
  workspace_ = nullptr;
  sources_ = std::make_unique<lang::SourceMap>();
  run::WorkspaceRequest request;
  request.folder = bench_.project;
  request.inputs.assignments = assignments_;
  const Registry& kinds = bench_.base == nullptr ? bench_.kinds : *bench_.base;
  workspace_ = run::Workspace::load(request, kinds, history_, found_, *sources_);
  if (workspace_ == nullptr) judge(ended);
  return workspace_ != nullptr;
}

run::RunContext Attempts::context() {
  run::RunContext made{history_, *transport_, control_, {}, nullptr, nullptr};
  if (image_) made.fleet.root = bench_.root.string();
  made.findings = [this](const Diagnostics& said) { found_.extend(said); };
  made.observer = [this](const run::RunEvent& event) {
    if (const Json line = report::run_event(event); !line.is_null())
      all_told_ += report::event_line(line, "", "") + "\n";
  };
  return made;
}

void Attempts::judge(Ended& ended) {
  ended.told = report::render(found_.sorted(), *sources_, false);
  all_told_ += ended.told;
  for (const Diagnostic& one : found_.items()) {
    if (one.code == Code::kCannotUndo) ++ended.cannot_undo;
    if (one.severity != Severity::kError) continue;
    if (one.code == Code::kInternal) ended.faulty = "an internal error";
    if (!one.span && ended.faulty.empty()) ended.faulty = "an error without a place";
    if (one.span) ended.error_lines.insert(one.span->line);
  }
  if (found_.has_errors()) ended.done = false;
  if (!ended.done && !found_.has_errors()) ended.faulty = "neither done nor an error";
}

void Attempts::take(const plan::Plan& plan, Ended& ended) {
  ended.changes = !plan.changes_nothing();
  for (const auto& [host, host_plan] : plan.hosts) {
    const std::shared_ptr<const plan::Actions> actions = host_plan.actions.get();
    for (const plan::Action& action : *actions) {
      ended.planned.push_back(action);
      ended.actions += "  " + std::string(name(action.op)) + " " + action.desired.address.str() + "\n";
    }
  }
}

Ended Attempts::validate() {
  Ended ended;
  if (!load(ended)) return ended;
  ir::Compiler(workspace_->compiler_input()).check(workspace_->hosts(), found_);
  ended.done = true;
  judge(ended);
  return ended;
}

Ended Attempts::plan() {
  Ended ended;
  saved_ = std::nullopt;
  if (!load(ended)) return ended;
  const std::optional<run::Planned> planned = run::make_plan(*workspace_, {}, context());
  ended.done = planned && !planned->plan.hosts.empty() && planned->outcome == RunOutcome::kOk && !planned->broken;
  judge(ended);
  if (!ended.done) return ended;
  take(planned->plan, ended);
  ended.document = plan::write_artifact(planned->plan).bytes;
  Result<run::SavedPlan> saved = run::read_saved_plan(ended.document, workspace_->providers());
  if (!saved) {
    ended.done = false;
    ended.faulty = "the plan cannot be read again: " + saved.error().summary();
    return ended;
  }
  saved_ = std::move(*saved);
  return ended;
}

std::string Attempts::next_run() {
  return run::new_run_id() + "-" + std::to_string(++runs_);
}

Ended Attempts::apply(run::ApplyRequest request) {
  Ended ended;
  if (!load(ended)) return ended;
  request.operator_name = "conformance";
  request.show = [&](const run::Proposal& proposal) {
    report::PlanTextOptions options;
    options.full = true;
    all_told_ += report::plan_text(proposal.plan, options) + plan::write_artifact(proposal.plan).bytes;
  };
  const run::ApplyResult result = run::apply(*workspace_, std::move(request), context());
  if (!found_.has_errors()) {
    for (const auto& [host, one] : result.hosts) found_.extend(Diagnostics(one.diagnostics));
  }
  ended.done = result.outcome == RunOutcome::kOk;
  take(result.plan, ended);
  judge(ended);
  return ended;
}

Ended Attempts::apply_planned() {
  run::ApplyRequest request;
  if (saved_) request.what = std::move(*saved_);
  saved_ = std::nullopt;
  last_run_ = request.run = next_run();
  return apply(std::move(request));
}

Ended Attempts::apply() {
  run::ApplyRequest request;
  request.what = run::PlanRequest();
  request.run = next_run();
  return apply(std::move(request));
}

Ended Attempts::undo() {
  run::ApplyRequest request;
  request.undo = run::UndoRequest{last_run_, "", {}};
  request.run = next_run();
  return apply(std::move(request));
}

}  // namespace plumb::conformance
