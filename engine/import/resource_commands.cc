// Modules without a kind of their own, said as commands with a guard.
#include "engine/import/expression.h"
#include "engine/import/resource.h"

namespace plumb::imports {

using lang::Node;

bool guarded_module(std::string_view module) {
  return in_list(module, {"openssl_dhparam", "git_config"});
}

void Builder::snap(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* given = task_.argument({"name"});
  if (given == nullptr || !given->is_scalar()) throw Untranslatable{"several snaps in one task: a command for each"};
  const std::string name = text({"name"}, local);
  const bool gone = is({"state"}, "absent");
  ignore({"state"});
  std::vector<std::string> words{"snap", gone ? "remove" : "install", name};
  if (yes({"classic"}) && !gone) words.emplace_back("--classic");
  if (const std::string channel = text({"channel"}, local); !channel.empty() && !gone)
    words.push_back("--channel=" + channel);
  auto item = start("command", turn, when);
  identify(*item, "command", Written::of_text(title_of(turn, "")), turn);
  item->put("run", Written::of_texts(words));
  item->put(gone ? "only_if" : "unless", Written::of_texts({"snap", "list", name}));
  unit_.set_outcome(row_, Outcome::kOtherWay);
  unit_.note(row_, "a command with a guard");
  finish(std::move(item), turn, changes);
}

void Builder::guarded(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  auto item = start("command", turn, when);
  const auto done = [&](const std::vector<std::string>& words) {
    // Two tasks may speak of one thing: their own names tell them apart.
    identify(*item, "command", Written::of_text(title_of(turn, "")), turn);
    item->put("run", Written::of_texts(words));
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, "a command with a guard");
  };
  const Node* state = task_.argument({"state"});
  const auto value = [&](std::initializer_list<std::string_view> names, const std::string& otherwise) {
    const std::optional<Written> found = take(names, Form::kText, local);
    return found && !found->text.empty() ? found->text : otherwise;
  };
  if (state != nullptr && state->text == "absent")
    throw Untranslatable{"a key that goes: a `file` with `state: absent`"};
  const std::string path = text({"path"}, local);
  const std::string size = value({"size"}, "4096");
  done({"openssl", "dhparam", "-out", path, size});
  item->put("creates", Written::of_text(path));
  ignore({"state", "force", "backup", "select_crypto_backend", "return_content"});
  finish(std::move(item), turn, changes);
  owner_beside(Written::of_text(path), turn, when);
  ignore({"owner", "group", "mode"});
}

}  // namespace plumb::imports
