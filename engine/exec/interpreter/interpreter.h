// The one interpreter of operations: what providers decide, this does. Nothing else in the executor changes the host.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "engine/base/hidden_texts.h"
#include "engine/base/sealed.h"
#include "engine/exec/blobs.h"
#include "engine/exec/interpreter/file_writer.h"
#include "engine/exec/interpreter/folders.h"
#include "engine/exec/local_system.h"
#include "providers/outside/outside_provider.h"
#include "providers/sdk/managers.h"

namespace plumb::exec {

// Sensitive values, sealed and open. They are put into an operation just before it runs and taken out of whatever is
// said afterwards.
class Secrets {
 public:
  Secrets() = default;
  // As the controller sends them; what is no sealed value is left out. `hidden`: all that is to be taken out.
  explicit Secrets(const std::map<std::string, Json>& encoded, HiddenTexts hidden = {});

  // The operation with values in the places of those that are `marked`, which are the sealed values of its resource;
  // any other text is somebody's own and stays, whatever it looks like. kSecretUnresolved where a value is missing, or
  // where one stands that only a sealed value can be and that is not marked.
  Result<Operation> reveal(const Operation& operation, const std::set<Sealed>& marked) const;
  // Text that may be shown.
  std::string hide(std::string text) const { return hidden_.hide(std::move(text)); }
  const HiddenTexts& hidden() const { return hidden_; }

 private:
  Result<> reveal(Json& value, const std::set<Sealed>& marked) const;
  Result<> reveal_map(Json& body, const char* sealed_name, const char* name, const std::set<Sealed>& marked) const;
  Result<> reveal_run(Json& body, const std::set<Sealed>& marked) const;

  std::map<Sealed, Json> values_;
  HiddenTexts hidden_;
};

class Interpreter {
 public:
  Interpreter(LocalSystem& system, const Managers& managers, const BlobStore& blobs, Secrets secrets,
              const std::string& token);

  // Does it, with the sealed values of its resource revealed. What programs print is added to `output`. Folders that
  // changed are only noted: the caller syncs them.
  Result<> run(const Operation& operation, const std::set<Sealed>& marked, std::string& output);

  // Of the host, which the caller has to see to once all that was done is recorded; nothing where none was asked for.
  const std::optional<Reboot>& restart() const { return restart_; }

  // Asked between the tries of a probe, which may wait long; true ends it.
  void set_stop(std::function<bool()> wants_stop) { wants_stop_ = std::move(wants_stop); }

  // Kinds from outside are among them; and what has those done whose providers run on the controller. Both may be null
  // and outlive this.
  void set_providers(const Registry* kinds, outside::Elsewhere* elsewhere) {
    kinds_ = kinds;
    elsewhere_ = elsewhere;
  }

  FileWriter& writer() { return writer_; }
  FolderSync& folders() { return folders_; }
  const Secrets& secrets() const { return secrets_; }

 private:
  Result<> apply(const WriteFile& operation, std::string& output);
  Result<> apply(const EditFile& operation, std::string& output);
  Result<> apply(const MakeDirectory& operation, std::string& output);
  Result<> apply(const MakeLink& operation, std::string& output);
  Result<> apply(const Remove& operation, std::string& output);
  Result<> apply(const SetAttributes& operation, std::string& output);
  Result<> apply(const Run& operation, std::string& output);
  Result<> apply(const PackageTransaction& operation, std::string& output);
  Result<> apply(const ServiceAction& operation, std::string& output);
  Result<> apply(const EditDatabase& operation, std::string& output);
  Result<> apply(const Probe& operation, std::string& output);
  Result<> apply(const SetKernelValue& operation, std::string& output);
  Result<> apply(const ChangeMount& operation, std::string& output);
  Result<> apply(const ChangeSwap& operation, std::string& output);
  Result<> apply(const ChangeModule& operation, std::string& output);
  Result<> apply(const Fetch& operation, std::string& output);
  Result<> apply(const Unpack& operation, std::string& output);
  Result<> apply(const ChangeFirewall& operation, std::string& output);
  Result<> apply(const Wait& operation, std::string& output);
  Result<> apply(const Reboot& operation, std::string& output);
  Result<> apply(const Call& operation, std::string& output);
  Result<> apply(const CallProvider& operation, std::string& output);

  LocalSystem& system_;
  const Managers& managers_;
  const BlobStore& blobs_;
  Secrets secrets_;
  FileWriter writer_;
  FolderSync folders_;
  std::function<bool()> wants_stop_ = [] { return false; };
  std::optional<Reboot> restart_;
  const Registry* kinds_ = nullptr;
  outside::Elsewhere* elsewhere_ = nullptr;
};

}  // namespace plumb::exec
