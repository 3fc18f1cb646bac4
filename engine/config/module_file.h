// One file of a module, read as far as it can be without any other: text, tree, shape and inputs. So many files can be
// read at the same time.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/files.h"
#include "engine/config/parsed.h"
#include "engine/config/policy_bundles.h"
#include "engine/config/retention.h"
#include "engine/config/rollout.h"
#include "engine/config/secret_stores.h"
#include "engine/config/trust.h"
#include "engine/lang/source.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

class Rules;

enum class FileShape { kProject, kModule, kIncluded };

struct ModuleFile {
  std::optional<lang::Node> root;  // a map; nothing where there is none to go on with
  std::vector<Input> inputs;       // in the order of the file
  std::optional<Rollout> rollout;
  std::optional<Retention> retention;
  std::optional<std::int64_t> max_fact_age;  // seconds
  std::optional<TrustRules> trust;
  std::vector<PolicyBundle> policy;
  SecretStores secrets;
  Diagnostics diagnostics;
  lang::SourceMap sources;
  int broken_from = 0;  // the first line that cannot be read, of a file that is there in part; 0 of a whole one
};

// What the files' schema asks for, made once for the files that are read together: each asks for the same few rules of
// the many that the schema holds. Any thread may read by it.
class FileRules {
 public:
  FileRules();
  FileRules(const FileRules&) = delete;
  FileRules& operator=(const FileRules&) = delete;
  ~FileRules();

  // Those that nobody else has at the moment; who takes them gives them back.
  std::unique_ptr<Rules> take();
  void give_back(std::unique_ptr<Rules> rules);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Rules>> free_;
};

// `name` is relative to the project, and what messages call the file. That it cannot be read is told at `asked_at`.
ModuleFile read_module_file(const Folder& project, const std::string& name, FileShape shape,
                            const std::optional<SourceSpan>& asked_at, FileRules& rules);

// The project's schema with resources, uses, readings and values left open: each is read by its own rules.
const Json& file_schema();

}  // namespace plumb::config
