#include "engine/run/journalist.h"

#include <algorithm>

#include "engine/base/outside_text.h"
#include "engine/base/time_text.h"

namespace plumb::run {
namespace {

constexpr std::size_t kKeptOutput = std::size_t{8} << 10;
constexpr std::size_t kGathered = 64;
constexpr std::chrono::milliseconds kPatience{50};

// Of all but output, which is no outcome.
ActionOutcome outcome_of(wire::EventKind kind) {
  switch (kind) {
    case wire::EventKind::kStarted:
    case wire::EventKind::kOutput:
      return ActionOutcome::kStarted;
    case wire::EventKind::kChanged:
      return ActionOutcome::kChanged;
    case wire::EventKind::kVerified:
      return ActionOutcome::kVerified;
    case wire::EventKind::kSatisfied:
      return ActionOutcome::kSatisfied;
    case wire::EventKind::kFailed:
      return ActionOutcome::kFailed;
    case wire::EventKind::kSkipped:
      return ActionOutcome::kSkipped;
    case wire::EventKind::kStale:
      return ActionOutcome::kStale;
    case wire::EventKind::kDiverged:
      return ActionOutcome::kDiverged;
  }
  return ActionOutcome::kUnknown;
}

}  // namespace

Journalist::Journalist(std::string host, const plan::Actions& actions, history::RunWriter* writer, std::int64_t first)
    : host_(std::move(host)), actions_(actions), writer_(writer), first_(first) {}

history::ActionEntry Journalist::entry(std::size_t index, ActionOutcome outcome) const {
  history::ActionEntry result;
  result.index = first_ + static_cast<std::int64_t>(index);
  result.address = actions_[index].desired.address.str();
  result.op = plumb::name(actions_[index].op);
  result.outcome = outcome;
  result.at = timestamp(std::chrono::system_clock::now());
  return result;
}

void Journalist::note(const wire::Event& event) {
  if (writer_ == nullptr) return;
  if (event.kind == wire::EventKind::kOutput) {
    std::string& kept = output_[event.index];
    kept += event.text;
    if (kept.size() > kKeptOutput) kept.erase(0, kept.size() - kKeptOutput);
    return;
  }
  history::ActionEntry outcome = entry(event.index, outcome_of(event.kind));
  outcome.milliseconds = event.milliseconds;
  outcome.text = outside_text(event.text, kKeptOutput);
  if (const auto printed = output_.find(event.index); printed != output_.end()) {
    if (!outcome.text.empty()) outcome.text += '\n';
    outcome.text += printed->second;
    output_.erase(printed);
  }
  if (event.problem) {
    outcome.code = code_name(event.problem->code);
    const bool said = outcome.text.starts_with(event.problem->summary);
    if (!said) outcome.text = event.problem->summary + (outcome.text.empty() ? "" : "\n" + outcome.text);
  }
  open_[event.index] = event.kind == wire::EventKind::kStarted;
  gathered_.push_back(std::move(outcome));
  // What comes next may take long, and a reader of the history should see what was done before it.
  const bool begins = event.kind == wire::EventKind::kStarted;
  if (begins || gathered_.size() >= kGathered || std::chrono::steady_clock::now() - last_write_ > kPatience) flush();
}

void Journalist::flush() {
  if (writer_ == nullptr || gathered_.empty()) return;
  if (Result<> written = writer_->actions(host_, gathered_); !written && !problem_) problem_ = written.error();
  gathered_.clear();
  last_write_ = std::chrono::steady_clock::now();
}

void Journalist::amend(const std::vector<std::string>& addresses, ActionOutcome outcome) {
  if (writer_ == nullptr) return;
  for (std::size_t i = 0; i < actions_.size(); ++i) {
    const std::string address = actions_[i].desired.address.str();
    if (std::find(addresses.begin(), addresses.end(), address) != addresses.end()) {
      gathered_.push_back(entry(i, outcome));
    }
  }
  flush();
}

void Journalist::close(ActionOutcome outcome) {
  if (writer_ == nullptr) return;
  for (const auto& [index, open] : open_) {
    if (open) gathered_.push_back(entry(index, outcome));
  }
  flush();
}

Result<> Journalist::problem() const {
  if (problem_) return *problem_;
  return {};
}

}  // namespace plumb::run
