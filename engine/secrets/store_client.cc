#include "engine/secrets/store_client.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/base/json.h"
#include "engine/base/nearest.h"
#include "engine/base/pool.h"
#include "engine/base/replaced.h"
#include "engine/secrets/fields.h"
#include "engine/secrets/file_store.h"

namespace plumb::secrets {
namespace {

using config::SecretReference;

constexpr std::size_t kMostQuestions = 8;  // at a time
constexpr std::string_view kPathPlace = "{path}";
constexpr std::string_view kFieldPlace = "{field}";

Result<std::string> variable_of(const config::EnvironmentStore& store, const SecretReference& reference,
                                const Surroundings& around) {
  const std::string name = store.prefix + reference.path;
  std::optional<std::string> value = around.variable(name);
  if (!value) return fail(Code::kNoSuchSecret, "the environment has no variable `" + name + "`");
  return std::move(*value);
}

std::vector<std::string> with(std::vector<std::string> arguments, std::string_view place, const std::string& text) {
  for (std::string& argument : arguments) argument = replaced(std::move(argument), place, text);
  return arguments;
}

// keyctl(1) finds a key by its description, and reads it by its number.
Result<std::string> key_of(const config::KeyringStore& store, const SecretReference& reference,
                           const Surroundings& around) {
  const std::string name = store.prefix + reference.path;
  PLUMB_TRY_ASSIGN(const ProgramOutput found,
                   around.run_whatever({{"keyctl", "search", store.keyring, "user", name}, called(reference)}));
  if (found.exit_code != 0) {
    const std::string words = complaint(found.errors);
    return fail(Code::kNoSuchSecret, called(reference) + ": the keyring " + store.keyring + " holds no key `" + name +
                                         "`" + (words.empty() ? "" : ": " + words))
        .hint("`keyctl padd user " + name + " " + store.keyring + " <FILE` lays one there");
  }
  const std::string number = found.text.substr(0, found.text.find('\n'));
  if (number.empty() || !std::all_of(number.begin(), number.end(), is_digit))
    return fail(Code::kSecretStore, called(reference) + ": `keyctl search` told no key's number");
  return around.run({{"keyctl", "pipe", number}, called(reference)});
}

}  // namespace

StoreClient::StoreClient(const config::SecretStores& stores, Folder project, Environment environment, std::string key,
                         int stop)
    : stores_(stores), around_(std::move(project), std::move(environment), std::move(key), stop) {
  for (const auto& [name, store] : stores_) {
    if (const auto* vault = std::get_if<config::VaultStore>(&store.what))
      vaults_.emplace(name, std::make_unique<Vault>(*vault, around_));
  }
}

void StoreClient::ask(std::span<const SecretReference> references) {
  struct Question {
    const config::SecretStore* store;
    const SecretReference* reference;
    Result<std::string> answer = std::string();
  };
  std::map<Place, Question> questions;
  for (const SecretReference& reference : references) {
    Place place{reference.store, reference.path, reference.version};
    const auto store = stores_.find(reference.store);
    if (store != stores_.end() && !told_.contains(place))
      questions.try_emplace(std::move(place), Question{&store->second, &reference});
  }
  std::vector<Question*> all;
  all.reserve(questions.size());
  for (auto& [place, question] : questions) all.push_back(&question);
  for_each_parallel(all.size(), kMostQuestions,
                    [&](std::size_t i) { all[i]->answer = whole(*all[i]->store, *all[i]->reference); });
  for (auto& [place, question] : questions) told_.emplace(place, std::move(question.answer));
}

Result<const config::SecretStore*> StoreClient::store_of(const SecretReference& reference) const {
  const auto store = stores_.find(reference.store);
  if (store != stores_.end()) return &store->second;
  std::vector<std::string> names;
  for (const auto& [name, unused] : stores_) names.push_back(name);
  const std::string near = nearest(reference.store, names);
  return Error(
      Diagnostic(Code::kSecretStore, "the project has no store of secrets `" + reference.store + "`")
          .with_hint(near.empty() ? "declare it under `secrets` in plumb.yaml" : "did you mean `" + near + "`?"));
}

Result<std::string> StoreClient::read(const SecretReference& reference) {
  PLUMB_TRY_ASSIGN(const config::SecretStore* store, store_of(reference));
  ask({&reference, 1});
  const Result<std::string>& told = told_.at({reference.store, reference.path, reference.version});
  if (!told || reference.field.empty()) return told;
  const auto* command = std::get_if<config::CommandStore>(&store->what);
  return field_of(*told, command == nullptr ? std::string() : command->select, reference);
}

Result<> StoreClient::write(const SecretReference& reference, const std::string& value) {
  PLUMB_TRY_ASSIGN(const config::SecretStore* store, store_of(reference));
  if (const std::string why = config::why_not_written(*store, reference); !why.empty())
    return fail(Code::kSecretGenerate, "the store `" + reference.store + "` " + why);
  // Else the store could not be read any more, with whatever lies beside it.
  if (!reference.field.empty() && !valid_utf8(value))
    return fail(Code::kSecretGenerate, "a field holds text, and the value for " + reference.str() + " is not UTF-8")
        .hint("keep it without a field of its own, or as base64");
  PLUMB_TRY(give(*store, reference, value));
  told_.erase({reference.store, reference.path, 0});
  const Result<std::string> kept = read(reference);
  if (!kept) return kept.error();
  if (*kept == value) return {};
  return fail(Code::kSecretGenerate, called(reference) + " was written, and the store gives back something else")
      .hint("what reads it and what writes it have to mean the same place");
}

Result<std::string> StoreClient::whole(const config::SecretStore& store, const SecretReference& reference) const {
  if (const std::string why = config::why_not_read(store, reference); !why.empty())
    return fail(Code::kSecretStore, "the store `" + reference.store + "` " + why);
  Result<std::string> text = std::visit(
      [&](const auto& what) -> Result<std::string> {
        using Store = std::decay_t<decltype(what)>;
        if constexpr (std::is_same_v<Store, config::EnvironmentStore>) return variable_of(what, reference, around_);
        if constexpr (std::is_same_v<Store, config::FileStore>) return read_file_store(what, reference, around_);
        if constexpr (std::is_same_v<Store, config::KeyringStore>) return key_of(what, reference, around_);
        if constexpr (std::is_same_v<Store, config::VaultStore>) return vaults_.at(reference.store)->read(reference);
        if constexpr (std::is_same_v<Store, config::CommandStore>)
          return around_.run(
              {with(what.run, kPathPlace, reference.path), called(reference), what.timeout_seconds, {}, what.absent});
      },
      store.what);
  if (!text) return text;
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  if (text->empty()) return fail(Code::kNoSuchSecret, called(reference) + " is empty");
  return text;
}

Result<> StoreClient::give(const config::SecretStore& store, const SecretReference& reference,
                           const std::string& value) const {
  if (std::holds_alternative<config::VaultStore>(store.what))
    return vaults_.at(reference.store)->write(reference, value);
  if (const auto* command = std::get_if<config::CommandStore>(&store.what)) {
    std::vector<std::string> arguments = with(command->write, kPathPlace, reference.path);
    const Result<std::string> done = around_.run(
        {with(std::move(arguments), kFieldPlace, reference.field), called(reference), command->timeout_seconds, value});
    return done ? Result<>() : Result<>(done.error());
  }
  return write_sealed(std::get<config::FileStore>(store.what), reference, value, around_);
}

}  // namespace plumb::secrets
