#include "engine/import/resource.h"

#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

// `key: value` pairs of `{a=b,c=d}`.
std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view table) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t at = 0; at < table.size();) {
    const std::size_t end = std::min(table.find(',', at), table.size());
    const std::string_view one = table.substr(at, end - at);
    const std::size_t equals = one.find('=');
    if (equals != std::string_view::npos) pairs.emplace_back(one.substr(0, equals), one.substr(equals + 1));
    at = end + 1;
  }
  return pairs;
}

// Python's patterns that RE2 writes otherwise.
std::string pattern_text(std::string text) {
  for (std::size_t at = text.find("\\Z"); at != std::string::npos; at = text.find("\\Z", at))
    text.replace(at, 2, "\\z");
  if (text.find("(?=") != std::string::npos || text.find("(?!") != std::string::npos ||
      text.find("(?<") != std::string::npos)
    throw Untranslatable{"a pattern that looks around (RE2 does not)"};
  return text;
}

// The expressions of a text that speak of a loop become `*`: a glob of addresses.
std::string glob_of_identity(const std::string& text, const std::vector<std::string>& variables) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, 2, "${") != 0 || (at > 0 && text[at - 1] == '$')) {
      out += text[at++];
      continue;
    }
    std::size_t end = at + 2;
    int depth = 1;
    char quote = 0;
    while (end < text.size() && depth > 0) {
      const char c = text[end];
      if (quote != 0) {
        if (c == '\\') ++end;
        if (c == quote) quote = 0;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '{') {
        ++depth;
      } else if (c == '}') {
        --depth;
      }
      ++end;
    }
    const std::string inner = text.substr(at, end - at);
    const bool loops = std::any_of(variables.begin(), variables.end(),
                                   [&](const std::string& name) { return inner.find(name) != std::string::npos; });
    out += loops ? "*" : inner;
    at = end;
  }
  while (out.find("**") != std::string::npos) out.erase(out.find("**"), 1);
  return out;
}

bool keyed(const std::string& kind) {
  return kind == "line" || kind == "block" || kind == "replace" || kind == "ini" || kind == "cron" ||
         kind == "authorized_key" || kind == "limits" || kind == "alternatives" || kind == "pip" || kind == "npm" ||
         kind == "htpasswd" || kind == "postgresql_extension" || kind == "mysql_user";
}

bool is_omit(const ExprPtr& expr) {
  return expr != nullptr && expr->is(Expr::Kind::kName) && expr->text == "omit";
}

// A value that may be left out: nothing at all, or `value` where it is there or `decides` says so.
struct Omission {
  ExprPtr value;
  ExprPtr decides;
  bool negated = false;
  bool empty_too = false;  // what is empty is left out as well
};

std::optional<Omission> omission_of(const Node& node) {
  if (!node.is_scalar() || node.text.find("omit") == std::string::npos) return std::nullopt;
  const std::vector<TextPart> parts = parse_text(node.text);
  const ExprPtr& expr = parts.front().expression;
  if (parts.size() != 1 || expr == nullptr) return std::nullopt;
  if (is_omit(expr)) return Omission{};
  const std::vector<ExprPtr>& inner = expr->children;
  if (expr->is(Expr::Kind::kConditional)) {
    if (is_omit(inner[2])) return Omission{inner[0], inner[1], false, false};
    if (is_omit(inner[0]) && inner[2] != nullptr) return Omission{inner[2], inner[1], true, false};
    return std::nullopt;
  }
  if (expr->is(Expr::Kind::kOr) && is_omit(inner[1])) return Omission{inner[0], nullptr, false, true};
  if (!expr->is(Expr::Kind::kFilter)) return std::nullopt;
  if (expr->text == "ternary" && inner.size() == 3) {
    if (is_omit(inner[2])) return Omission{inner[1], inner[0], false, false};
    if (is_omit(inner[1])) return Omission{inner[2], inner[0], true, false};
  }
  if ((expr->text != "default" && expr->text != "d") || inner.size() < 2 || !is_omit(inner[1])) return std::nullopt;
  const bool empty_too = inner.size() > 2 && inner[2]->is(Expr::Kind::kBool) && inner[2]->text == "true";
  return Omission{inner[0], nullptr, false, empty_too};
}

