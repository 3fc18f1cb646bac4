// A unit as the files of a module.
#include <algorithm>
#include <functional>

#include "engine/base/ascii.h"
#include "engine/import/expression.h"
#include "engine/import/literal.h"
#include "engine/import/open_types.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

std::string schema_type(Type type) {
  switch (type) {
    case Type::kText:
      return "string";
    case Type::kInt:
      return "integer";
    case Type::kFloat:
      return "number";
    case Type::kBool:
      return "boolean";
    case Type::kList:
      return "array";
    case Type::kMap:
      return "object";
    default:
      return "";
  }
}

Written schema_of(const Node& node) {
  WrittenMap schema;
  const Type type = plain_type(node);
  schema.emplace_back("type", Written::of_text(schema_type(type)));
  if (type == Type::kList && !node.items.empty()) {
    const Type first = plain_type(node.items.front());
    const bool same =
        std::all_of(node.items.begin(), node.items.end(), [&](const Node& one) { return plain_type(one) == first; });
    const bool scalar = first == Type::kText || first == Type::kInt || first == Type::kBool || first == Type::kFloat;
    if (same && scalar) schema.emplace_back("items", Written::of_map({{"type", Written::of_text(schema_type(first))}}));
  }
  schema.emplace_back("default", literal_of(node));
  return Written::of_map(std::move(schema));
}

// Whether an expression in one of these files asks for a reading.
bool is_asked(const std::string& name, const std::map<std::string, std::string>& files) {
  const std::string word = "readings." + name;
  return std::any_of(files.begin(), files.end(), [&](const auto& file) {
    const std::string& text = file.second;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      const char behind = at + word.size() < text.size() ? text[at + word.size()] : ' ';
      if (!is_letter(behind) && !is_digit(behind) && behind != '_') return true;
    }
    return false;
  });
}

}  // namespace

const Symbol* Unit::symbol(const std::string& name) const {
  const auto found = symbols_.find(name);
  return found == symbols_.end() ? nullptr : &found->second;
}

std::set<std::string> Unit::patterns() const {
  std::set<std::string> all;
  for (const Play& play : plays_) {
    if (!play.hosts.empty()) all.insert(play.hosts);
  }
  return all;
}

void Unit::adopt(const std::string& name, const Unit& from) {
  const Symbol* theirs = from.symbol(name);
  if (theirs == nullptr || symbols_.contains(name)) return;
  Symbol& symbol = symbols_[name];
  symbol.is_sensitive = theirs->is_sensitive;
  symbol.input_type = theirs->input_type;
  symbol.may_be_null = theirs->may_be_null;
  if (theirs->by_default != nullptr && !holds_jinja_within(*theirs->by_default) && theirs->problem.empty())
    symbol.by_default = theirs->by_default;
  symbol.is_input = true;
  symbol.compiled = true;
  symbol.meaning = {"inputs." + safe_name(name), Type::kAny, Type::kAny, 0, "", ""};
}

bool Unit::is_live(const Item& item) const {
  if (item.broken || item.kind == Item::Kind::kComment) return false;
  if (item.kind != Item::Kind::kBlock) return true;
  return std::any_of(item.children.begin(), item.children.end(), [&](const auto& child) { return is_live(*child); });
}

// Without what it waits for a command would run at each apply. True where one is by hand for that now.
bool Unit::break_waiting(Items& items) {
  bool any = false;
  for (auto& item : items) {
    any = break_waiting(item->children) || any;
    any = break_waiting(item->rescue) || any;
    const auto waits = [](const auto& one) { return one.first == "run_on"; };
    const auto& triggers = item->triggers;
    if (item->broken || item->type != "command" || std::none_of(triggers.begin(), triggers.end(), waits) ||
        std::any_of(triggers.begin(), triggers.end(),
                    [&](const auto& one) { return waits(one) && is_live(*one.second); }))
      continue;
    item->broken = true;
    item->comment = "what it waits for is by hand";
    set_outcome(item->row, Outcome::kByHand);
    note(item->row, item->comment);
    any = true;
  }
  return any;
}

