#include "engine/plan/action_list.h"

#include <cstdlib>

#include "engine/base/digest.h"
#include "engine/base/packed.h"
#include "engine/base/simdjson_convert.h"
#include "engine/plan/action_json.h"
#include "engine/plan/take_action.h"

namespace plumb::plan {
namespace {

constexpr std::size_t kDepth = 64;

std::string text_of(const Actions& actions) {
  std::string text = "[";
  for (const Action& action : actions) {
    if (text.size() > 1) text += ',';
    append_action(text, action);
  }
  return text += ']';
}

// `text`: of them.
ActionCounts count(const Actions& actions, const std::string& text) {
  ActionCounts counts;
  counts.sealed = text.find(kKeyedDigestPrefix) != std::string::npos;
  for (const Action& action : actions) {
    ++counts.ops[action.op];
    ++counts.fidelities[action.fidelity];
    if (action.pending) ++counts.pending;
    if (action.op == Op::kRun && action.note == kUnguarded) ++counts.unguarded;
  }
  return counts;
}

Json list_of(const std::string& text) {
  simdjson::dom::parser parser;
  simdjson::dom::element list;
  Json json;
  if (parser.allocate(text.size(), kDepth) == simdjson::SUCCESS && parser.parse(text).get(list) == simdjson::SUCCESS &&
      convert(list, json))
    return json;
  return Json::parse(text, nullptr, false);
}

// Memory that is no longer what was packed into it: to go on would be to carry out another plan.
[[noreturn]] void lost() {
  std::abort();
}

Actions actions_of(const std::string& text) {
  Json list = list_of(text);
  if (!list.is_array()) lost();
  Actions actions;
  actions.reserve(list.size());
  for (Json& item : list) {
    Result<Action> action = take_action(item);
    if (!action) lost();
    actions.push_back(std::move(*action));
  }
  return actions;
}

}  // namespace

ActionList::ActionList(Actions actions) {
  if (actions.empty()) return;
  std::string text = text_of(actions);
  kept_ = std::make_shared<const Kept>(Kept{actions.size(), count(actions, text), plumb::digest(text), text.size(),
                                            std::move(text), std::make_shared<const Actions>(std::move(actions))});
}

const ActionCounts& ActionList::counts() const {
  static const ActionCounts none;
  return kept_ == nullptr ? none : kept_->counts;
}

std::string ActionList::text() const {
  if (kept_ == nullptr) return "[]";
  if (!packed()) return kept_->text;
  std::optional<std::string> text = plumb::unpack(kept_->text, static_cast<std::int64_t>(kept_->text_size));
  if (!text) lost();
  return std::move(*text);
}

const std::string& ActionList::digest() const {
  static const std::string none;
  return kept_ == nullptr ? none : kept_->digest;
}

std::shared_ptr<const Actions> ActionList::get() const {
  if (kept_ == nullptr) return std::make_shared<const Actions>();
  return packed() ? std::make_shared<const Actions>(actions_of(text())) : kept_->actions;
}

void ActionList::pack() {
  if (kept_ == nullptr || packed()) return;
  kept_ = std::make_shared<const Kept>(
      Kept{kept_->size, kept_->counts, kept_->digest, kept_->text_size, plumb::pack(kept_->text), nullptr});
}

}  // namespace plumb::plan
