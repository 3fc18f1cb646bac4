#include "engine/lsp/name_index.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/base/glob.h"
#include "engine/config/project_files.h"
#include "engine/lsp/expression_text.h"

namespace plumb::lsp {
namespace {

using lang::Entry;
using lang::Node;

struct Section {
  std::string_view key;
  NameKind kind;
};

// Keys of a project, module or included file whose own keys are names.
constexpr Section kSections[] = {{"inputs", NameKind::kInput},
                                 {"values", NameKind::kValue},
                                 {"readings", NameKind::kReading},
                                 {"facts", NameKind::kFact},
                                 {"data", NameKind::kData}};

// What an expression calls those of a section: `inputs.NAME`.
std::optional<NameKind> kind_of_variable(const std::string& variable) {
  if (variable == "modules") return NameKind::kModule;
  if (variable == "facts") return std::nullopt;  // facts.local.NAME
  for (const Section& section : kSections) {
    if (section.key == variable) return section.kind;
  }
  return std::nullopt;
}

constexpr std::string_view kAddressKeys[] = {"after", "before", "from", "to"};

}  // namespace

class NameIndex::Reader {
 public:
  Reader(NameIndex& index, const Look& look) : index_(index), look_(look) {}

  void read() {
    std::set<std::string> files;
    if (const auto found = config::find_project_files(look_.folder())) files.insert(found->begin(), found->end());
    for (const auto& [folder, module] : look_.modules()) {
      add_templates(*module, files);
      gather_addresses(*module);
    }
    for (const std::string& file : files) {
      texts_.emplace(file, Text(look_.text_of(file)));
      read_file(file);
    }
    index_.texts_ = std::move(texts_);
    for (auto& [name, mentions] : index_.names_) {
      std::sort(mentions.begin(), mentions.end(), [](const Mention& a, const Mention& b) {
        return std::tuple(a.span, !a.declares) < std::tuple(b.span, !b.declares);
      });
      const auto same = [](const Mention& a, const Mention& b) { return a.span == b.span; };
      mentions.erase(std::unique(mentions.begin(), mentions.end(), same), mentions.end());
    }
  }

 private:
  static void add_templates(const config::Module& module, std::set<std::string>& files) {
    const auto add = [&](const config::ParsedTemplate& text) {
      for (const std::string& path : text.own_paths) {
        if (!path.empty()) files.insert(module.folder.empty() ? path : module.folder + "/" + path);
      }
    };
    for (const auto& entry : module.body) {
      const auto* declaration = std::get_if<config::Declaration>(&entry);
      if (declaration == nullptr) continue;
      for (const auto& [attribute, text] : declaration->written->templates) add(text);
      for (const auto& [attribute, choice] : declaration->written->choices) {
        for (const auto& [file, text] : choice.templates) add(text);
      }
    }
  }

  void gather_addresses(const config::Module& module) {
    for (const auto& entry : module.body) {
      if (const auto* call = std::get_if<config::ModuleCall>(&entry)) {
        if (call->written->module != nullptr)
          called_[{module.folder, call->written->name}] = call->written->module->folder;
        continue;
      }
      const config::ParsedDeclaration& declaration = *std::get<config::Declaration>(entry).written;
      for (const Trigger& trigger : declaration.spec->triggers) triggers_.insert(trigger.attribute);
    }
  }

  void add(NameKind kind, const std::string& module, const std::string& name, const SourceSpan& span, bool declares,
           bool renames = true) {
    index_.names_[{kind, module, name}].push_back({span, declares, renames});
  }

  void read_file(const std::string& file) {
    file_ = file;
    text_ = &texts_.at(file);
    const config::Module* module = look_.module_of(file);
    module_ = module == nullptr ? "" : module->folder;
    shape_ = shape_of(file);
    if (shape_ == Shape::kTemplate) {
      const std::string& text = text_->str();
      const cel::Origin origin = cel::Origin::of_file(file, text);
      for (const ExpressionPlace& place : expressions_in(text, Writing::kTemplate))
        read_expression(text, place, origin);
      return;
    }
    Diagnostics told_elsewhere;
    const Node root = lang::read_partial_yaml(file, text_->str(), told_elsewhere);
    if (shape_ == Shape::kProject || shape_ == Shape::kModule || shape_ == Shape::kIncluded) read_sections(root);
    if (shape_ == Shape::kInputs) read_given(root, module_);
    for_each_node(root, [this](const Node& node, const std::vector<Step>& steps) { read_node(node, steps); });
  }