// A value, or null where it is not given: an attribute that is null is not given either.
std::string given_or_null(const Cel& value, bool empty_too, Form form) {
  std::string text = value.text;
  if (form == Form::kText && (value.type == Type::kInt || value.type == Type::kAny)) text = "string(" + text + ")";
  if (form == Form::kList && value.type == Type::kText) text = value.in_brackets(rank::kAtom) + ".split(',')";
  if (form == Form::kList && value.type == Type::kAny)
    text = "(type(" + text + ") == list ? " + text + " : string(" + text + ").split(','))";
  std::string there = value.present;
  if (empty_too) {
    const std::string full = value.type == Type::kText ? value.in_brackets(rank::kSum) + " != ''"
                             : value.type == Type::kList || value.type == Type::kMap
                                 ? "size(" + value.text + ") > 0"
                                 : "optional.ofNonZeroValue(" + value.text + ").hasValue()";
    there += (there.empty() ? "" : " && ") + full;
  }
  if (there.empty()) return text;
  if (text == value.text && there == text + " != null") return text;
  return there + " ? dyn(" + text + ") : dyn(null)";
}

}  // namespace

void ask_inside(Item& item) {
  for (const std::string_view guard : {"creates", "removes"}) {
    const Written* path = item.find(std::string(guard));
    Written* run = item.find("run");
    if (path == nullptr || run == nullptr || item.type != "command") continue;
    const std::string test = guard == "creates" ? "test -e \"$0\" || " : "test ! -e \"$0\" || ";
    std::vector<Written> words{Written::of_text("sh"), Written::of_text("-c")};
    if (run->is_list()) {
      words.push_back(Written::of_text(test + "exec \"$@\""));
      words.push_back(*path);
      words.insert(words.end(), run->items.begin(), run->items.end());
    } else {
      words.push_back(Written::of_text(test + "{ " + run->text + "\n}"));
      words.push_back(*path);
    }
    *run = Written::of_list(std::move(words));
    std::erase_if(item.keys, [&](const WrittenEntry& entry) { return entry.name == guard; });
  }
}

Builder::Builder(Unit& unit, const Task& task, const Surroundings& around, int row)
    : unit_(unit), task_(task), around_(around), row_(row) {
  if (const Node* name = task_.keyword("register"); name != nullptr && unit_.registered_.contains(name->text)) {
    for (Registered& one_of_them : unit_.registered_.at(name->text)) {
      if (one_of_them.task == &task_) registered_ = &one_of_them;
    }
  }
}

void Builder::build() {
  const ModuleRow* table = row_of(task_.module);
  if (table == nullptr && !special_module(task_.module))
    throw Untranslatable{is_resource_module(task_.module)
                             ? "there is no kind for `" + task_.module + "` yet"
                             : "the module `" + task_.written_module + "` has no counterpart"};
  const Node* src = task_.argument({"src"});
  const bool names_files = src != nullptr && holds_jinja(src->text) &&
                           (task_.module == "template" || task_.module == "copy" || task_.module == "unarchive");
  // Where the item names a file of the project, there is a resource for each.
  std::vector<Unit::Turn> turns;
  if (src != nullptr && task_.keyword("with_first_found") != nullptr) {
    Unit::Turn turn;
    turn.names = std::make_unique<LocalNames>(*around_.names);
    turns.push_back(std::move(turn));
  } else {
    turns = unit_.loop_of(task_, *around_.names, names_files);
  }
  for (Unit::Turn& turn : turns) {
    if (const Node* variables = task_.keyword("vars")) unit_.bind({variables}, *turn.names);
    std::vector<const Item*> changes;
    const bool takes_changes = task_.module == "command" || task_.module == "shell" || task_.module == "reboot" ||
                               task_.module == "wait_for" || task_.module == "uri" ||
                               row_of(task_.module) == row_of("service") ||
                               (row_of(task_.module) == row_of("package") &&
                                task_.argument({"name", "pkg", "package", "deb", "upgrade"}) == nullptr);
    const Cel when = unit_.when_of(task_, *turn.names, takes_changes ? &changes : nullptr);
    if (!around_.changes.empty()) {
      if (!takes_changes)
        throw Untranslatable{
            "what is done only where something changed, which only a command or a restart can say here "
            "(`run_on`, `restart_on`)"};
      changes.insert(changes.end(), around_.changes.begin(), around_.changes.end());
    }
    if (when.text == "false") {
      unit_.set_outcome(row_, Outcome::kNotNeeded);
      unit_.note(row_, "its condition never holds here");
      continue;
    }
    one(turn, when, changes);
  }
}

