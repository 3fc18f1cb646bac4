// Files of variables, one for each system: `values_from` of the module.
#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/import/expression.h"
#include "engine/import/fact_paths.h"
#include "engine/import/translate_text.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

constexpr int kDeepestValue = 12;

std::string as_yaml(std::string path) {
  if (path.ends_with(".yml")) path = path.substr(0, path.size() - 4) + ".yaml";
  return path;
}

}  // namespace

// Names in a file of values_from, which know no `values`: all are put in as what they come to.
class FileNames : public Names {
 public:
  FileNames(Unit& unit, std::string file) : unit_(unit), file_(std::move(file)) {}

  Cel variable(const std::string& name) override {
    const auto symbol = unit_.symbols_.find(name);
    if (symbol == unit_.symbols_.end()) return unit_.variable(name);
    if (++depth_ > kDeepestValue) throw Untranslatable{"values that need each other"};
    Cel result = own(name, symbol->second);
    --depth_;
    return result;
  }
  std::optional<Cel> chain(const std::vector<std::string>& parts, std::size_t& used) override {
    if (unit_.symbols_.contains(parts.front())) return std::nullopt;
    return unit_.chain(parts, used);
  }
  bool knows(const std::string& name) const override { return unit_.knows(name); }
  void tell(const std::string& text) override { unit_.tell(text); }
  const Node* constant(const std::string& name) const override {
    const auto symbol = unit_.symbols_.find(name);
    if (symbol == unit_.symbols_.end()) return nullptr;
    const auto here = symbol->second.by_system.find(file_);
    return here != symbol->second.by_system.end() ? here->second : unit_.constant(name);
  }

 private:
  Cel own(const std::string& name, Symbol& symbol) {
    const std::string input = "inputs." + safe_name(name);
    const auto here = symbol.by_system.find(file_);
    Cel before;
    if (here != symbol.by_system.end()) {
      before = unit_.value_of(*here->second, *this);
      if (!symbol.system_gives_way) return before;
    } else if (symbol.fixed != nullptr) {
      before = unit_.value_of(*symbol.fixed, *this);
    } else if (symbol.by_default != nullptr && symbol.steps.empty()) {
      unit_.compile(name, symbol);
      if (!symbol.value) return symbol.meaning;
      before = unit_.value_of(*symbol.by_default, *this);
      return choice_of({input + " == null", Type::kBool, Type::kAny, rank::kRelation, "", ""}, before,
                       {input, Type::kAny, Type::kAny, 0, "", ""});
    } else {
      unit_.compile(name, symbol);
      if (!symbol.is_input) throw Untranslatable{"`" + name + "`, which is not known here"};
      before = {input, Type::kAny, Type::kAny, 0, "", input + " != null"};
    }
    return symbol.steps.empty() ? before : unit_.steps_of(name, symbol, before, *this);
  }

  Unit& unit_;
  std::string file_;
  int depth_ = 0;
};

std::optional<Unit::SystemPath> Unit::system_path(const std::string& text, const std::string& folder,
                                                  const std::string& target) {
  const std::vector<PathPart> parts = path_parts(text);
  if (parts.empty() || !of_facts_alone(parts)) return std::nullopt;
  SystemPath result;
  result.path = target + "/";
  for (const PathPart& part : parts)
    result.path += part.fact.empty() ? escaped(part.literal) : "${" + fact_expression(part.fact) + "}";
  if (target == "vars") result.path = as_yaml(result.path);
  for (const std::string& file : files_below(folder)) {
    const std::optional<std::vector<std::string>> found = matched_parts(parts, file);
    if (!found || std::any_of(found->begin(), found->end(), never_reached)) continue;
    std::string name;
    std::size_t at = 0;
    for (const PathPart& part : parts) {
      if (part.fact.empty()) {
        name += part.literal;
        continue;
      }
      const std::optional<std::string> ours = fact_value(part.fact, found->at(at));
      name += ours ? *ours : found->at(at);
      ++at;
    }
    name = target + "/" + name;
    result.files.emplace(target == "vars" ? as_yaml(name) : name, folder + "/" + file);
  }
  if (result.files.empty()) return std::nullopt;
  return result;
}

std::optional<Unit::SystemPath> Unit::templates_by_value(const std::string& text, Names& names) {
  if (system_files_.empty() || !text.ends_with(".j2")) return std::nullopt;
  SystemPath result;
  for (const auto& [target, origin] : system_files_) {
    FileNames of_file(*this, target);
    const std::optional<std::string> name = constant_text(text, of_file);
    if (!name || name->find('/') != std::string::npos) return std::nullopt;
    const std::string file = "templates/" + *name;
    // A system whose template is not there cannot be what the role is for.
    if (source_.holds(file)) result.files.emplace("templates/by_system/" + *name, file);
  }
  if (result.files.empty()) return std::nullopt;
  const Cel name = text_expression(text.substr(0, text.size() - 3), names);
  result.path = "templates/by_system/${" + name.text + "}";
  return result;
}

// A template whose name a value gives: a folder with those of the role that it can be.
std::optional<Unit::SystemPath> Unit::templates_by_pattern(const std::string& text, Names& names) {
  constexpr std::size_t kMostTemplates = 30;
  const FixedAlone fixed(*this);
  const std::vector<Choice> choices = choices_of(text, {"templates"}, {""});
  if (choices.empty() || choices.size() > kMostTemplates) return std::nullopt;
  SystemPath result;
  const bool ends = text.ends_with(".j2");
  const Cel name = text_expression(ends ? text.substr(0, text.size() - 3) : text, names);
  if (name.type != Type::kText && name.type != Type::kAny) return std::nullopt;
  const std::string folder = "templates/by_name_" + std::to_string(++chosen_folders_);
  for (const Choice& one : choices) result.files.emplace(folder + one.file.substr(9), one.file);
  result.path = folder + "/" + (ends ? "${" + name.text + "}" : "${" + text_of(name) + ".replace('.j2', '')}");
  return result;
}

std::map<std::string, std::string> Unit::write_system_files() {
  std::map<std::string, std::string> files;
  for (const auto& [target, origin] : system_files_) {
    Lines lines;
    lines.add_comment(0, "From " + shown_ + (shown_.empty() ? "" : "/") + origin);
    bool any = false;
    const auto add = [&](const std::string& key, const Node& node) {
      Symbol& symbol = symbols_[key];
      const std::string name = (symbol.system_is_apart() ? "os_" : "") + safe_name(key);
      if (broken_names_.contains(name)) return;
      FileNames names(*this, target);
      try {
        const int first = lines.next_line();
        lines.add_value("", 0, name, written_of(node, names));
        any = true;
        name_lines_[target + "\n" + name] = {first, lines.next_line() - 1};
      } catch (const Untranslatable& problem) {
        lines.add_comment(0, "by hand: " + key + ": " + problem.reason);
        symbol.by_system.erase(target);
        symbol.system_may_lack = true;
      }
    };
    for (const Entry& entry : read_yaml(origin)->entries) add(entry.key, entry.value);
    const auto more = system_more_.find(target);
    if (more != system_more_.end()) {
      lines.add_comment(0, "Of the files that are read before this one:");
      for (const auto& [key, node] : more->second) add(key, *node);
    }
    if (!any) lines.add("{}");
    files[target] = lines.text();
  }
  return files;
}

}  // namespace plumb::imports
