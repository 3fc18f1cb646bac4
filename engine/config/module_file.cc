#include "engine/config/module_file.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/config/document.h"
#include "engine/config/input.h"
#include "engine/config/rules.h"
#include "engine/config/schema.h"
#include "engine/config/unreadable_name.h"
#include "engine/config/validate.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;

// Keys whose values hold expressions, and are read with them. Sorted.
constexpr std::array<std::string_view, 9> kWithExpressions = {
    "checks", "data", "env", "facts", "outputs", "readings", "resources", "values", "values_from"};

// Of the errors; 0 where there are none.
int first_line(const Diagnostics& found) {
  int first = 0;
  const auto take = [&first](const SourceSpan& span) {
    if (first == 0 || span.line < first) first = span.line;
  };
  for (const Diagnostic& one : found.items()) {
    if (one.severity != Severity::kError || !one.span) continue;
    take(*one.span);
    // What is not closed begins before the place where that is noticed.
    for (const Related& related : one.related) take(related.span);
  }
  return first;
}

bool is_playbook(const Node& root) {
  if (!root.is_sequence() || root.items.empty()) return false;
  const Node& play = root.items.front();
  return play.find("hosts") != nullptr || play.find("tasks") != nullptr || play.find("import_playbook") != nullptr;
}

class FileReader {
 public:
  FileReader(const Folder& project, const std::string& name, FileShape shape, FileRules& shared)
      : project_(project), name_(name), shape_(shape), shared_(shared), rules_(shared.take()) {}
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;
  ~FileReader() { shared_.give_back(std::move(rules_)); }

  ModuleFile read(const std::optional<SourceSpan>& asked_at) {
    result_.root = read_document(project_.files(), project_.path() / name_, name_, asked_at, result_.diagnostics,
                                 result_.sources, BrokenYaml::kWhatCanBeRead);
    result_.broken_from = result_.root ? first_line(result_.diagnostics) : 0;
    if (result_.root && !take(*result_.root)) result_.root.reset();
    return std::move(result_);
  }

 private:
  bool take(Node& root) {
    if (!root.is_map()) {
      const SourceSpan place = root.is_null() ? SourceSpan{name_, 1, 1, 1, 1} : root.span;
      result_.diagnostics.add(Diagnostic(Code::kWrongType, name_ + (root.is_null() ? " is empty" : " must be a map"))
                                  .at(place, "expected `plumb: v1`")
                                  .with_hint(is_playbook(root) ? "this is a playbook: `plumb import ansible` makes a "
                                                                 "project of it"
                                                               : ""));
      return false;
    }
    if (const Entry* version = root.find("plumb");
        version != nullptr && version->value.is_scalar() && version->value.text != "v1") {
      result_.diagnostics.add(Diagnostic(Code::kUnsupportedVersion, "a format version that this program does not know")
                                  .at(version->value.span, "expected v1"));
      return false;
    }
    for (Entry& entry : root.entries) {
      hide_sensitive(entry);
      if (entry.key == "rollout") {
        resolve_rollout(entry.value);
      } else if (!std::binary_search(kWithExpressions.begin(), kWithExpressions.end(), entry.key)) {
        resolve_literals(entry.value, result_.diagnostics);
      }
    }
    std::optional<Json> typed = check_shape(root);
    for (const Entry& entry : root.entries) check_names(entry);
    if (const Entry* inputs = root.find("inputs")) read_inputs(inputs->value, typed ? &(*typed)["inputs"] : nullptr);
    const Entry* rollout = root.find("rollout");
    if (rollout != nullptr && typed) result_.rollout = read_rollout(rollout->value, (*typed)["rollout"]);
    if (typed && typed->contains("history")) {
      const Json& history = (*typed)["history"];
      if (history.contains("keep")) result_.retention = read_retention(history);
      if (history.contains("max_fact_age")) result_.max_fact_age = history["max_fact_age"].get<std::int64_t>();
    }
    const Entry* trust = root.find("trust");
    const Entry* policy = root.find("policy");
    if (trust != nullptr && typed) {
      const AsksElsewhere elsewhere = policy != nullptr ? AsksElsewhere::kYes : AsksElsewhere::kNo;
      result_.trust = read_trust(trust->value, (*typed)["trust"], elsewhere, project_, result_.diagnostics);
    }
    const Entry* secrets = root.find("secrets");
    if (secrets != nullptr && typed)
      result_.secrets = read_secret_stores(secrets->value, (*typed)["secrets"], result_.diagnostics);
    if (policy != nullptr && typed) result_.policy = read_policy_bundles(policy->value, project_, result_.diagnostics);
    return true;
  }

  ValidateOptions file_options() const {
    ValidateOptions options;
    options.root = &rules_->root();
    options.rules = rules_.get();
    options.keep_untyped = false;
    return options;
  }

