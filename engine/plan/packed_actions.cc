#include "engine/plan/packed_actions.h"

#include <cstdio>
#include <cstdlib>

#include "engine/base/digest.h"
#include "engine/base/packed.h"
#include "engine/base/simdjson_convert.h"
#include "engine/plan/action_json.h"
#include "engine/plan/take_action.h"

namespace plumb::plan {
namespace {

constexpr std::size_t kDepth = 64;

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
  std::fputs("plumb: packed actions do not come back\n", stderr);
  std::abort();
}

}  // namespace

PackedActions::PackedActions(const Actions& actions) {
  if (actions.empty()) return;
  std::string text = "[";
  for (const Action& action : actions) {
    if (text.size() > 1) text += ',';
    append_action(text, action);
  }
  text += ']';
  packed_ = std::make_shared<const Packed>(Packed{actions.size(), text.size(), plumb::digest(text), plumb::pack(text)});
}

std::string PackedActions::text() const {
  if (packed_ == nullptr) return "[]";
  std::optional<std::string> text = plumb::unpack(packed_->bytes, static_cast<std::int64_t>(packed_->text_size));
  if (!text) lost();
  return std::move(*text);
}

const std::string& PackedActions::digest() const {
  static const std::string none;
  return packed_ == nullptr ? none : packed_->digest;
}

Actions PackedActions::unpack() const {
  Actions actions;
  if (packed_ == nullptr) return actions;
  Json list = list_of(text());
  if (!list.is_array()) lost();
  actions.reserve(list.size());
  for (Json& item : list) {
    Result<Action> action = take_action(item);
    if (!action) lost();
    actions.push_back(std::move(*action));
  }
  return actions;
}

}  // namespace plumb::plan