void Builder::one(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  used_.clear();
  if (special(turn, when, changes)) {
  } else {
    const ModuleRow& table = *row_of(task_.module);
    auto item = start(std::string(table.kind), turn, when);
    by_table(table, *item, turn);
    after_table(*item, turn);
    const Written* edited = task_.module == "htpasswd" ? item->find("path") : nullptr;
    const std::optional<Written> beside = edited == nullptr ? std::nullopt : std::optional(*edited);
    finish(std::move(item), turn, changes);
    if (beside) owner_beside(*beside, turn, when);
    if (task_.module == "mysql_user") mysql_privileges(turn, when, changes);
  }
  for (const Entry& entry : task_.arguments.entries) {
    if (!used_.contains(entry.key)) no_word(entry.key, "has no word here");
  }
}

std::unique_ptr<Item> Builder::start(const std::string& kind, Unit::Turn& turn, const Cel& when) {
  auto item = std::make_unique<Item>();
  item->type = kind;
  item->row = row_;
  item->put(kind, Written::of_text(""));
  if (!turn.for_each.empty()) item->put("for_each", Written::of_map(turn.for_each));
  if (when.text != "true") item->put("when", Written::of_text(when.text));
  return item;
}

bool Builder::given(std::initializer_list<std::string_view> names) const {
  return task_.argument(names) != nullptr;
}

void Builder::ignore(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) used_.insert(std::string(name));
}

void Builder::no_word(const std::string& parameter, const std::string& why) {
  unit_.note(row_, "`" + parameter + "` " + why);
  TaskOutcome& row = unit_.report_.tasks[static_cast<std::size_t>(row_)];
  if (row.outcome == Outcome::kTranslated || row.outcome == Outcome::kOtherWay) row.outcome = Outcome::kPartly;
  row.effort = std::max(row.effort, 1);
}

bool Builder::is(std::initializer_list<std::string_view> names, std::string_view value) {
  const Node* found = task_.argument(names);
  return found != nullptr && found->is_scalar() && found->text == value;
}

bool Builder::yes(std::initializer_list<std::string_view> names) {
  const Node* found = task_.argument(names);
  ignore(names);
  return found != nullptr && found->is_scalar() && (is_true_word(found->text) || found->text == "1");
}

std::string Builder::text(std::initializer_list<std::string_view> names, Names& local) {
  const Node* found = task_.argument(names);
  ignore(names);
  if (found == nullptr) return "";
  return translate_text(found->text, local).text;
}

Written Builder::write(const Node& node, Form form, Names& local) {
  if (form == Form::kList) {
    if (node.is_scalar() && holds_jinja(node.text)) {
      const Text whole = translate_text(node.text, local);
      if (!whole.whole) {
        // Texts with commas between them.
        std::vector<Written> items;
        for (std::size_t at = 0; at <= node.text.size();) {
          std::size_t end = at;
          int depth = 0;
          while (end < node.text.size() && (depth > 0 || node.text[end] != ',')) {
            if (node.text.compare(end, 2, "{{") == 0) ++depth;
            if (node.text.compare(end, 2, "}}") == 0) --depth;
            ++end;
          }
          items.push_back(Written::of_text(translate_text(node.text.substr(at, end - at), local).text));
          at = end + 1;
        }
        return Written::of_list(std::move(items));
      }
      const Cel& value = whole.value;
      if (value.type == Type::kText) return Written::of_text("${" + value.in_brackets(0) + ".split(',')}");
      if (value.type == Type::kAny)
        return Written::of_text("${type(" + value.text + ") == list ? " + value.in_brackets(rank::kOr) + " : string(" +
                                value.text + ").split(',')}");
      return Written::of_text(whole.text);
    }
    std::vector<Written> items;
    for (const Node& item : items_of(node)) {
      if (item.is_map()) throw Untranslatable{"a list of maps where texts are wanted"};
      items.push_back(write(item, Form::kText, local));
    }
    return Written::of_list(std::move(items));
  }
  if (node.is_null()) return Written::of_text("");
  if (!node.is_scalar()) return unit_.written_of(node, local);
  if (form == Form::kPattern) return Written::of_text(translate_text(pattern_text(node.text), local).text);
  if (!holds_jinja(node.text)) {
    if (form == Form::kBool) return Written::of_plain(is_true_word(node.text) || node.text == "1" ? "true" : "false");
    if (form == Form::kInt && plain_type(node) == Type::kInt) return Written::of_plain(node.text);
    if (form == Form::kInt && !node.text.empty() && node.text.find_first_not_of("0123456789") == std::string::npos)
      return Written::of_plain(node.text);
    if (form == Form::kMode && node.text.size() < 4 && node.text.find_first_not_of("01234567") == std::string::npos)
      return Written::of_text(std::string(4 - node.text.size(), '0') + node.text);
    return Written::of_text(escaped(node.text));
  }
  const Text value = translate_text(node.text, local);
  if (!value.whole) return Written::of_text(value.text);
  Cel cel = value.value;
  if (form == Form::kBool && cel.type != Type::kBool) {
    cel = cel.type == Type::kInt
              ? Cel{cel.in_brackets(rank::kSum) + " == 1", Type::kBool, Type::kAny, rank::kRelation, "", ""}
              : Cel{text_of(cel) + ".lowerAscii() in ['true', 'yes', 'on', '1']",
                    Type::kBool,
                    Type::kAny,
                    rank::kRelation,
                    "",
                    ""};
  } else if (form == Form::kInt && cel.type == Type::kText) {
    cel = {"int(" + cel.text + ")", Type::kInt, Type::kAny, 0, "", ""};
  } else if (form == Form::kText && (cel.type == Type::kInt || cel.type == Type::kFloat)) {
    cel = {"string(" + cel.text + ")", Type::kText, Type::kAny, 0, "", ""};
  } else if (form == Form::kText && cel.type == Type::kBool) {
    cel = {printed(cel), Type::kText, Type::kAny, rank::kConditional, "", ""};
  } else if (form == Form::kMode && cel.type == Type::kInt) {
    cel = {"'0%s'.format([string(" + cel.text + ")])", Type::kText, Type::kAny, 0, "", ""};
  }
  const std::optional<std::string> known = cel.type == Type::kText ? literal_text(cel) : std::nullopt;
  return Written::of_text(known ? escaped(*known) : "${" + cel.text + "}");
}

