#include "engine/config/provider_package.h"

#include <algorithm>
#include <utility>

#include "engine/base/digest.h"
#include "engine/config/kind_schema.h"
#include "engine/config/module_store.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"
#include "engine/lang/yaml.h"

namespace plumb::config {
namespace {

using lang::Node;

constexpr std::size_t kLargestDescription = std::size_t{64} << 10;
constexpr const char* kTests = "tests";
constexpr const char* kCompiled = "__pycache__";

// All files of the folder that go with the provider.
class PackageFiles {
 public:
  explicit PackageFiles(Folder folder) : folder_(std::move(folder)) {}

  Result<std::map<std::string, std::string>> read() {
    PLUMB_TRY(look_into(""));
    return std::move(files_);
  }

 private:
  Result<> look_into(const std::filesystem::path& relative) {
    PLUMB_TRY_ASSIGN(const std::vector<FolderEntry> entries, (folder_ / relative).list(outside::kMostFiles * 4));
    for (const FolderEntry& entry : entries) {
      const bool left_out = entry.name.starts_with('.') || entry.name == kCompiled ||
                            (relative.empty() && (entry.name == kTests || entry.name == kProviderSignature));
      if (left_out) continue;
      PLUMB_TRY(look_at((relative / entry.name).generic_string(), entry.type));
    }
    return {};
  }

  Result<> look_at(const std::string& name, EntryType type) {
    if (type == EntryType::kFolder) return look_into(name);
    if (type != EntryType::kFile) return fail(Code::kBadProvider, "`" + name + "` is neither a file nor a folder");
    if (!outside::is_package_path(name))
      return fail(Code::kBadProvider, "a file has a name that none may have: `" + name + "`");
    if (files_.size() == outside::kMostFiles)
      return fail(Code::kBadProvider, "there are more than " + std::to_string(outside::kMostFiles) + " files");
    const Result<std::string> bytes = folder_.read(name, outside::kMostBytes - bytes_);
    if (!bytes && bytes.error().code() == Code::kYamlLimit)
      return fail(Code::kBadProvider, "its files have more than " + std::to_string(outside::kMostBytes >> 20) + " MiB");
    if (!bytes) return Error(bytes.error());
    bytes_ += bytes->size();
    files_.emplace(name, *bytes);
    return {};
  }

  Folder folder_;
  std::map<std::string, std::string> files_;
  std::size_t bytes_ = 0;
};

class PackageReader {
 public:
  PackageReader(const Folder& folder, std::string shown, const Registry& kinds, Diagnostics& diagnostics,
                lang::SourceMap& sources)
      : folder_(folder),
        name_(shown.empty() ? kProviderFile : shown + "/" + kProviderFile),
        shown_(std::move(shown)),
        kinds_(kinds),
        diagnostics_(diagnostics),
        sources_(sources) {}

  std::shared_ptr<const outside::Package> read() {
    const std::size_t before = diagnostics_.error_count();
    const std::optional<Node> root = read_description();
    if (!root) return nullptr;
    const Json& schema = builtin_schema("provider");
    ValidateOptions options;
    options.root = &schema;
    const SourceSpan where = root->is_map() ? root->span : SourceSpan{name_, 1, 1, 1, 1};
    const std::optional<Json> typed = validate(*root, schema, "a provider", where, options, diagnostics_);
    if (!typed) return nullptr;
    take(*root, *typed);
    if (diagnostics_.error_count() != before) return nullptr;
    return std::make_shared<const outside::Package>(std::move(package_));
  }

 private:
  void report(const SourceSpan& span, std::string summary, std::string label, std::string hint = {}) {
    diagnostics_.add(
        Diagnostic(Code::kBadProvider, std::move(summary)).at(span, std::move(label)).with_hint(std::move(hint)));
  }

  std::optional<Node> read_description() {
    Result<std::string> text = folder_.read(kProviderFile, kLargestDescription);
    if (!text) {
      diagnostics_.add(Diagnostic(Code::kBadProvider, "`" + shown_ + "` is no provider: " + text.error().summary())
                           .with_hint("a provider is a folder with a " + std::string(kProviderFile)));
      return std::nullopt;
    }
    std::optional<Node> root = lang::read_yaml(name_, *text, diagnostics_);
    sources_.add(name_, std::move(*text));
    return root;
  }

  const SourceSpan& span_of(const Node& root, const char* key) const {
    const lang::Entry* entry = root.find(key);
    return entry == nullptr ? root.span : entry->value.span;
  }

