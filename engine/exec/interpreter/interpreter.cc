#include "engine/exec/interpreter/interpreter.h"

#include "engine/exec/interpreter/database.h"
#include "engine/exec/interpreter/fetch.h"
#include "engine/exec/interpreter/firewalls.h"
#include "engine/exec/interpreter/kernel.h"
#include "engine/exec/interpreter/packages.h"
#include "engine/exec/interpreter/probe.h"
#include "engine/exec/interpreter/programs.h"
#include "engine/exec/interpreter/providers.h"
#include "engine/exec/interpreter/restart.h"
#include "engine/exec/interpreter/services.h"
#include "engine/exec/interpreter/tree_operations.h"
#include "engine/exec/interpreter/unpack.h"
#include "providers/sdk/calling.h"

namespace plumb::exec {
namespace {

Error no_manager(const std::string& of, const std::string& name) {
  return fail(Code::kNoBackEnd,
              name.empty() ? "this host's " + of + " are not handled" : of + " of `" + name + "` are not handled");
}

}  // namespace

Secrets::Secrets(const std::map<std::string, Json>& encoded, HiddenTexts hidden) : hidden_(std::move(hidden)) {
  for (const auto& [text, value] : encoded) {
    const auto sealed = Sealed::decode(text);
    if (!sealed) continue;
    values_.emplace(*sealed, value);
    hidden_.add(value);
  }
}

Result<> Secrets::reveal(Json& value, const std::set<Sealed>& marked) const {
  if (value.is_string()) {
    const auto sealed = Sealed::decode(value.get_ref<const std::string&>());
    if (!sealed || !marked.contains(*sealed)) return {};
    const auto found = values_.find(*sealed);
    if (found == values_.end()) return fail(Code::kSecretUnresolved, "a sensitive value was not sent");
    value = found->second;
  } else if (value.is_structured()) {
    for (Json& item : value) PLUMB_TRY(reveal(item, marked));
  }
  return {};
}

// A map that stands sealed as a whole beside the one that it is merged over.
Result<> Secrets::reveal_map(Json& body, const char* sealed_name, const char* name,
                             const std::set<Sealed>& marked) const {
  if (!body.contains(sealed_name)) return {};
  Json sealed = body[sealed_name];
  PLUMB_TRY(reveal(sealed, marked));
  if (!sealed.is_object())
    return fail(Code::kSecretUnresolved, "what is sealed for `" + std::string(name) + "` is no map");
  Json& map = body[name];
  if (map.is_null()) map = Json::object();
  map.update(sealed);
  body.erase(sealed_name);
  return {};
}

// What stands sealed as a whole: a list or a text in the place of argv, a map beside env (see Run).
Result<> Secrets::reveal_run(Json& body, const std::set<Sealed>& marked) const {
  const Json argv = body.value("argv", Json::array());
  if (argv.size() == 1 && argv[0].is_string()) {
    Json value = argv[0];
    PLUMB_TRY(reveal(value, marked));
    if (value != argv[0]) {
      body.erase("argv");
      // Named first: the value is moved out before the place is looked for.
      const char* place = value.is_array() ? "argv" : "script";
      body[place] = std::move(value);
    }
  }
  return reveal_map(body, "sealed_env", "env", marked);
}

Result<Operation> Secrets::reveal(const Operation& operation, const std::set<Sealed>& marked) const {
  // What the controller does it has the values for.
  if (const auto* provider = std::get_if<CallProvider>(&operation); provider != nullptr && provider->on_controller)
    return operation;
  // Only what holds a map that is sealed as a whole must not run as it stands.
  const auto* run = std::get_if<Run>(&operation);
  const auto* fetch = std::get_if<Fetch>(&operation);
  const auto* call = std::get_if<Call>(&operation);
  const bool has_sealed_map = (run != nullptr && !run->sealed_env.empty()) ||
                              (fetch != nullptr && !fetch->sealed_headers.empty()) ||
                              (call != nullptr && !call->sealed_headers.empty());
  if (marked.empty() && !has_sealed_map) return operation;
  Json json = to_json(operation);
  Json& body = json.begin().value();
  // The content of a file stays a digest: its bytes are a blob.
  const bool has_content = content_of(operation) != nullptr;
  if (run != nullptr) PLUMB_TRY(reveal_run(body, marked));
  if (fetch != nullptr || call != nullptr) PLUMB_TRY(reveal_map(body, "sealed_headers", "headers", marked));
  for (auto& [name, value] : body.get_ref<Json::object_t&>()) {
    if (!(has_content && name == "content")) PLUMB_TRY(reveal(value, marked));
  }
  return operation_from_json(json);
}

Interpreter::Interpreter(LocalSystem& system, const Managers& managers, const BlobStore& blobs, Secrets secrets,
                         const std::string& token)
    : system_(system),
      managers_(managers),
      blobs_(blobs),
      secrets_(std::move(secrets)),
      writer_(system, blobs, token) {}

Result<> Interpreter::run(const Operation& operation, const std::set<Sealed>& marked, std::string& output) {
  PLUMB_TRY_ASSIGN(const Operation revealed, secrets_.reveal(operation, marked));
  return std::visit([&](const auto& known) { return apply(known, output); }, revealed);
}

Result<> Interpreter::apply(const WriteFile& operation, std::string& output) {
  StagingFolder folder;
  PLUMB_TRY_ASSIGN(StagedFile staged, writer_.stage(operation, folder, output));
  const int file = staged.file.get();
  PLUMB_TRY(sync_together({&file, 1}));
  return writer_.commit(staged, folders_);
}

Result<> Interpreter::apply(const EditFile& operation, std::string& output) {
  StagingFolder folder;
  PLUMB_TRY_ASSIGN(std::optional<StagedFile> staged, writer_.stage({&operation, 1}, folder, output));
  if (!staged) return {};
  const int file = staged->file.get();
  PLUMB_TRY(sync_together({&file, 1}));
  return writer_.commit(*staged, folders_);
}

Result<> Interpreter::apply(const MakeDirectory& operation, std::string&) {
  return make_directory(system_, writer_, operation, folders_);
}

Result<> Interpreter::apply(const MakeLink& operation, std::string&) {
  return make_link(system_, writer_, operation, folders_);
}

Result<> Interpreter::apply(const Remove& operation, std::string&) {
  return remove(system_, writer_, operation, folders_);
}

Result<> Interpreter::apply(const SetAttributes& operation, std::string&) {
  return set_attributes(system_, operation);
}

Result<> Interpreter::apply(const Run& operation, std::string& output) {
  system_.seen().forget();
  return run_operation(system_, operation, output);
}

Result<> Interpreter::apply(const PackageTransaction& operation, std::string& output) {
  const PackageManager* manager = managers_.packages(operation.manager);
  if (manager == nullptr) return no_manager("packages", operation.manager);
  system_.seen().forget();
  return change_packages(system_, *manager, operation, output);
}

Result<> Interpreter::apply(const ServiceAction& operation, std::string& output) {
  PLUMB_TRY_ASSIGN(const ServiceManager* manager, managers_.services(operation.manager, system_));
  if (manager == nullptr) return no_manager("services", operation.manager);
  system_.seen().forget();
  return change_service(system_, *manager, operation, output);
}

Result<> Interpreter::apply(const EditDatabase& operation, std::string&) {
  return edit_database(system_, operation);
}

Result<> Interpreter::apply(const Probe& operation, std::string& output) {
  return run_probe(system_, operation, wants_stop_, output);
}

Result<> Interpreter::apply(const Wait& operation, std::string& output) {
  system_.seen().forget();
  return run_wait(system_, operation, wants_stop_, output);
}

Result<> Interpreter::apply(const Reboot& operation, std::string&) {
  PLUMB_TRY(check_can_restart(system_));
  restart_ = operation;
  return {};
}

Result<> Interpreter::apply(const Call& operation, std::string&) {
  PLUMB_TRY_ASSIGN(const CallAnswer answer, call_server(system_, operation, false));
  const std::string why = why_not(operation, answer);
  if (why.empty()) return {};
  return fail(Code::kOperation, operation.method + " " + operation.url + " did not go well: " + why);
}

Result<> Interpreter::apply(const CallProvider& operation, std::string& output) {
  const Kind* kind = kinds_ == nullptr ? nullptr : kinds_->find(operation.kind);
  if (kind == nullptr || kind->package == nullptr || kind->package->digest != operation.package) {
    return fail(Code::kProviderFailed, "the provider `" + operation.provider +
                                           "` that the plan was made with is not the one that was brought here");
  }
  system_.seen().forget();
  return call_provider(system_, *kind->package, operation, elsewhere_, output);
}

Result<> Interpreter::apply(const SetKernelValue& operation, std::string&) {
  return set_kernel_value(system_, operation);
}

Result<> Interpreter::apply(const ChangeMount& operation, std::string& output) {
  system_.seen().forget();
  return change_mount(system_, writer_, operation, folders_, output);
}

Result<> Interpreter::apply(const ChangeSwap& operation, std::string& output) {
  return change_swap(system_, writer_, operation, folders_, output);
}

Result<> Interpreter::apply(const ChangeModule& operation, std::string& output) {
  return change_module(system_, operation, output);
}

Result<> Interpreter::apply(const Fetch& operation, std::string& output) {
  StagingFolder folder;
  const auto fill = [&](int file) { return fetch_into(system_, operation, file); };
  PLUMB_TRY_ASSIGN(StagedFile staged, writer_.stage(operation, fill, folder, output));
  const int file = staged.file.get();
  PLUMB_TRY(sync_together({&file, 1}));
  return writer_.commit(staged, folders_);
}

Result<> Interpreter::apply(const Unpack& operation, std::string&) {
  return unpack(system_, blobs_, writer_, operation, folders_);
}

Result<> Interpreter::apply(const ChangeFirewall& operation, std::string& output) {
  const FirewallManager* manager = managers_.firewalls(operation.manager);
  if (manager == nullptr) return no_manager("firewalls", operation.manager);
  system_.seen().forget();
  return change_firewall(system_, *manager, operation, output);
}

}  // namespace plumb::exec
