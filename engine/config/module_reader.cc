#include "engine/config/module_reader.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/base/pool.h"
#include "engine/config/around.h"
#include "engine/config/body.h"
#include "engine/config/body_declarations.h"
#include "engine/config/check.h"
#include "engine/config/checks_and_outputs.h"
#include "engine/config/data_files.h"
#include "engine/config/document.h"
#include "engine/config/include.h"
#include "engine/config/inner_references.h"
#include "engine/config/module_names.h"
#include "engine/config/moves.h"
#include "engine/config/reading.h"
#include "engine/config/validate.h"
#include "engine/lang/yaml.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;
namespace fs = std::filesystem;

constexpr std::string_view kRootFile = "plumb";
constexpr std::size_t kDeepestModules = 32;

bool stands_alone(const ModuleFile& file) {
  if (!file.root || file.root->find("include") != nullptr) return false;
  const Entry* resources = file.root->find("resources");
  return resources == nullptr || uses_in(resources->value).empty();
}

}  // namespace

void ModuleReader::report(Code code, std::string summary, const SourceSpan& span, std::string label, std::string hint) {
  diagnostics_.add(Diagnostic(code, std::move(summary)).at(span, std::move(label)).with_hint(std::move(hint)));
}

// One module's files, read into it.
class ModuleReader::Document {
 public:
  Document(ModuleReader& reader, ParsedModule& module, FileShape shape)
      : reader_(reader),
        module_(module),
        shape_(shape),
        folder_{reader.project_, module.folder},
        diagnostics_(reader.diagnostics_) {}

  std::string name() const { return name_; }

  // `name` is relative to the module's folder; `included_at` is empty for the first file.
  bool read(const std::string& name, const std::optional<SourceSpan>& included_at) {
    if (!included_at) {
      first_ = name;
    } else if (!is_to_be_included(name, *included_at)) {
      return true;
    }
    const FileShape shape = included_at ? FileShape::kIncluded : shape_;
    ModuleFile file = reader_.read_file(folder_.in_project(name), shape, included_at);
    if (!file.root) return false;
    take(std::move(file), shape);
    return true;
  }

 private:
  // Each file once, by whatever path. Most modules include nothing and need not ask where their file really is.
  bool is_to_be_included(const std::string& name, const SourceSpan& included_at) {
    const Folder own = folder_.own();
    if (read_.empty()) {
      if (auto first = own.real(first_)) read_.insert(std::move(*first));
    }
    const std::optional<fs::path> real = own.real(name);
    if (!real) return true;
    if (!read_.insert(*real).second) return false;
    if (const auto root = own.real(); root && is_within(*real, *root)) return true;
    diagnostics_.add(Diagnostic(Code::kOutsideProject, "an include must lie in the project folder")
                         .at(included_at, "a link leads out of it"));
    return false;
  }

  // Where they are values that a resource is given. One that stands there twice is one input.
  void take_secrets(Node& root) {
    constexpr std::array<std::string_view, 4> kGiving = {"env", "resources", "rollout", "values"};
    for (Entry& entry : root.entries) {
      if (std::find(kGiving.begin(), kGiving.end(), entry.key) == kGiving.end()) continue;
      if (shape_ == FileShape::kModule) {
        refuse_inner_references(entry.value, diagnostics_);
        continue;
      }
      for (Input& input : take_inner_references(entry.value, diagnostics_))
        module_.inputs.try_emplace(input.name, std::move(input));
    }
  }