void Unit::write_item(Item& item, std::size_t indent, Lines& lines) {
  const std::string lead(indent, ' ');
  if (item.kind == Item::Kind::kComment) {
    lines.add_comment(indent, item.comment);
    return;
  }
  if (item.broken) {
    const TaskOutcome row = item.row < 0 ? TaskOutcome() : report_.tasks[static_cast<std::size_t>(item.row)];
    const std::string what = item.row < 0 ? std::string("a use of a module")
                                          : row.name + " (" + row.file + ":" + std::to_string(row.line) + ")";
    lines.add_comment(indent, "by hand: " + what + "\n  " + item.comment);
    Lines own;
    bool first = true;
    for (const auto& [key, value] : item.keys) {
      own.add_value(first ? "- " : "  ", 2, key, value);
      first = false;
    }
    std::string text = own.text();
    if (!text.empty()) text.pop_back();
    lines.add_comment(indent, text);
    return;
  }
  if (item.kind == Item::Kind::kBlock) {
    if (!item.comment.empty()) lines.add_comment(indent, item.comment);
    if (!is_live(item)) {
      for (auto& child : item.children) write_item(*child, indent, lines);
      return;
    }
  }
  item.first_line = lines.next_line();
  bool first = true;
  const auto put = [&](const std::string& key, const Written& value) {
    lines.add_value(first ? lead + "- " : lead + "  ", indent + 2, key, value);
    first = false;
  };
  for (const auto& [key, value] : item.keys) put(key, value);
  std::map<std::string, std::vector<std::string>> triggers;
  for (const auto& [attribute, source] : item.triggers) {
    if (!is_live(*source)) continue;
    for (const std::string& pattern : source->patterns) {
      std::vector<std::string>& list = triggers[attribute];
      if (std::find(list.begin(), list.end(), pattern) == list.end()) list.push_back(pattern);
    }
  }
  for (const auto& [attribute, patterns] : triggers) put(attribute, Written::of_texts(patterns));
  item.last_line = lines.next_line() - 1;
  if (item.kind != Item::Kind::kBlock) return;
  lines.add((first ? lead + "- " : lead + "  ") + "resources:");
  for (auto& child : item.children) write_item(*child, indent + 4, lines);
  const bool rescues =
      std::any_of(item.rescue.begin(), item.rescue.end(), [&](const auto& child) { return is_live(*child); });
  if (!item.rescue.empty() && rescues) lines.add(lead + "  rescue:");
  for (auto& child : item.rescue) write_item(*child, indent + 4, lines);
}

void Unit::write_items(const Items& items, std::size_t indent, Lines& lines) {
  for (const auto& item : items) write_item(*item, indent, lines);
}

void Unit::write_inputs(Lines& lines) {
  bool any = false;
  std::set<std::string> written;
  for (auto& [name, symbol] : symbols_) {
    if (!symbol.is_input) continue;
    if (!any) lines.add("\ninputs:");
    any = true;
    const std::string own = safe_name(name);
    if (!written.insert(own).second) {
      tell_once((shown_.empty() ? name_ : shown_) + ": names that differ in capitals alone are one input here, `" +
                own + "`");
      continue;
    }
    if (!symbol.problem.empty()) lines.add_comment(2, "by hand: the value of " + name + ": " + symbol.problem);
    Written schema;
    const bool literal = symbol.by_default != nullptr && plain_type(*symbol.by_default) != Type::kNull &&
                         !holds_jinja_within(*symbol.by_default) && symbol.problem.empty() && !symbol.may_be_null &&
                         !symbol.is_list;
    if (!symbol.default_text.empty()) {
      schema =
          Written::of_map({{"type", Written::of_text("string")}, {"default", Written::of_text(symbol.default_text)}});
    } else if (is_mixed(name) && !symbol.is_sensitive) {
      const bool given = symbol.by_default != nullptr && plain_type(*symbol.by_default) != Type::kNull &&
                         !holds_jinja_within(*symbol.by_default);
      schema = Written::of_map({{"type", Written::of_texts({"string", "null"})},
                                {"default", given ? text_or_null(*symbol.by_default) : Written::of_plain("null")}});
    } else if (literal) {
      schema = schema_of(*symbol.by_default);
      if (symbol.is_sensitive) schema.entries.emplace_back("sensitive", Written::of_plain("true"));
    } else {
      const bool null = symbol.may_be_null || symbol.is_sensitive || !symbol.problem.empty();
      const std::string type = schema_type(symbol.is_sensitive ? Type::kText : symbol.input_type);
      schema.kind = Written::Kind::kMap;
      schema.entries.emplace_back("type", null ? Written::of_texts({type, "null"}) : Written::of_text(type));
      Written zero = Written::of_plain("null");
      if (!null) {
        zero = type == "array"    ? Written::of_list({})
               : type == "object" ? Written::of_map({})
               : type == "string" ? Written::of_text("")
                                  : Written::of_plain(type == "boolean" ? "false" : "0");
        if (!symbol.is_list)
          schema.entries.emplace_back("description", Written::of_text("The role has no default for it."));
      }
      schema.entries.emplace_back("default", zero);
      if (symbol.is_sensitive) schema.entries.emplace_back("sensitive", Written::of_plain("true"));
    }
    const int first = lines.next_line();
    lines.add_value("  ", 2, own, schema);
    name_lines_[file_ + "\ninputs." + own] = {first, lines.next_line() - 1};
  }
}