  void read_sections(const Node& root) {
    for (const Section& section : kSections) {
      const Entry* found = root.find(section.key);
      if (found == nullptr) continue;
      for (const Entry& entry : found->value.entries)
        add(section.kind, module_, entry.key, key_place(entry.key_span), true);
    }
  }

  void read_given(const Node& inputs, const std::string& module) {
    for (const Entry& entry : inputs.entries)
      add(NameKind::kInput, module, entry.key, key_place(entry.key_span), false);
  }

  // Without quotes.
  SourceSpan key_place(SourceSpan span) const {
    const std::size_t at = text_->offset(span.line, span.column);
    const std::string& text = text_->str();
    const bool quoted = at < text.size() && (text[at] == '"' || text[at] == '\'');
    if (quoted && span.line == span.end_line && span.end_column - span.column > 1) {
      ++span.column;
      --span.end_column;
    }
    return span;
  }

  void read_node(const Node& node, const std::vector<Step>& steps) {
    if (node.is_scalar()) return read_scalar(node, steps);
    if (node.is_map() && !node.entries.empty()) read_map(node, steps);
  }

  // Inputs that are given, modules that are used, resources that are declared.
  void read_map(const Node& map, const std::vector<Step>& steps) {
    const Entry& first = map.entries.front();
    const bool outside = shape_ == Shape::kInventory || shape_ == Shape::kTests;
    if (outside) {
      if (const Entry* inputs = map.find("inputs")) read_given(inputs->value, module_);
      return;
    }
    if (steps.empty() || steps.back().entry != nullptr) return;  // no item of a list
    const Entry* id = map.find("id");
    if (first.key == "use") {
      const auto called = [&](const std::string& name) { return called_.find({module_, name}); };
      const std::string name = id != nullptr ? id->value.text : last_part(first.value.text);
      const Entry* with = map.find("with");
      if (with != nullptr && called(name) != called_.end()) read_given(with->value, called(name)->second);
      if (!name.empty()) declare(NameKind::kModule, name, id != nullptr ? id->value : first.value, id != nullptr);
      return;
    }
    if (look_.kinds().find(first.key) == nullptr) return;
    if (id != nullptr && id->value.is_scalar()) {
      declare(NameKind::kResource, first.key + ":" + id->value.text, id->value, true);
    } else if (first.value.is_scalar()) {
      declare(NameKind::kResource, first.key + ":" + first.value.text, first.value, false);
    }
    for (const Node& item : first.value.items) declare(NameKind::kResource, first.key + ":" + item.text, item, false);
  }

  void declare(NameKind kind, const std::string& name, const Node& at, bool renames) {
    add(kind, module_, name, renames ? key_place(at.span) : at.span, true, renames);
  }

  static std::string last_part(std::string source) {
    while (source.ends_with('/')) source.pop_back();
    return source.substr(source.rfind('/') + 1);
  }

  void read_scalar(const Node& scalar, const std::vector<Step>& steps) {
    const Writing writing = writing_of(steps);
    if (writing == Writing::kBare || scalar.text.find('{') != std::string::npos) {
      // Contents are templates, and what looks like a directive elsewhere is none that names something.
      const auto places = expressions_in(scalar.text, writing == Writing::kBare ? writing : Writing::kTemplate);
      if (!places.empty()) {
        const cel::Origin origin = origin_in(*text_, scalar);
        for (const ExpressionPlace& place : places) read_expression(scalar.text, place, origin);
      }
    }
    if (holds_addresses(steps)) read_address(scalar);
  }

  bool holds_addresses(const std::vector<Step>& steps) const {
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
      if (step->entry == nullptr) continue;
      const std::string& key = step->entry->key;
      return triggers_.contains(key) ||
             std::find(std::begin(kAddressKeys), std::end(kAddressKeys), key) != std::end(kAddressKeys);
    }
    return false;
  }