  void take(ModuleFile file, FileShape shape) {
    take_secrets(*file.root);
    const Node& root = *file.root;
    if (const Entry* project = root.find("project"); project != nullptr && shape != FileShape::kIncluded)
      name_ = project->value.text;
    if (const Entry* text = root.find("description"); text != nullptr) module_.description = text->value.text;
    if (file.rollout) reader_.rollout_ = std::move(file.rollout);
    if (file.retention) reader_.retention_ = file.retention;
    if (file.max_fact_age) reader_.max_fact_age_ = file.max_fact_age;
    if (file.trust) reader_.trust_ = std::move(file.trust);
    if (!file.secrets.empty()) reader_.secrets_ = std::move(file.secrets);
    if (!file.policy.empty()) reader_.policy_ = std::move(file.policy);
    for (Input& input : file.inputs) take_input(std::move(input));
    if (const Entry* data = root.find("data")) read_data_files(data->value);
    if (const Entry* values = root.find("values")) read_values(values->value);
    if (const Entry* from = root.find("values_from"))
      read_values_from(from->value, folder_, module_.values_from, diagnostics_, reader_.sources_);
    if (const Entry* readings = root.find("readings")) read_readings(readings->value);
    if (const Entry* facts = root.find("facts")) read_local_facts(facts->value);
    if (const Entry* env = root.find("env"); env != nullptr && shape == FileShape::kProject)
      module_.env = ParsedValue{env->key_span, std::make_shared<const Node>(env->value)};
    if (const Entry* outputs = root.find("outputs")) read_outputs(outputs->value);
    if (const Entry* checks = root.find("checks")) read_checks(checks->value, module_.checks);
    if (const Entry* moved = root.find("moved")) read_moves(moved->value, module_.moves, diagnostics_);
    const Entry* rollout = shape == FileShape::kProject ? root.find("rollout") : nullptr;
    if (const Entry* around = rollout == nullptr ? nullptr : rollout->value.find("around"))
      module_.around = read_around(around->value, folder_, reader_.kinds_, diagnostics_, reader_.sources_);
    if (const Entry* providers = root.find("providers"); providers != nullptr && shape == FileShape::kProject)
      note_providers(providers->value);
    if (const Entry* include = root.find("include")) read_includes(include->value);
    for (Entry& entry : file.root->entries) {
      if (entry.key == "resources") read_body(entry.value);
    }
  }

  // They are locked and fetched as modules are. What is wrong with them is told by who reads them.
  void note_providers(const Node& providers) {
    Diagnostics untold;
    for (const Entry& entry : providers.entries) {
      if (!entry.value.is_map()) continue;
      if (const std::optional<GitSource> source = read_git_source(entry.value, untold))
        reader_.git_uses_.push_back({entry.key, *source, entry.value.span, ModuleState::kReady, {}});
    }
  }

  void take_input(Input&& input) {
    const auto [place, added] = module_.inputs.try_emplace(input.name, std::move(input));
    if (!added) declared_twice("input", input.name, input.span, place->second.span);
  }

  void declared_twice(const std::string& what, const std::string& name, const SourceSpan& span,
                      const SourceSpan& first) {
    diagnostics_.add(Diagnostic(Code::kDuplicateKey, "the " + what + " `" + name + "` is declared twice")
                         .at(span, "a second time here")
                         .with_related(first, "first here"));
  }

  void read_data_files(const Node& data) {
    for (const Entry& entry : data.entries) {
      const auto [place, added] =
          module_.data.try_emplace(entry.key, read_data(entry, folder_, diagnostics_, reader_.sources_));
      if (!added) declared_twice("data", entry.key, entry.key_span, place->second.span);
    }
  }

  void read_values(const Node& values) {
    for (const Entry& entry : values.entries) {
      const auto [place, added] =
          module_.values.try_emplace(entry.key, ParsedValue{entry.key_span, std::make_shared<const Node>(entry.value)});
      if (!added) declared_twice("value", entry.key, entry.key_span, place->second.span);
    }
  }

  void read_outputs(const Node& outputs) {
    for (const Entry& entry : outputs.entries) {
      const auto [place, added] = module_.outputs.try_emplace(entry.key, read_output(entry, diagnostics_));
      if (!added) declared_twice("output", entry.key, entry.key_span, place->second.span);
    }
  }

  void read_readings(const Node& readings) {
    for (const Entry& entry : readings.entries) {
      ParsedReading reading = read_reading(entry, diagnostics_);
      const auto [place, added] = module_.readings.try_emplace(entry.key, std::move(reading));
      if (!added) declared_twice("reading", entry.key, entry.key_span, place->second.value.span);
    }
  }