  void take(const Node& root, const Json& typed) {
    package_.name = typed["name"].get<std::string>();
    package_.version = typed["version"].get<std::string>();
    package_.description = typed.value("description", std::string());
    package_.on_controller = typed.value("runs", std::string("host")) == "controller";
    package_.images = typed.value("images", false);
    const Json limits = typed.value("limits", Json::object());
    package_.observe_seconds = limits.value("observe", package_.observe_seconds);
    package_.apply_seconds = limits.value("apply", package_.apply_seconds);
    if (const auto memory = limits.find("memory"); memory != limits.end())
      package_.memory_mib = static_cast<int>(memory->get<std::int64_t>() >> 20);
    take_protocol(span_of(root, "protocol"), typed["protocol"]);
    Result<std::map<std::string, std::string>> files = PackageFiles(folder_).read();
    if (!files)
      return report(root.span,
                    "the files of the provider `" + package_.name + "` cannot be taken: " + files.error().summary(),
                    "this provider");
    package_.files = std::move(*files);
    package_.digest = digest(outside::pack(package_.files));
    for (const Json& word : typed["command"]) take_word(span_of(root, "command"), word.get<std::string>());
    if (typed["kinds"].size() > outside::kMostKinds)
      return report(span_of(root, "kinds"), "a provider has at most " + std::to_string(outside::kMostKinds) + " kinds",
                    "too many");
    for (const lang::Entry& entry : root.find("kinds")->value.entries) take_kind(entry, typed["kinds"][entry.key]);
  }

  void take_protocol(const SourceSpan& span, const Json& given) {
    const int first = given.is_array() ? given[0].get<int>() : given.get<int>();
    const int last = given.is_array() ? given[1].get<int>() : first;
    package_.protocol = std::min(last, outside::kLastProtocol);
    if (first <= last && package_.protocol >= std::max(first, outside::kFirstProtocol)) return;
    const std::string theirs = std::to_string(first) + (first == last ? "" : " to " + std::to_string(last));
    report(span, "the provider `" + package_.name + "` speaks version " + theirs + " of the provider protocol",
           "this plumb speaks version " + std::to_string(outside::kLastProtocol),
           first > outside::kLastProtocol ? "a newer plumb speaks it" : "a newer version of the provider speaks it");
  }

  void take_word(const SourceSpan& span, const std::string& word) {
    if (word.starts_with("./") && !package_.files.contains(word.substr(2)))
      return report(span, "`command` names `" + word + "`, and the provider has no such file", "not in the folder");
    package_.command.push_back(word);
  }

  void take_kind(const lang::Entry& entry, const Json& typed) {
    if (const Kind* known = kinds_.find(entry.key)) {
      const std::string whose =
          known->package == nullptr ? "is one of plumb's own" : "is one of " + known->package->str();
      return report(entry.key_span, "the kind `" + entry.key + "` " + whose, "needs another name");
    }
    if (is_word_of_resources(entry.key)) {
      return report(entry.key_span, "`" + entry.key + "` is a word of the language, and no name of a kind",
                    "needs another name");
    }
    const SourceSpan& span = span_of(entry.value, "schema");
    const std::string file = typed["schema"].get<std::string>();
    const auto found = package_.files.find(file.starts_with("./") ? file.substr(2) : file);
    if (found == package_.files.end())
      return report(span, "the schema of `" + entry.key + "` is not there", "no file of the provider");
    if (found->second.size() > outside::kLargestSchema)
      return report(span, "the schema of `" + entry.key + "` is too large",
                    "more than " + std::to_string(outside::kLargestSchema >> 10) + " KiB");
    Result<Json> schema =
        parse_json(found->second, Code::kBadProvider, {.bytes = outside::kLargestSchema, .depth = 48});
    if (schema) schema = kind_schema(entry.key, std::move(*schema), package_.on_controller);
    if (!schema) {
      return report(span, found->first + ": " + schema.error().summary(), "the schema of `" + entry.key + "`",
                    schema.error().diagnostic().hint);
    }
    package_.kinds.push_back({entry.key, canonical(*schema), typed.value("undo", true)});
  }

  const Folder folder_;
  const std::string name_;
  const std::string shown_;
  const Registry& kinds_;
  Diagnostics& diagnostics_;
  lang::SourceMap& sources_;
  outside::Package package_;
};

}  // namespace

std::shared_ptr<const outside::Package> read_provider_package(const Folder& folder, const std::string& shown,
                                                              const Registry& kinds, Diagnostics& diagnostics,
                                                              lang::SourceMap& sources) {
  return PackageReader(folder, shown, kinds, diagnostics, sources).read();
}

}  // namespace plumb::config