void Unit::write_named(Lines& lines) {
  if (!system_paths_.empty() && !system_files_.empty()) {
    std::vector<std::string> paths;
    for (const std::string& text : system_paths_) {
      if (!holds_jinja(text)) {
        paths.push_back("vars/" + text.substr(0, text.rfind('.')) + ".yaml");
      } else if (std::optional<SystemPath> path = variable_files(text)) {
        if (std::find(paths.begin(), paths.end(), path->path) == paths.end()) paths.push_back(path->path);
      }
    }
    if (!paths.empty()) {
      lines.add("");
      lines.add_value("", 0, "values_from", Written::of_map({{"first_of", Written::of_texts(paths)}}));
    }
  }
  bool any = false;
  std::set<std::string> names;
  const auto value = [&](const std::string& name, const Written& written) {
    if (!names.insert(name).second) return;
    if (!any) lines.add("\nvalues:");
    any = true;
    const int first = lines.next_line();
    lines.add_value("  ", 2, name, written);
    name_lines_[file_ + "\nvalues." + name] = {first, lines.next_line() - 1};
  };
  for (auto& [name, symbol] : symbols_) {
    if (!symbol.compiled) continue;
    const std::string own = safe_name(name);
    if (symbol.before) value(own + "_default", *symbol.before);
    if (symbol.value) value(own, *symbol.value);
  }
  any = false;
  for (auto& [name, source] : readings_) {
    if (broken_names_.contains("readings." + name) || unasked_.contains(name)) continue;
    if (!any) lines.add("\nreadings:");
    any = true;
    const int first = lines.next_line();
    lines.add_value("  ", 2, name, Written::of_map(source));
    name_lines_[file_ + "\nreadings." + name] = {first, lines.next_line() - 1};
  }
  any = false;
  for (auto& [condition, message] : checks_) {
    if (broken_names_.contains("check " + condition)) {
      lines.add_comment(2, "by hand: a check that plumb does not take: " + condition);
      continue;
    }
    if (!any) lines.add("\nchecks:");
    any = true;
    const int first = lines.next_line();
    lines.add_value("  - ", 4, "condition", Written::of_text(condition));
    lines.add_value("    ", 4, "message", message);
    if (broken_names_.contains("warn " + condition))
      lines.add_value("    ", 4, "severity", Written::of_text("warning"));
    check_lines_.emplace(condition, std::pair(first, lines.next_line() - 1));
  }
}

std::string Unit::own_text() {
  // Places in files of values were taken down before.
  std::erase_if(name_lines_, [&](const auto& one) { return one.first.starts_with(file_ + "\n"); });
  check_lines_.clear();
  Lines lines;
  lines.add_comment(0, "From Ansible: " + (shown_.empty() ? name_ : shown_));
  lines.add(head_.empty() ? "plumb: v1" : head_);
  write_inputs(lines);
  write_named(lines);
  const bool any = std::any_of(items_.begin(), items_.end(), [&](const auto& item) { return is_live(*item); });
  if (any) lines.add("\nresources:");
  if (!any) {
    Lines remarks;
    write_items(items_, 0, remarks);
    if (!remarks.text().empty()) lines.add("");
  }
  // As `plumb fmt` has comments that stand below no key.
  write_items(items_, any ? 2 : 0, lines);
  return lines.text();
}

std::map<std::string, std::string> Unit::write() {
  std::map<std::string, std::string> files;
  name_lines_.clear();
  const std::map<std::string, std::string> system = write_system_files();
  for (const auto& [name, text] : system) files[name] = text;
  for (const auto& [name, text] : files_) files[name] = text;
  while (break_waiting(items_)) {
  }
  files[file_] = own_text();
  // What was asked for and is not needed after all is not read either.
  const std::size_t before = unasked_.size();
  for (const auto& [name, source] : readings_) {
    if (!is_asked(name, files)) unasked_.insert(name);
  }
  if (unasked_.size() != before) files[file_] = own_text();
  written_ = files;
  return files;
}

}  // namespace plumb::imports