  void read_local_facts(const Node& facts) {
    for (const Entry& entry : facts.entries) {
      ParsedReading fact = read_local_fact(entry, diagnostics_);
      const auto [place, added] = module_.readings.try_emplace(local_fact_name(entry.key), std::move(fact));
      if (!added) declared_twice("fact", entry.key, entry.key_span, place->second.value.span);
    }
  }

  void read_includes(const Node& include) {
    for (const Node& item : include.items) {
      if (!item.is_scalar() || item.text.empty()) continue;
      Result<std::vector<std::string>> files = find_included(folder_.own(), item.text);
      if (!files) {
        Diagnostic diagnostic = files.error().diagnostic();
        diagnostic.span = item.span;
        diagnostics_.add(std::move(diagnostic));
        continue;
      }
      std::set<std::string> names;
      for (const std::string& file : *files) names.insert(folder_.in_project(file));
      reader_.read_ahead(names, FileShape::kIncluded, item.span);
      for (const std::string& file : *files) read(file, item.span);
    }
  }

  // Takes what calls are given; nothing else is read of `resources` afterwards.
  void read_body(Node& resources) {
    reader_.prepare_all(reader_.folders_used(resources, folder_));
    const std::vector<BodyEntry> entries = open_body(resources, reader_.kinds_, module_.blocks, diagnostics_);
    std::map<const Node*, With> given = take_given(entries);
    std::vector<std::optional<BodyDeclaration>> declarations = read_body_declarations(
        entries, folder_, reader_.rules_, module_.blocks, reader_.sources_, reader_.kept(module_.folder));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Node* const node = entries[i].node;
      const BlockIndex block = entries[i].block;
      if (is_use(*node)) {
        read_use(*node, block, std::move(given.at(node)));
      } else if (std::optional<BodyDeclaration>& read = declarations[i]) {
        diagnostics_.extend(std::move(read->diagnostics));
        reader_.sources_.extend(std::move(read->sources));
        if (read->written != nullptr) module_.body.emplace_back(std::move(read->written));
      }
    }
  }

  using With = std::map<std::string, ParsedGiven>;

  // What each use gives, on all cores: a project may give tens of thousands of inputs.
  static std::map<const Node*, With> take_given(const std::vector<BodyEntry>& entries) {
    std::vector<std::pair<Node*, With>> uses;
    for (const BodyEntry& entry : entries) {
      if (is_use(*entry.node)) uses.emplace_back(entry.node, With());
    }
    compute_each(uses.size(), [&](std::size_t i) { uses[i].second = take_with(*uses[i].first); });
    return {std::make_move_iterator(uses.begin()), std::make_move_iterator(uses.end())};
  }

  static With take_with(Node& use) {
    With with;
    for (Entry& own : use.entries) {
      if (own.key != "with") continue;
      const auto all = std::make_shared<std::vector<Entry>>(std::move(own.value.entries));
      for (Entry& entry : *all) {
        with.try_emplace(std::move(entry.key), ParsedGiven{std::move(entry.key_span), WrittenValue(all, &entry.value)});
      }
    }
    return with;
  }

  void read_use(const Node& node, BlockIndex block, With with) {
    const std::size_t before = diagnostics_.error_count();
    check_use(node);
    ParsedCall call;
    const Node& source = node.entries.front().value;
    call.span = source.is_null() ? node.entries.front().key_span : source.span;
    call.placement = read_placement(node, diagnostics_);
    call.with = std::move(with);
    if (const Entry* tags = node.find("tags"); tags != nullptr) {
      for (const Node& tag : tags->value.items) call.tags.insert(tag.text);
    }
    put_in_block(call, block, module_.blocks);
    call.name = name_of(source, call);
    call.module = reader_.use(source, folder_, call.name);
    call.broken = diagnostics_.error_count() != before || call.module == nullptr;
    check_module_name(call);
    module_.body.emplace_back(std::make_shared<const ParsedCall>(std::move(call)));
  }

  // The keys of a use; those with expressions are checked with them.
  void check_use(const Node& node) {
    Node literal;
    literal.kind = Node::Kind::kMap;
    literal.span = node.span;
    for (const Entry& entry : node.entries) {
      const bool literal_only = entry.key == "use" || entry.key == "tags";
      const bool later = entry.key == "with" || is_no_loop(entry) || (!literal_only && may_be_dynamic(entry.value));
      if (!later) literal.entries.push_back(entry);
    }
    if (const Entry* with = node.find("with"); with != nullptr && !with->value.is_map()) {
      reader_.report(Code::kWrongType, "`with` must be a map",
                     with->value.is_null() ? with->key_span : with->value.span, "expected the module's inputs");
    }
    ValidateOptions options;
    options.root = &file_schema();
    validate(literal, file_schema()["definitions"]["use"], "`use`", node.entries.front().key_span, options,
             diagnostics_);
  }

  // The last part of what is used, or a literal id.
  static std::string name_of(const Node& source, const ParsedCall& call) {
    if (call.placement.id && !may_be_dynamic(*call.placement.id)) return call.placement.id->text;
    std::string text = source.text;
    if (const Entry* git = source.find("git")) text = git->value.text;
    if (const Entry* path = source.find("path")) text = path->value.text;
    while (text.ends_with('/')) text.pop_back();
    text = text.substr(text.rfind('/') + 1);
    if (text.ends_with(".git")) text.resize(text.size() - 4);
    return text;
  }

  // Names make addresses and `modules.NAME`: two of one name on different hosts are as good as two.
  void check_module_name(const ParsedCall& call) {
    const auto [first, added] = called_.try_emplace(call.name, call.span);
    if (added) return;
    diagnostics_.add(Diagnostic(Code::kDuplicateAddress, "two modules are called `" + call.name + "` here")
                         .at(call.span, "the second one")
                         .with_related(first->second, "the first one")
                         .with_hint("give one of them an `id` that stands there as it is; one that is worked out does "
                                    "not tell them apart for `modules.NAME`"));
  }

  ModuleReader& reader_;
  ParsedModule& module_;
  FileShape shape_;  // of the first file
  std::string name_;
  ModuleFolder folder_;
  Diagnostics& diagnostics_;
  std::string first_;                         // the file that the others are included from
  std::set<fs::path> read_;                   // once something is included: where all of them really are
  std::map<std::string, SourceSpan> called_;  // modules that are used, by name
};

