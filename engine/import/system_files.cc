// Files of variables, one for each system: `values_from` of the module.
#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/import/expression.h"
#include "engine/import/translate_text.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

constexpr int kDeepestValue = 12;

// A literal part of a path, or a fact in it.
struct PathPart {
  std::string literal;
  std::string fact;
};

std::string fact_in(const Expr& expr) {
  using Of = Expr::Kind;
  if (expr.is(Of::kFilter) && (expr.text == "lower" || expr.text == "default" || expr.text == "string"))
    return fact_in(*expr.children[0]);
  // distribution_version.split('.')[0]
  if (expr.is(Of::kIndex) && expr.children[0]->is(Of::kCall) && expr.children[1]->is(Of::kInt) &&
      expr.children[1]->text == "0") {
    const Expr& callee = *expr.children[0]->children[0];
    if (callee.is(Of::kAttribute) && callee.text == "split" &&
        fact_named(*callee.children[0]) == "distribution_version")
      return "distribution_major_version";
  }
  return fact_named(expr);
}

std::optional<std::vector<PathPart>> parts_of(const std::string& text) {
  std::vector<PathPart> parts;
  try {
    for (const TextPart& part : parse_text(text)) {
      if (part.expression == nullptr) {
        parts.push_back({part.literal, ""});
        continue;
      }
      const std::string fact = fact_in(*part.expression);
      if (fact.empty() || fact_expression(fact).empty()) return std::nullopt;
      parts.push_back({"", fact});
    }
  } catch (const Untranslatable&) {
    return std::nullopt;
  }
  return parts;
}

// What the facts of `parts` are where `name` is what they make; nothing where it is not.
bool match_parts(const std::vector<PathPart>& parts, std::size_t part, std::string_view name,
                 std::vector<std::string>& found) {
  if (part == parts.size()) return name.empty();
  if (parts[part].fact.empty()) {
    if (!name.starts_with(parts[part].literal)) return false;
    return match_parts(parts, part + 1, name.substr(parts[part].literal.size()), found);
  }
  for (std::size_t size = 1; size <= name.size(); ++size) {
    found.emplace_back(name.substr(0, size));
    if (found.back().find('/') == std::string::npos && match_parts(parts, part + 1, name.substr(size), found))
      return true;
    found.pop_back();
  }
  return false;
}

bool never_reached(std::string value) {
  static constexpr std::string_view kNot[] = {"freebsd", "openbsd", "netbsd", "dragonfly", "smartos",
                                              "solaris", "windows", "sunos",  "aix",       "hp-ux"};
  value = lowered(value);
  return std::any_of(std::begin(kNot), std::end(kNot), [&](std::string_view one) { return value.starts_with(one); });
}

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
  const auto parts = parts_of(text);
  if (!parts) return std::nullopt;
  SystemPath result;
  result.path = target + "/";
  for (const PathPart& part : *parts)
    result.path += part.fact.empty() ? escaped(part.literal) : "${" + fact_expression(part.fact) + "}";
  if (target == "vars") result.path = as_yaml(result.path);
  for (const std::string& file : files_below(folder)) {
    std::vector<std::string> found;
    if (!match_parts(*parts, 0, file, found) || std::any_of(found.begin(), found.end(), never_reached)) continue;
    std::string name;
    std::size_t at = 0;
    for (const PathPart& part : *parts) {
      if (part.fact.empty()) {
        name += part.literal;
        continue;
      }
      const std::optional<std::string> ours = fact_value(part.fact, found[at]);
      name += ours ? *ours : found[at];
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

std::map<std::string, std::string> Unit::write_system_files() {
  std::map<std::string, std::string> files;
  for (const auto& [target, origin] : system_files_) {
    Lines lines;
    lines.add_comment(0, "From " + shown_ + (shown_.empty() ? "" : "/") + origin);
    bool any = false;
    for (const Entry& entry : read_yaml(origin)->entries) {
      Symbol& symbol = symbols_[entry.key];
      const std::string name = (symbol.system_gives_way ? "os_" : "") + safe_name(entry.key);
      if (broken_names_.contains(name)) continue;
      FileNames names(*this, target);
      try {
        const int first = lines.next_line();
        lines.add_value("", 0, name, written_of(entry.value, names));
        any = true;
        name_lines_[target + "\n" + name] = {first, lines.next_line() - 1};
      } catch (const Untranslatable& problem) {
        lines.add_comment(0, "by hand: " + entry.key + ": " + problem.reason);
        symbol.by_system.erase(target);
        symbol.system_may_lack = true;
      }
    }
    if (!any) lines.add("{}");
    files[target] = lines.text();
  }
  return files;
}

}  // namespace plumb::imports
