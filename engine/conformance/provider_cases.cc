#include "engine/conformance/provider_cases.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "engine/base/file.h"
#include "engine/base/joined.h"
#include "engine/base/program.h"
#include "engine/base/replaced.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"

namespace plumb::conformance {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLimit = std::size_t{4} << 20U;
constexpr std::string_view kScratch = "{scratch}";

Json in_scratch(const Json& value, const std::string& scratch) {
  if (value.is_string()) return replaced(value.get<std::string>(), kScratch, scratch);
  Json made = value;
  if (value.is_structured()) {
    for (auto& each : made) each = in_scratch(each, scratch);
  }
  return made;
}

class CaseReader {
 public:
  CaseReader(const std::vector<std::string>& kinds, const fs::path& scratch, Diagnostics& found, ProviderCases& into)
      : kinds_(kinds), scratch_(scratch.string()), found_(found), into_(into) {}

  void read(const lang::Node& root, const Json& typed) {
    const std::vector<lang::Node>& items = root.find("tests")->value.items;
    for (std::size_t i = 0; i < items.size(); ++i) read_case(items[i], typed["tests"][i]);
    const Json exceptions = typed.value("exceptions", Json::object());
    for (const auto& [name, reason] : exceptions.items())
      except(name, reason.get<std::string>(), root.find("exceptions")->value.find(name)->key_span);
  }

 private:
  void read_case(const lang::Node& node, const Json& typed) {
    ProviderCase made;
    made.name = typed["name"].get<std::string>();
    std::optional<Resource> resource = resource_of(node.find("resource")->value, typed["resource"], made.kind);
    if (!resource) return;
    made.resource = std::move(*resource);
    if (typed.contains("removal")) {
      std::string kind;
      made.removal = resource_of(node.find("removal")->value, typed["removal"], kind);
    }
    const Json files = typed.value("files", Json::object());
    for (const auto& [path, text] : files.items())
      made.files[path] = replaced(text.get<std::string>(), kScratch, scratch_);
    for (const Json& program : typed.value("before", Json::array()))
      made.programs.push_back(in_scratch(program, scratch_).get<std::vector<std::string>>());
    into_.cases.push_back(std::move(made));
  }

  std::optional<Resource> resource_of(const lang::Node& node, const Json& typed, std::string& kind) {
    for (const std::string& name : kinds_) {
      if (!typed.contains(name)) continue;
      kind = name;
      Resource made{"", in_scratch(typed, scratch_)};
      const Json& identity = made.attributes[name];
      made.name = identity.is_string() ? identity.get<std::string>() : identity.dump();
      made.attributes.erase(name);
      return made;
    }
    found_.add(Diagnostic(Code::kMissingKey, "the resource is of no kind of the provider")
                   .at(node.span, "expected one of: " + listed()));
    return std::nullopt;
  }

  std::string listed() const { return joined(kinds_); }

  void except(const std::string& name, const std::string& reason, const SourceSpan& span) {
    const std::size_t slash = name.find('/');
    std::string check = name.substr(slash == std::string::npos ? 0 : slash + 1);
    std::replace(check.begin(), check.end(), '_', ' ');
    const std::optional<Check> which = check_by_name(check);
    if (!which) {
      std::string all;
      for (const CheckInfo& one : all_checks()) append_item(all, one.name);
      found_.add(
          Diagnostic(Code::kUnknownKey, "there is no check `" + check + "`").at(span, "expected one of: " + all));
      return;
    }
    for (const std::string& kind : kinds_) {
      if (slash == std::string::npos || name.substr(0, slash) == kind) into_.exceptions[kind][*which] = reason;
    }
  }

  const std::vector<std::string>& kinds_;
  std::string scratch_;
  Diagnostics& found_;
  ProviderCases& into_;
};

void read_file_of(const std::string& name, const fs::path& file, CaseReader& reader, Diagnostics& found,
                  lang::SourceMap& sources) {
  const Result<std::string> text = read_file(file, kLimit);
  if (!text) return found.add(text.error().diagnostic());
  sources.add(name, *text);
  const std::optional<lang::Node> root = lang::read_yaml(name, *text, found);
  if (!root) return;
  const Json& schema = config::builtin_schema("provider_tests");
  config::ValidateOptions options;
  options.root = &schema;
  const SourceSpan where = root->entries.empty() ? SourceSpan{name, 1, 1, 1, 1} : root->entries.front().key_span;
  const std::optional<Json> typed = config::validate(*root, schema, "the file", where, options, found);
  if (typed) reader.read(*root, *typed);
}

Result<> arrange(const ProviderCase& one, const fs::path& provider, const fs::path& scratch) {
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator(scratch, problem)) fs::remove_all(entry, problem);
  for (const auto& [path, text] : one.files) {
    const fs::path file = scratch / path;
    fs::create_directories(path.ends_with('/') ? file : file.parent_path(), problem);
    if (!path.ends_with('/')) std::ofstream(file, std::ios::binary) << text;
  }
  for (const std::vector<std::string>& program : one.programs) {
    const Result<ProgramOutput> output = run_program(program, provider, Code::kProgramFailed);
    if (!output)
      return fail(Code::kProgramFailed, output.error().summary() +
                                            " (programs of `before` are named from the provider's "
                                            "folder: ./tests/NAME)");
    if (output->exit_code != 0)
      return fail(Code::kProgramFailed, program.front() + " ended with exit code " + std::to_string(output->exit_code) +
                                            ": " + output->errors);
  }
  return {};
}

}  // namespace

ProviderCases read_provider_cases(const fs::path& folder, const std::vector<std::string>& kinds,
                                  const fs::path& scratch, Diagnostics& found, lang::SourceMap& sources) {
  std::set<std::string> names;
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder / kTestsFolder, problem)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".yaml") && !name.starts_with('.')) names.insert(name);
  }
  ProviderCases all;
  CaseReader reader(kinds, scratch, found, all);
  for (const std::string& name : names)
    read_file_of(std::string(kTestsFolder) + "/" + name, folder / kTestsFolder / name, reader, found, sources);
  if (all.cases.empty() && !found.has_errors())
    found.add(Diagnostic(Code::kFileUnreadable, "there are no cases to judge the provider by")
                  .with_hint("write them in tests/NAME.yaml; see `plumb schema provider_tests`"));
  return all;
}

std::vector<Subject> provider_subjects(const ProviderCases& cases, const std::vector<std::string>& kinds,
                                       const fs::path& provider, const fs::path& scratch) {
  std::vector<Subject> subjects;
  for (const std::string& kind : kinds) {
    Subject subject;
    subject.kind = kind;
    for (const ProviderCase& one : cases.cases) {
      if (one.kind != kind) continue;
      Case made;
      made.name = one.name;
      made.resource = one.resource;
      made.removal = one.removal;
      made.arrange = [one, provider, scratch] { return arrange(one, provider, scratch); };
      subject.cases.push_back(std::move(made));
    }
    if (const auto found = cases.exceptions.find(kind); found != cases.exceptions.end())
      subject.exceptions = found->second;
    subjects.push_back(std::move(subject));
  }
  return subjects;
}

}  // namespace plumb::conformance