ModuleFile ModuleReader::read_file(const std::string& name, FileShape shape,
                                   const std::optional<SourceSpan>& asked_at) {
  files_.insert(name);
  const auto ahead = ahead_.extract({name, shape});
  ModuleFile file = ahead ? std::move(ahead.mapped()) : read_module_file(project_, name, shape, asked_at, *file_rules_);
  diagnostics_.extend(std::move(file.diagnostics));
  sources_.extend(std::move(file.sources));
  if (file.broken_from > 0) broken_files_[name] = file.broken_from;
  return file;
}

void ModuleReader::read_ahead(const std::set<std::string>& names, FileShape shape,
                              const std::optional<SourceSpan>& asked_at) {
  std::vector<std::string> list;
  for (const std::string& name : names) {
    if (!ahead_.contains({name, shape})) list.push_back(name);
  }
  if (list.size() < 2) return;
  std::vector<ModuleFile> files(list.size());
  compute_each(list.size(),
               [&](std::size_t i) { files[i] = read_module_file(project_, list[i], shape, asked_at, *file_rules_); });
  for (std::size_t i = 0; i < list.size(); ++i) ahead_.try_emplace({list[i], shape}, std::move(files[i]));
}

std::optional<ModuleReader::Prepared> ModuleReader::prepare(const ModuleFolder& folder, const std::string& name,
                                                            ModuleFile& file) const {
  if (!stands_alone(file)) return std::nullopt;
  Prepared result;
  ModuleReader reader(project_, kinds_, result.diagnostics, result.sources);
  reader.keep_in(kept_);
  reader.file_rules_ = file_rules_;
  reader.ahead_.try_emplace({folder.in_project(name), FileShape::kModule}, std::move(file));
  result.module = reader.read_module(folder.relative, name);
  result.files = std::move(reader.files_);
  result.broken_files = std::move(reader.broken_files_);
  return result;
}