Written Builder::mapped(const Node& node, std::string_view table, Names& local) {
  const auto pairs = pairs_of(table);
  if (node.is_scalar() && !holds_jinja(node.text)) {
    for (const auto& [theirs, ours] : pairs) {
      if (theirs == node.text) return Written::of_text(ours);
    }
    throw Untranslatable{"`" + node.text + "`, which has no word here"};
  }
  const std::optional<Omission> omission = omission_of(node);
  const bool may_lack = omission && omission->value != nullptr && omission->decides == nullptr;
  const Cel value = may_lack ? translate(*omission->value, local) : text_expression(node.text, local);
  std::string map;
  bool same = true;
  for (const auto& [theirs, ours] : pairs) {
    same = same && theirs == ours;
    map += (map.empty() ? "" : ", ") + cel_text(theirs) + ": " + cel_text(ours);
  }
  Cel ours = value;
  if (!same) ours = {"{" + map + "}[" + value.text + "]", Type::kText, Type::kAny, 0, "", value.present};
  if (!may_lack) return Written::of_text("${" + ours.text + "}");
  // Null where it is not given.
  const std::string there = ours.present.empty() ? "true" : ours.present;
  const std::string full = omission->empty_too ? " && optional.ofNonZeroValue(" + value.text + ").hasValue()" : "";
  return Written::of_text("${" + there + full + " ? dyn(" + ours.text + ") : dyn(null)}");
}

std::optional<Written> Builder::take(std::initializer_list<std::string_view> names, Form form, Names& local) {
  const Node* node = task_.argument(names);
  ignore(names);
  if (node == nullptr || node->is_null()) return std::nullopt;
  if (const std::optional<Omission> omission = omission_of(*node)) {
    const ExprPtr& value = omission->value;
    if (value == nullptr) return std::nullopt;
    Cel found = translate(*value, local);
    if (omission->decides != nullptr) {
      Cel decides = condition(*omission->decides, local);
      if (omission->negated) decides = negation_of(decides);
      if (decides.text == "false") return std::nullopt;
      found.present = decides.text == "true" ? "" : decides.in_brackets(rank::kAnd);
    }
    if (found.present == "false") return std::nullopt;
    return Written::of_text("${" + given_or_null(found, omission->empty_too, form) + "}");
  }
  if (node->is_scalar() && node->text.find("omit") != std::string::npos) {
    // Somewhere among other values: null is not given either.
    LocalNames with_omit(local);
    with_omit.set("omit", {"dyn(null)", Type::kAny, Type::kAny, 0, "", ""});
    return Written::of_text("${" + text_expression(node->text, with_omit).text + "}");
  }
  return write(*node, form, local);
}

