#include "engine/policy/bundle.h"

#include <algorithm>
#include <map>

#include "engine/base/digest.h"
#include "engine/base/nearest.h"
#include "engine/base/pattern.h"
#include "engine/config/dynamic.h"
#include "engine/config/rules.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"
#include "engine/policy/environment.h"
#include "engine/policy/patterns.h"
#include "schemas/embedded.h"

namespace plumb::policy {
namespace {

using lang::Entry;
using lang::Node;

struct NamedText {
  std::string name;  // what messages call the file
  std::string text;
};

// "2027-03-01", whose form the schema saw to.
std::optional<std::chrono::sys_days> day_in(const std::string& text) {
  const int year = std::stoi(text.substr(0, 4));
  const auto month = static_cast<unsigned>(std::stoi(text.substr(5, 2)));
  const auto day = static_cast<unsigned>(std::stoi(text.substr(8, 2)));
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

class PolicyReader {
 public:
  PolicyReader(Diagnostics& diagnostics, lang::SourceMap& sources) : diagnostics_(diagnostics), sources_(sources) {}

  void take(const std::string& bundle, bool builtin, std::vector<NamedText> files) {
    std::string all;
    bundle_ = bundle;
    for (NamedText& file : files) {
      all += digest(file.name) + digest(file.text);
      Diagnostics found;
      const std::optional<Node> root = lang::read_yaml(file.name, file.text, found);
      sources_.add(file.name, std::move(file.text));
      diagnostics_.extend(std::move(found));
      if (root) take_file(*root, file.name);
    }
    policy_.bundles.push_back({bundle, digest(all), builtin});
  }

  Policy finish() {
    std::vector<std::string> names;
    for (const auto& [name, span] : names_) names.push_back(name);
    for (const Waiver& waiver : policy_.waivers) {
      if (names_.contains(waiver.rule)) continue;
      const std::string near = nearest(waiver.rule, names);
      diagnostics_.add(Diagnostic(Code::kBadValue, "a waiver of a rule that is not there: `" + waiver.rule + "`")
                           .at(waiver.span, near.empty() ? "no rule has this name" : "did you mean `" + near + "`?"));
    }
    return std::move(policy_);
  }

 private:
  void take_file(const Node& root, const std::string& file) {
    const Json& schema = config::builtin_schema("policy");
    config::ValidateOptions options;
    options.root = &schema;
    const SourceSpan where = root.is_map() ? root.span : SourceSpan{file, 1, 1, 1, 1};
    const std::optional<Json> typed = config::validate(root, schema, "a policy", where, options, diagnostics_);
    if (!typed) return;
    each(root, *typed, "rules", [this](const Node& node, const Json& one) { take_rule(node, one); });
    each(root, *typed, "waivers", [this](const Node& node, const Json& one) { take_waiver(node, one); });
    each(root, *typed, "programs", [this](const Node& node, const Json& one) { take_judge(node, one); });
  }

  template <class Take>
  static void each(const Node& root, const Json& typed, const char* part, Take take) {
    const Entry* list = root.find(part);
    if (list == nullptr) return;
    for (std::size_t i = 0; i < list->value.items.size(); ++i) take(list->value.items[i], typed[part][i]);
  }

  // Waivers and cases name rules, so each has a name of its own.
  bool take_name(const Node& node, const std::string& name) {
    const auto [place, added] = names_.emplace(name, node.find("name")->value.span);
    if (added) return true;
    diagnostics_.add(Diagnostic(Code::kDuplicateKey, "two rules are called `" + name + "`")
                         .at(node.find("name")->value.span, "a second time here")
                         .with_related(place->second, "first here"));
    return false;
  }

  void take_rule(const Node& node, const Json& typed) {
    const std::string name = typed["name"].get<std::string>();
    if (!take_name(node, name)) return;
    const std::string subject = typed["for"].get<std::string>();
    const Subject about = subject == "plan" ? Subject::kPlan : subject == "host" ? Subject::kHost : Subject::kAction;
    const bool requires_more = typed.contains("require");
    const char* key = typed.contains("deny") ? "deny" : typed.contains("warn") ? "warn" : "message";
    const Entry* message = node.find(key);
    if (message == nullptr) {
      diagnostics_.add(Diagnostic(Code::kMissingKey, requires_more ? "`" + name + "` does not say why"
                                                                   : "nothing follows from the rule `" + name + "`")
                           .at(node.find("name")->value.span, requires_more
                                                                  ? "expected `message` beside `require`"
                                                                  : "expected one of `deny`, `warn` and `require`"));
      return;
    }
    if (std::string_view(key) == "message" && !requires_more) {
      diagnostics_.add(Diagnostic(Code::kBadValue, "nothing follows from the rule `" + name + "`")
                           .at(message->key_span, "`message` says why `require` asks for something"));
      return;
    }
    std::optional<Placed<lang::Interpolation>> text = compile_message(message->value, about);
    std::optional<Placed<cel::Program>> when;
    const Entry* condition = node.find("when");
    if (condition != nullptr) when = compile_condition(condition->value, about);
    std::optional<Requirement> requirement = read_requirement(node, typed);
    if (!text || !requirement || (condition != nullptr && !when)) return;
    Rule rule{.name = name,
              .bundle = bundle_,
              .span = node.find("name")->value.span,
              .subject = about,
              .effect = requires_more            ? Effect::kRequire
                        : typed.contains("deny") ? Effect::kDeny
                                                 : Effect::kWarn,
              .requirement = std::move(*requirement),
              .when = std::move(when),
              .message = std::move(*text),
              .hint = typed.value("hint", std::string())};
    if (rule.when) note_reads(rule.when->code.references(), rule);
    note_reads(rule.message.code.references(), rule);
    policy_.rules.push_back(std::move(rule));
  }

  std::optional<Placed<cel::Program>> compile_condition(const Node& node, Subject subject) {
    cel::CompileOptions options;
    options.wanted = cel::Type(cel::Type::Kind::kBool);
    cel::Outcome<cel::Program> program = cel::compile(node.text, environment(subject), options);
    const std::optional<cel::Fault> broken = program ? broken_pattern(node.text) : std::nullopt;
    if (program && !broken) return Placed<cel::Program>{std::move(*program), node};
    config::report_fault(broken ? *broken : program.error(), node, sources_, diagnostics_);
    return std::nullopt;
  }

  std::optional<Placed<lang::Interpolation>> compile_message(const Node& node, Subject subject) {
    cel::Outcome<lang::Interpolation> text = lang::Interpolation::parse(node.text, environment(subject));
    if (text) return Placed<lang::Interpolation>{std::move(*text), node};
    config::report_fault(text.error(), node, sources_, diagnostics_);
    return std::nullopt;
  }

  std::optional<Requirement> read_requirement(const Node& node, const Json& typed) {
    Requirement requirement;
    if (!typed.contains("require")) return requirement;
    const Json& wanted = typed["require"];
    requirement.approvals = wanted.value("approvals", std::size_t{0});
    if (wanted.contains("window")) requirement.windows = read_windows(wanted["window"]);
    requirement.ticket = wanted.value("ticket", std::string());
    if (requirement.ticket.empty()) return requirement;
    const Result<Pattern> pattern = Pattern::parse(requirement.ticket);
    if (pattern) return requirement;
    diagnostics_.add(Diagnostic(Code::kBadValue, "`ticket` is no pattern: " + pattern.error().summary())
                         .at(node.find("require")->value.find("ticket")->value.span));
    return std::nullopt;
  }

  static void note_reads(const std::vector<cel::Reference>& references, Rule& rule) {
    for (const cel::Reference& one : references) {
      if (one.slot == kHostSlot) {
        rule.of_host.push_back(one.path);
        rule.reads_facts = rule.reads_facts || one.path.empty() || one.path.front() == "facts";
      } else if (one.slot == kActionSlot) {
        // Where all of it is read, which is no more than a list of fields could say.
        if (one.path.empty()) {
          for (const cel::Field& field :
               environment(Subject::kAction).variables()[kActionSlot].type.record_fields().fields)
            rule.of_action.insert(field.name);
        } else {
          rule.of_action.insert(one.path.front());
        }
      }
    }
    std::sort(rule.of_host.begin(), rule.of_host.end());
    rule.of_host.erase(std::unique(rule.of_host.begin(), rule.of_host.end()), rule.of_host.end());
  }

  void take_waiver(const Node& node, const Json& typed) {
    const std::string until = typed["until"].get<std::string>();
    const std::optional<std::chrono::sys_days> day = day_in(until);
    if (!day) {
      diagnostics_.add(Diagnostic(Code::kBadValue, "there is no day " + until).at(node.find("until")->value.span));
      return;
    }
    policy_.waivers.push_back({typed["rule"].get<std::string>(), typed["address"].get<std::string>(),
                               typed["hosts"].get<std::string>(), typed["reason"].get<std::string>(), *day,
                               node.find("rule")->value.span});
  }

  void take_judge(const Node& node, const Json& typed) {
    const std::string name = typed["name"].get<std::string>();
    if (!take_name(node, name)) return;
    policy_.judges.push_back({name, typed["program"].get<std::vector<std::string>>(),
                              std::chrono::seconds(typed["timeout"].get<std::int64_t>()),
                              node.find("name")->value.span});
  }

  Diagnostics& diagnostics_;
  lang::SourceMap& sources_;
  Policy policy_;
  std::string bundle_;  // at hand
  std::map<std::string, SourceSpan> names_;
};

// Nothing after it was told what is wrong.
std::optional<std::vector<NamedText>> read_files(const Folder& project, const config::PolicyBundle& bundle,
                                                 Diagnostics& diagnostics) {
  std::vector<NamedText> files;
  const auto complain = [&](const Error& error) {
    diagnostics.add(Diagnostic(error.diagnostic()).at(bundle.span));
    return std::nullopt;
  };
  const Folder folder = project / bundle.folder;
  const Result<std::vector<std::string>> names = yaml_files(folder);
  if (!names) return complain(names.error());
  std::size_t left = kMostBytes;
  for (const std::string& name : *names) {
    Result<std::string> text = folder.read(name, left);
    if (!text) return complain(text.error());
    left -= text->size();
    files.push_back({bundle.folder + "/" + name, std::move(*text)});
  }
  if (!files.empty()) return files;
  diagnostics.add(Diagnostic(Code::kFileUnreadable, "`" + bundle.folder + "` holds no rules")
                      .at(bundle.span, "expected files such as " + bundle.folder + "/rules.yaml"));
  return std::nullopt;
}

}  // namespace

Result<std::vector<std::string>> yaml_files(const Folder& folder) {
  PLUMB_TRY_ASSIGN(const std::vector<FolderEntry> entries, folder.list(kMostFiles));
  if (entries.size() > kMostFiles)
    return fail(Code::kFileUnreadable,
                folder.path().string() + " holds more than " + std::to_string(kMostFiles) + " files");
  std::vector<std::string> names;
  for (const FolderEntry& entry : entries) {
    if (entry.type == EntryType::kFolder) continue;
    // Rules that nobody reads would judge nothing, and nobody would know.
    if (entry.name.ends_with(".yml"))
      return fail(Code::kFileUnreadable, (folder.path() / entry.name).string() + " would not be read")
          .hint("its name has to end with .yaml");
    if (!entry.name.ends_with(".yaml")) continue;
    // A link might lead to what somebody else may write, and rules that are not read would judge nothing.
    if (entry.type != EntryType::kFile)
      return fail(Code::kFileUnreadable, (folder.path() / entry.name).string() + " is no file")
          .hint("rules are files of their folder, and no links to others");
    names.push_back(entry.name);
  }
  return names;
}

std::optional<Policy> read_policy(const Folder& project, const std::vector<config::PolicyBundle>& bundles,
                                  Diagnostics& diagnostics, lang::SourceMap& sources) {
  const std::size_t before = diagnostics.error_count();
  PolicyReader reader(diagnostics, sources);
  for (const config::PolicyBundle& bundle : bundles) {
    std::optional<std::vector<NamedText>> files;
    if (bundle.folder.empty()) {
      files.emplace();
      for (const EmbeddedFile& file : schemas::baseline())
        files->push_back({"baseline/" + std::string(file.name) + ".yaml", std::string(file.text)});
    } else {
      files = read_files(project, bundle, diagnostics);
    }
    if (files) reader.take(bundle.name(), bundle.folder.empty(), std::move(*files));
  }
  Policy policy = reader.finish();
  if (diagnostics.error_count() > before) return std::nullopt;
  return policy;
}

}  // namespace plumb::policy