  // Of what expressions read as `inputs.NAME` and so on.
  void check_names(const Entry& section) {
    constexpr std::array<std::string_view, 6> kNamed = {"data", "facts", "inputs", "outputs", "readings", "values"};
    if (std::find(kNamed.begin(), kNamed.end(), section.key) == kNamed.end()) return;
    for (const Entry& entry : section.value.entries) {
      if (auto unreadable = unreadable_member(entry.key, entry.key_span))
        result_.diagnostics.add(std::move(*unreadable));
    }
  }

  // A finding in one key must not keep the others from being read, so values are taken from the nodes.
  std::optional<Json> check_shape(const Node& root) {
    const Json& definitions = file_schema()["definitions"];
    const Json& schema = shape_ == FileShape::kIncluded ? definitions["included"]
                         : shape_ == FileShape::kModule ? definitions["module"]
                                                        : file_schema();
    const ValidateOptions options = file_options();
    const SourceSpan where = root.entries.empty() ? root.span : root.entries.front().key_span;
    const std::string what = shape_ == FileShape::kIncluded ? "an included file"
                             : shape_ == FileShape::kModule ? "a module"
                                                            : "the project";
    return validate(root, schema, what, where, options, result_.diagnostics);
  }

  // But for the steps in it.
  void resolve_rollout(Node& rollout) {
    if (!rollout.is_map()) return resolve_literals(rollout, result_.diagnostics);
    for (Entry& entry : rollout.entries) {
      if (entry.key != "around") {
        resolve_literals(entry.value, result_.diagnostics);
        continue;
      }
      for (Node& one : entry.value.items) {
        for (Entry& part : one.entries) {
          if (part.key != "before" && part.key != "after") resolve_literals(part.value, result_.diagnostics);
        }
      }
    }
  }

  void hide_sensitive(const Entry& entry) {
    const bool inputs = entry.key == "inputs";
    if (!inputs && entry.key != "readings" && entry.key != "facts") return;
    for (const Entry& input : entry.value.entries) {
      const Entry* sensitive = input.value.find("sensitive");
      const Entry* value = input.value.find(inputs ? "default" : "absent");
      const bool shown = sensitive == nullptr || sensitive->value.text == "false" || value == nullptr ||
                         refers_to_secret(value->value.text);
      if (!shown) result_.sources.hide(value->value.span);
    }
  }

  // `all` are the inputs as the file's schema typed them, and are used up; null where something in the file is wrong.
  void read_inputs(const Node& inputs, Json* all) {
    const Json& schema = file_schema()["definitions"]["input"];
    const ValidateOptions options = file_options();
    result_.inputs.reserve(inputs.entries.size());
    for (const Entry& entry : inputs.entries) {
      Diagnostics known;  // told already, with the whole file
      std::optional<Json> typed =
          all != nullptr ? std::optional<Json>(std::move((*all)[entry.key]))
                         : validate(entry.value, schema, "`" + entry.key + "`", entry.key_span, options, known);
      std::optional<Input> input;
      if (typed) input = read_input(entry, std::move(*typed), result_.diagnostics);
      if (input && input->generate && shape_ == FileShape::kModule) {
        result_.diagnostics.add(
            Diagnostic(Code::kBadValue, "a module generates no secret: `" + entry.key + "` is given by who uses it")
                .at(entry.value.find("generate")->key_span)
                .with_hint("write `generate` at the input of the project that is handed on by `with`"));
      }
      // What is known of a broken one is its name: who uses it is not to blame.
      if (!input) input = Input{entry.key, true, false, std::nullopt, entry.key_span, true};
      result_.inputs.push_back(std::move(*input));
    }
  }

  const Folder& project_;
  const std::string& name_;
  FileShape shape_;
  FileRules& shared_;
  std::unique_ptr<Rules> rules_;
  ModuleFile result_;
};

}  // namespace

FileRules::FileRules() = default;
FileRules::~FileRules() = default;

std::unique_ptr<Rules> FileRules::take() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) return std::make_unique<Rules>(file_schema());
  std::unique_ptr<Rules> rules = std::move(free_.back());
  free_.pop_back();
  return rules;
}

void FileRules::give_back(std::unique_ptr<Rules> rules) {
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(rules));
}

ModuleFile read_module_file(const Folder& project, const std::string& name, FileShape shape,
                            const std::optional<SourceSpan>& asked_at, FileRules& rules) {
  return FileReader(project, name, shape, rules).read(asked_at);
}

const Json& file_schema() {
  static const Json schema = [] {
    Json open = builtin_schema("project");
    for (const char* part : {"resource", "reading", "local_fact"})
      open["definitions"][part] = {{"type", "object"}, {"minProperties", 1}};
    open["properties"]["env"] = Json::object();
    return open;
  }();
  return schema;
}

}  // namespace plumb::config
