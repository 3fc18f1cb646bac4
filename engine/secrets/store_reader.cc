#include "engine/secrets/store_reader.h"

#include "engine/base/nearest.h"
#include "engine/base/outside_text.h"
#include "engine/base/pool.h"
#include "engine/base/replaced.h"
#include "engine/config/untyped.h"
#include "engine/lang/yaml.h"

namespace plumb::secrets {
namespace {

constexpr std::size_t kLargest = std::size_t{1} << 20;
constexpr std::size_t kShownErrors = 400;
constexpr std::size_t kMostQuestions = 8;  // at a time
constexpr std::string_view kPathPlace = "{path}";
// What a file of age begins with, bare and in armour.
constexpr std::string_view kAgeHead = "age-encryption.org/";
constexpr std::string_view kAgeArmour = "-----BEGIN AGE ENCRYPTED FILE-----";

std::string called(const config::SecretReference& reference) {
  return "`" + reference.path + "` of the store `" + reference.store + "`";
}

// What a program said on standard error, in one line; its answers stand on the other one.
std::string complaint(std::string errors) {
  while (!errors.empty() && (errors.back() == '\n' || errors.back() == '\r')) errors.pop_back();
  return outside_text(replaced(std::move(errors), "\n", "; "), kShownErrors);
}

const lang::Node* member_at(const lang::Node& root, std::string_view path) {
  const lang::Node* node = &root;
  while (true) {
    const std::size_t dot = path.find('.');
    if (!node->is_map()) return nullptr;
    const lang::Entry* entry = node->find(std::string(path.substr(0, dot)));
    if (entry == nullptr) return nullptr;
    node = &entry->value;
    if (dot == std::string_view::npos) return node;
    path.remove_prefix(dot + 1);
  }
}

// A text as it is, anything else as JSON.
std::string text_of(const lang::Node& node) {
  if (node.is_scalar()) return node.text;
  return config::untyped(node).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::string> field_of(const std::string& text, const std::string& select,
                             const config::SecretReference& reference) {
  // Messages of the reader would show what it read.
  Diagnostics unshown;
  const std::optional<lang::Node> root = lang::read_yaml("", text, unshown);
  if (!root || !root->is_map() || unshown.has_errors())
    return fail(Code::kNoSuchSecret, called(reference) + " is no JSON or YAML with fields");
  const lang::Node* within = select.empty() ? &*root : member_at(*root, select);
  if (within == nullptr) return fail(Code::kSecretStore, called(reference) + " has nothing at `" + select + "`");
  const lang::Node* field = member_at(*within, reference.field);
  if (field == nullptr || config::untyped(*field).is_null())
    return fail(Code::kNoSuchSecret, called(reference) + " has no field `" + reference.field + "`");
  std::string text_there = text_of(*field);
  if (text_there.empty())
    return fail(Code::kNoSuchSecret, "the field `" + reference.field + "` of " + called(reference) + " is empty");
  return text_there;
}

}  // namespace

void StoreReader::ask(std::span<const config::SecretReference> references) {
  struct Question {
    const config::SecretStore* store;
    const config::SecretReference* reference;
    Result<std::string> answer = std::string();
  };
  std::map<std::pair<std::string, std::string>, Question> questions;
  for (const config::SecretReference& reference : references) {
    const std::pair<std::string, std::string> key{reference.store, reference.path};
    const auto store = stores_.find(reference.store);
    if (store != stores_.end() && !told_.contains(key))
      questions.try_emplace(key, Question{&store->second, &reference});
  }
  std::vector<Question*> all;
  all.reserve(questions.size());
  for (auto& [key, question] : questions) all.push_back(&question);
  for_each_parallel(all.size(), kMostQuestions,
                    [&](std::size_t i) { all[i]->answer = whole(*all[i]->store, *all[i]->reference); });
  for (auto& [key, question] : questions) told_.emplace(key, std::move(question.answer));
}

Result<std::string> StoreReader::read(const config::SecretReference& reference) {
  const auto store = stores_.find(reference.store);
  if (store == stores_.end()) {
    std::vector<std::string> names;
    for (const auto& [name, unused] : stores_) names.push_back(name);
    const std::string near = nearest(reference.store, names);
    return Error(
        Diagnostic(Code::kSecretStore, "the project has no store of secrets `" + reference.store + "`")
            .with_hint(near.empty() ? "declare it under `secrets` in plumb.yaml" : "did you mean `" + near + "`?"));
  }
  ask({&reference, 1});
  const Result<std::string>& told = told_.at({reference.store, reference.path});
  if (!told || reference.field.empty()) return told;
  const auto* command = std::get_if<config::CommandStore>(&store->second.what);
  return field_of(*told, command == nullptr ? std::string() : command->select, reference);
}

Result<std::string> StoreReader::whole(const config::SecretStore& store,
                                       const config::SecretReference& reference) const {
  Result<std::string> text = std::visit(
      [&](const auto& what) {
        using Store = std::decay_t<decltype(what)>;
        if constexpr (std::is_same_v<Store, config::EnvironmentStore>) return variable(what, reference);
        if constexpr (std::is_same_v<Store, config::FileStore>) return file(what, reference);
        if constexpr (std::is_same_v<Store, config::CommandStore>) return command(what, reference);
      },
      store.what);
  if (!text) return text;
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  if (text->empty()) return fail(Code::kNoSuchSecret, called(reference) + " is empty");
  return text;
}

Result<std::string> StoreReader::variable(const config::EnvironmentStore& store,
                                          const config::SecretReference& reference) const {
  const std::string name = store.prefix + reference.path;
  std::optional<std::string> value = environment_ ? environment_(name) : std::nullopt;
  if (!value) return fail(Code::kNoSuchSecret, "the environment has no variable `" + name + "`");
  return std::move(*value);
}

std::filesystem::path StoreReader::place(const std::string& text) const {
  if (text.starts_with("~/") && environment_) {
    if (const std::optional<std::string> home = environment_("HOME"))
      return std::filesystem::path(*home) / text.substr(2);
  }
  // Programs are run in the project, from wherever we are.
  return project_.real().value_or(project_.path()) / text;
}

Result<std::string> StoreReader::file(const config::FileStore& store, const config::SecretReference& reference) const {
  const std::filesystem::path path = place(store.folder) / reference.path;
  const std::optional<FileStatus> status = project_.files().status(path);
  if (!status || status->type != EntryType::kFile)
    return fail(Code::kNoSuchSecret,
                called(reference) + (status ? ": no regular file is " : ": there is no file ") + path.string());
  if (store.form == config::FileStore::Form::kPlain) {
    Result<std::string> text = project_.files().read(path, kLargest);
    if (!text) return fail(Code::kSecretStore, called(reference) + ": " + text.error().summary());
    return text;
  }
  std::vector<std::string> arguments;
  if (store.form == config::FileStore::Form::kAge) {
    // age would say what stands in it, which is a secret that somebody forgot to encrypt.
    const Result<std::string> head = head_of(path);
    if (!head || !(head->starts_with(kAgeHead) || head->starts_with(kAgeArmour)))
      return fail(Code::kSecretStore, called(reference) + " is no file that age encrypted");
    arguments = {"age", "--decrypt"};
    if (!store.identity.empty()) {
      arguments.emplace_back("--identity");
      arguments.push_back(place(store.identity).string());
    }
  } else {
    arguments = {"sops", "--decrypt"};
    if (!reference.field.empty()) arguments.insert(arguments.end(), {"--output-type", "json"});
  }
  arguments.push_back(path.string());
  return run(std::move(arguments), reference, config::CommandStore().timeout_seconds);
}

Result<std::string> StoreReader::head_of(const std::filesystem::path& path) const {
  PLUMB_TRY_ASSIGN(const std::unique_ptr<FileStream> stream, project_.files().open(path));
  std::string head(kAgeArmour.size(), '\0');
  PLUMB_TRY_ASSIGN(const std::size_t size, stream->read(head.data(), head.size()));
  head.resize(size);
  return head;
}

Result<std::string> StoreReader::command(const config::CommandStore& store,
                                         const config::SecretReference& reference) const {
  std::vector<std::string> arguments = store.run;
  for (std::string& argument : arguments) argument = replaced(std::move(argument), kPathPlace, reference.path);
  return run(std::move(arguments), reference, store.timeout_seconds);
}

Result<std::string> StoreReader::run(std::vector<std::string> arguments, const config::SecretReference& reference,
                                     int timeout_seconds) const {
  const std::string program = arguments.front();
  if (!has_program(program))
    return Error(Diagnostic(Code::kSecretStore, called(reference) + ": there is no program `" + program + "` here")
                     .with_hint("install it, or correct PATH"));
  ProgramLimits limits;
  limits.time = std::chrono::seconds(timeout_seconds);
  limits.bytes = kLargest;
  limits.stop = stop_;
  PLUMB_TRY_ASSIGN(ProgramOutput output, project_.files().run(arguments, project_.path(), Code::kSecretStore, limits));
  if (output.exit_code == 0) return std::move(output.text);
  const std::string words = complaint(output.errors);
  return fail(Code::kSecretStore, called(reference) + ": `" + program + "` ended with " +
                                      std::to_string(output.exit_code) + (words.empty() ? "" : ": " + words));
}

// A folder of PATH may be far away.
bool StoreReader::has_program(const std::string& name) const {
  const std::lock_guard lock(programs_mutex_);
  const auto [known, is_new] = programs_.try_emplace(name, false);
  if (is_new) known->second = project_.files().has_program(name);
  return known->second;
}

}  // namespace plumb::secrets