void Builder::identify(Item& item, const std::string& kind, Written identity, const Unit::Turn& turn) {
  item.patterns.clear();
  const auto add = [&](const std::string& text) {
    std::string glob = kind + ":" + glob_of_identity(text, turn.variables);
    if (keyed(kind) && !glob.ends_with('*')) glob += "*";
    item.patterns.push_back(std::move(glob));
  };
  if (identity.is_list()) {
    for (const Written& one : identity.items) add(one.text);
  } else {
    add(identity.text);
  }
  item.put(kind, std::move(identity));
}

void Builder::finish(std::unique_ptr<Item> item, Unit::Turn& turn, const std::vector<const Item*>& changes) {
  unit_.add_keywords(task_, *item, *turn.names, around_);
  if (!changes.empty()) {
    const std::string attribute = item->type == "service" ? "restart_on" : "run_on";
    ask_inside(*item);
    for (const Item* source : changes) item->triggers.emplace_back(attribute, source);
  }
  // What never counts as a change sets nothing off.
  const Node* changed = task_.keyword("changed_when");
  const bool never =
      changed != nullptr && changed->is_plain() && plain_type(*changed) == Type::kBool && !is_true_word(changed->text);
  if (!never) {
    unit_.notify(task_, *item);
    for (const std::string& handler : around_.notified) unit_.notify(handler, *item);
  }
  const bool by_words = changed != nullptr && !(changed->is_plain() && plain_type(*changed) == Type::kBool);
  const bool told_on = registered_ != nullptr || task_.keyword("notify") != nullptr || !around_.notified.empty();
  if (by_words && told_on) no_word("changed_when", "has no word here: it counts as changed whenever it does something");
  if (around_.with_defaults.contains(task_.module)) no_word("module_defaults", "of this module are to be said here");
  if (!never && registered_ != nullptr) registered_->items.push_back(item.get());
  around_.out->push_back(std::move(item));
}

void Builder::by_table(const ModuleRow& table, Item& item, Unit::Turn& turn) {
  LocalNames& local = *turn.names;
  const std::string kind(table.kind);
  // The identity.
  std::vector<std::string> own;
  for (std::size_t at = 0; at <= table.identity.size() && !table.identity.empty();) {
    const std::size_t end = std::min(table.identity.find('|', at), table.identity.size());
    own.emplace_back(table.identity.substr(at, end - at));
    at = end + 1;
  }
  for (const std::string& name : own) {
    const Node* node = task_.argument({name});
    used_.insert(name);
    if (node == nullptr) continue;
    Written identity = node->is_sequence() ? write(*node, Form::kList, local) : write(*node, Form::kText, local);
    identify(item, kind, std::move(identity), turn);
    break;
  }
  for (std::size_t at = 0; at < table.attributes.size();) {
    const std::size_t end = std::min(table.attributes.find(' ', at), table.attributes.size());
    std::string_view word = table.attributes.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    if (word.front() == '-') {
      used_.insert(std::string(word.substr(1)));
      continue;
    }
    if (word.front() == '?') {
      const std::string name(word.substr(1));
      const bool there = task_.argument({name}) != nullptr;
      used_.insert(name);
      if (there) no_word(name, "has no word here");
      continue;
    }
    std::string_view values;
    if (const std::size_t brace = word.find('{'); brace != std::string_view::npos) {
      values = word.substr(brace + 1, word.size() - brace - 2);
      word = word.substr(0, brace);
    }
    const std::size_t equals = word.find('=');
    const std::size_t colon = word.rfind(':');
    const std::string attribute(word.substr(0, equals));
    std::string_view names = word.substr(equals + 1, colon - equals - 1);
    const char letter = word[colon + 1];
    const Form form = letter == 'b'   ? Form::kBool
                      : letter == 'i' ? Form::kInt
                      : letter == 'm' ? Form::kMode
                      : letter == 'l' ? Form::kList
                      : letter == 'p' ? Form::kPattern
                                      : Form::kText;
    for (std::size_t from = 0; from <= names.size();) {
      const std::size_t to = std::min(names.find('|', from), names.size());
      const std::string_view name = names.substr(from, to - from);
      from = to + 1;
      const Node* node = task_.argument({name});
      used_.insert(std::string(name));
      if (node == nullptr) continue;
      if (!values.empty()) {
        item.put(attribute, mapped(*node, values, local));
      } else {
        if (std::optional<Written> value = take({name}, form, local)) item.put(attribute, std::move(*value));
      }
    }
  }
}

}  // namespace plumb::imports
