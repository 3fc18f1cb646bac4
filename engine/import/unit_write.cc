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

// A play for a group without hosts, as one that asks each host whether it is in the group.
bool for_nobody(Item& item, const std::string& why) {
  const Written* on = item.find("on");
  const bool about_hosts = why.find("no host matches the pattern") != std::string::npos ||
                           why.find("no host or group matches") != std::string::npos;
  if (on == nullptr || !about_hosts || on->text.find_first_of(":,&!*?[]~") != std::string::npos) return false;
  const std::string asks = cel_text(on->text) + " in host.groups";
  std::erase_if(item.keys, [](const WrittenEntry& key) { return key.name == "on"; });
  if (Written* when = item.find("when")) {
    when->text = asks + " && (" + when->text + ")";
  } else {
    item.keys.insert(item.keys.begin(), {"when", Written::of_text(asks)});
  }
  return true;
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

std::string_view line_of(std::string_view text, int line) {
  for (int at = 1; at < line && !text.empty(); ++at) {
    const std::size_t end = text.find('\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return text.substr(0, text.find('\n'));
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
    check_lines_[condition] = {first, lines.next_line() - 1};
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

bool Unit::break_at(const std::string& file, int line, const std::string& why) {
  const std::string_view faulty = line_of(written_[file], line);
  // Types that do not go together are left to the host first.
  const bool opens = is_about_types(why);
  const auto mark = [&](Item& item) {
    if (item.broken) return false;
    if (opens && item.opened.insert(why).second) {
      bool any = false;
      for (auto& [key, value] : item.keys) any = open_types(value, key == "when", why) || any;
      if (any) return true;
    }
    if (const std::string printed = text_that_is_a_number(why); !printed.empty() && item.opened.insert(why).second) {
      if (Written* value = item.find(printed); value != nullptr && print_numbers(*value)) return true;
    }
    if (wait_for_values(item, faulty, why)) return true;
    item.broken = true;
    item.comment = why;
    const Written* use = item.kind == Item::Kind::kUse ? item.find("use") : nullptr;
    if (use != nullptr && item.row < 0) tell_once("the use of `" + use->text + "` is by hand: " + why);
    std::vector<int> rows = item.other_rows;
    rows.push_back(item.row);
    for (const int row : rows) {
      if (row < 0) continue;
      set_outcome(row, Outcome::kByHand);
      note(row, why);
      report_.tasks[static_cast<std::size_t>(row)].effort = 2;
    }
    return true;
  };
  const std::function<bool(Items&)> in_items = [&](Items& items) {
    for (auto& item : items) {
      if (item->kind == Item::Kind::kBlock) {
        if (in_items(item->children) || in_items(item->rescue)) return true;
      }
      if (item->broken || item->kind == Item::Kind::kComment || line < item->first_line || line > item->last_line)
        continue;
      if (item->kind == Item::Kind::kBlock) {
        // For a group that the inventory has not, it is there for nobody.
        if (for_nobody(*item, why)) return true;
        // Its own condition or loop is at fault: all of it goes.
        bool any = false;
        const std::function<void(Items&)> all = [&](Items& inner) {
          for (auto& child : inner) {
            if (child->kind == Item::Kind::kBlock) {
              all(child->children);
            } else if (child->kind != Item::Kind::kComment) {
              any = mark(*child) || any;
            }
          }
        };
        all(item->children);
        all(item->rescue);
        return any;
      }
      return mark(*item);
    }
    return false;
  };
  if (file != file_) {
    for (const auto& [key, place] : name_lines_) {
      if (!key.starts_with(file + "\n") || line < place.first || line > place.second) continue;
      return broken_names_.insert(key.substr(file.size() + 1)).second;
    }
    bool any = false;
    const std::function<void(Items&)> uses = [&](Items& items) {
      for (auto& item : items) {
        auto& own = item->template_files;
        if (opens && std::find(own.begin(), own.end(), file) != own.end() && item->opened.insert(why).second) {
          std::string text = text_with_open_types(files_[file], why);
          if (text != files_[file]) {
            files_[file] = std::move(text);
            any = true;
            return;
          }
        }
        const auto here = std::find(own.begin(), own.end(), file);
        if (here != own.end() && own.size() > 1) {
          // One of several that it may be: a host that asks for it is told so.
          own.erase(here);
          files_.erase(file);
          note(item->row, "the template `" + file + "` is by hand: " + why);
          set_outcome(item->row, Outcome::kPartly);
          any = true;
        } else if (here != own.end()) {
          any = mark(*item) || any;
        }
        uses(item->children);
        uses(item->rescue);
      }
    };
    uses(items_);
    return any;
  }
  for (const auto& [condition, place] : check_lines_) {
    if (line < place.first || line > place.second) continue;
    // What the defaults themselves do not hold is somebody's to set: a warning until it is.
    if (why.find("this does not hold") != std::string::npos && broken_names_.insert("warn " + condition).second)
      return true;
    for (const auto& [own, row] : check_rows_) {
      if (own != condition) continue;
      set_outcome(row, Outcome::kByHand);
      note(row, why);
      report_.tasks[static_cast<std::size_t>(row)].effort = 1;
    }
    return broken_names_.insert("check " + condition).second;
  }
  for (const auto& [key, place] : name_lines_) {
    if (!key.starts_with(file_ + "\n") || line < place.first || line > place.second) continue;
    const std::string name = key.substr(file_.size() + 1);
    if (name.starts_with("readings.")) {
      tell_once((shown_.empty() ? name_ : shown_) + ": the reading `" + name.substr(9) + "` is by hand: " + why);
      return broken_names_.insert(name).second;
    }
    for (auto& [own, symbol] : symbols_) {
      const std::string safe = safe_name(own);
      const bool value = name == "values." + safe || name == "values." + safe + "_default";
      if (!value || !symbol.problem.empty()) continue;
      if (opens && symbol.opened.insert(why).second) {
        std::optional<Written>& own_value = name == "values." + safe ? symbol.value : symbol.before;
        if (own_value && open_types(*own_value, false, why)) return true;
      }
      if (name == "values." + safe && wait_for_values(own, symbol, why)) return true;
      // The value is somebody's to give; what reads it finds it under its old name.
      symbol.problem = why;
      for (const Symbol::Step& step : symbol.steps) {
        set_outcome(step.row, Outcome::kByHand);
        note(step.row, why);
      }
      symbol.before.reset();
      symbol.value = Written::of_text("${dyn(inputs." + safe + ")}");
      symbol.is_input = true;
      symbol.may_be_null = true;
      report_.notes.push_back((shown_.empty() ? name_ : shown_) + ": the value of `" + own + "` is by hand: " + why);
      return true;
    }
    return false;
  }
  return in_items(items_);
}

}  // namespace plumb::imports