  // `module/kind:identity`, as it is seen from this module.
  void read_address(const Node& scalar) {
    const Result<Address> address = Address::parse(scalar.text);
    if (!address || is_glob(scalar.text) || look_.kinds().find(address->kind) == nullptr) return;
    std::string module = module_;
    for (std::string_view rest = address->module; !rest.empty();) {
      const std::size_t end = std::min(rest.find('/'), rest.size());
      const auto next = called_.find({module, std::string(rest.substr(0, end))});
      if (next == called_.end()) return;
      module = next->second;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    const cel::Origin origin = origin_in(*text_, scalar);
    const std::size_t begin = scalar.text.size() - address->identity.size();
    add(NameKind::kResource, module, address->kind + ":" + address->identity, origin.span(begin, scalar.text.size()),
        false);
  }

  void read_expression(const std::string& text, const ExpressionPlace& place, const cel::Origin& origin) {
    for (const NameChain& chain : chains_in(tokens_in(text, place))) {
      if (chain.of_value || chain.parts.size() < 2) continue;
      const std::string& variable = chain.parts[0].name;
      if (const std::optional<NameKind> kind = kind_of_variable(variable)) {
        add_part(*kind, chain.parts[1], origin);
      } else if (variable == "facts" && chain.parts.size() > 2 && chain.parts[1].name == "local") {
        add_part(NameKind::kFact, chain.parts[2], origin);
      }
    }
  }

  void add_part(NameKind kind, const NamePart& part, const cel::Origin& origin) {
    add(kind, module_, part.name, origin.span(part.begin, part.end), false);
  }

  NameIndex& index_;
  const Look& look_;
  std::map<std::string, Text> texts_;
  std::map<std::pair<std::string, std::string>, std::string> called_;  // module and name of a call -> its folder
  std::set<std::string> triggers_;
  std::string file_;
  std::string module_;
  const Text* text_ = nullptr;
  Shape shape_ = Shape::kProject;
};

NameIndex::NameIndex(const Look& look) {
  Reader(*this, look).read();
}

std::optional<Name> NameIndex::at(const std::string& file, int line, int column) const {
  const auto place = std::tuple(line, column);
  for (const auto& [name, mentions] : names_) {
    for (const Mention& one : mentions) {
      const SourceSpan& span = one.span;
      if (span.file == file && std::tuple(span.line, span.column) <= place &&
          place <= std::tuple(span.end_line, span.end_column))
        return name;
    }
  }
  return std::nullopt;
}

std::vector<Mention> NameIndex::mentions(const Name& name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? std::vector<Mention>() : found->second;
}

std::vector<std::string> NameIndex::declared(NameKind kind, const std::string& module) const {
  std::vector<std::string> names;
  for (const auto& [name, mentions] : names_) {
    const bool is_one = name.kind == kind && name.module == module &&
                        std::any_of(mentions.begin(), mentions.end(), [](const Mention& one) { return one.declares; });
    if (is_one) names.push_back(name.name);
  }
  return names;
}

const Text& NameIndex::text(const std::string& file) const {
  static const Text kNone;
  const auto found = texts_.find(file);
  return found == texts_.end() ? kNone : found->second;
}

std::optional<std::string> why_no_name(const Name& name, const std::string& wanted) {
  if (name.kind == NameKind::kResource || name.kind == NameKind::kModule) {
    const bool fits = !wanted.empty() && wanted.find_first_of(" \t\n\"'#{}[],&*!|>%@`") == std::string::npos &&
                      (name.kind == NameKind::kResource || wanted.find_first_of("/:") == std::string::npos);
    return fits ? std::nullopt : std::optional<std::string>("an id is a word without blanks, quotes and brackets");
  }
  const auto continues = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; };
  const bool fits =
      !wanted.empty() && !is_digit(wanted.front()) && std::all_of(wanted.begin(), wanted.end(), continues);
  if (!fits) return "names are lower-case letters, digits and `_`, no digit first";
  // `in`, `true`, …: nothing could read it.
  const cel::Outcome<cel::Token> token = cel::Lexer(wanted).next();
  if (!token || token->kind != cel::TokenKind::kName) return "`" + wanted + "` is a word of the language";
  return std::nullopt;
}

}  // namespace plumb::lsp
