// Modules without a kind of their own, said as commands with a guard.
#include "engine/import/expression.h"
#include "engine/import/resource.h"

namespace plumb::imports {

using lang::Node;

bool guarded_module(std::string_view module) {
  return in_list(module, {"openssh_keypair", "openssl_dhparam", "openssl_privatekey", "apache2_module", "git_config"});
}

void Builder::guarded(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const std::string& module = task_.module;
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
    omitted_.clear();
    return found && !found->text.empty() ? found->text : otherwise;
  };
  if (state != nullptr && state->text == "absent")
    throw Untranslatable{"a key that goes: a `file` with `state: absent`"};
  const std::string path = text({"path"}, local);
  const std::string size = value({"size"}, "");
  std::vector<std::string> words;
  if (module == "openssh_keypair") {
    words = {"ssh-keygen", "-q", "-t", value({"type"}, "rsa")};
    if (!size.empty()) words.insert(words.end(), {"-b", size});
    if (const std::string comment = value({"comment"}, ""); !comment.empty())
      words.insert(words.end(), {"-C", comment});
    words.insert(words.end(), {"-N", "", "-f", path});
  } else if (module == "openssl_dhparam") {
    words = {"openssl", "dhparam", "-out", path, size.empty() ? "4096" : size};
  } else {
    const std::string type = value({"type"}, "RSA");
    if (type != "RSA") throw Untranslatable{"a private key of the type `" + type + "`"};
    words = {"openssl", "genrsa", "-out", path, size.empty() ? "4096" : size};
  }
  done(words);
  item->put("creates", Written::of_text(path));
  ignore({"state", "force", "regenerate", "backup", "select_crypto_backend", "return_content", "format", "passphrase",
          "cipher", "curve", "backend", "private_key_format"});
  if (task_.argument({"passphrase"}) != nullptr) no_word("passphrase", "is not set");
  finish(std::move(item), turn, changes);
  owner_beside(Written::of_text(path), turn, when);
  ignore({"owner", "group", "mode"});
}

}  // namespace plumb::imports