void ModuleReader::prepare_all(const std::set<std::string>& folders) {
  std::vector<std::string> list;
  for (const std::string& folder : folders) {
    if (ahead_folders_.insert(folder).second) list.push_back(folder);
  }
  if (list.size() < 2) return;
  struct Slot {
    std::string name;
    ModuleFile file;
    std::optional<Prepared> prepared;
  };
  std::vector<Slot> slots(list.size());
  compute_each(list.size(), [&](std::size_t i) {
    Slot& slot = slots[i];
    const ModuleFolder folder{project_, list[i]};
    const std::string name = document_name(folder.own(), kModuleFile);
    slot.name = folder.in_project(name);
    slot.file = read_module_file(project_, slot.name, FileShape::kModule, std::nullopt, *file_rules_);
    slot.prepared = prepare(folder, name, slot.file);
  });
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (slots[i].prepared) {
      prepared_.try_emplace(list[i], std::move(*slots[i].prepared));
    } else {
      ahead_.try_emplace({slots[i].name, FileShape::kModule}, std::move(slots[i].file));
    }
  }
}

bool ModuleReader::take_prepared(const std::string& folder) {
  auto found = prepared_.extract(folder);
  if (!found) return false;
  Prepared& prepared = found.mapped();
  files_.merge(prepared.files);
  broken_files_.merge(prepared.broken_files);
  diagnostics_.extend(std::move(prepared.diagnostics));
  sources_.extend(std::move(prepared.sources));
  modules_.emplace(folder, std::move(prepared.module));
  return true;
}

bool ModuleReader::read_root(Module& root, std::string& name) {
  ParsedModule parsed;
  Document document(*this, parsed, FileShape::kProject);
  const bool good = document.read(document_name(project_, kRootFile), std::nullopt);
  name = document.name();
  if (good) root = check(std::move(parsed), {sources_, diagnostics_}, kept(""));
  return good;
}

bool ModuleReader::read_whole_root(Module& root, std::string& name) {
  return read_root(root, name) && !broken_files_.contains(document_name(project_, kRootFile));
}

std::shared_ptr<const Module> ModuleReader::read_folder(const std::string& folder, const SourceSpan& used_at) {
  if (const auto known = modules_.find(folder); known != modules_.end()) return known->second;
  if (open_.size() < kDeepestModules && take_prepared(folder)) return modules_.at(folder);
  if (std::find(open_.begin(), open_.end(), folder) != open_.end()) {
    std::string circle;
    for (auto at = std::find(open_.begin(), open_.end(), folder); at != open_.end(); ++at) circle += *at + " → ";
    report(Code::kModuleCycle, "modules use each other: " + circle + folder, used_at, "goes back to one that is open");
    return nullptr;
  }
  if (!has_document(project_ / folder, kModuleFile)) {
    report(Code::kModuleSource, "there is no module in " + folder, used_at, "expected a module.yaml there");
    return nullptr;
  }
  if (open_.size() >= kDeepestModules) {
    report(Code::kModuleCycle, "modules nest too deeply", used_at, "more than 32 of them");
    return nullptr;
  }
  return read_module(folder, document_name(project_ / folder, kModuleFile));
}

std::shared_ptr<const Module> ModuleReader::read_module(const std::string& folder, const std::string& name) {
  ParsedModule parsed;
  parsed.folder = folder;
  open_.push_back(folder);
  Document document(*this, parsed, FileShape::kModule);
  const bool good = document.read(name, std::nullopt);
  open_.pop_back();
  std::shared_ptr<const Module> module;
  if (good) module = std::make_shared<const Module>(check(std::move(parsed), {sources_, diagnostics_}, kept(folder)));
  modules_.emplace(folder, module);
  return module;
}

}  // namespace plumb::config
