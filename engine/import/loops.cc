// Loops of tasks: `for_each`, or a resource for each item that is known.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/translate_text.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

constexpr std::size_t kMostUnrolled = 40;

// The value as one of CEL.
Cel loop_value(const Node& node, Names& names) {
  if (node.is_scalar()) return holds_jinja(node.text) ? text_expression(node.text, names) : cel_literal(node);
  if (node.is_sequence()) {
    std::string text;
    for (const Node& one : node.items)
      text += (text.empty() ? "" : ", ") + std::string("dyn(") + loop_value(one, names).text + ")";
    return {"[" + text + "]", Type::kList, Type::kAny, 0, "", ""};
  }
  std::string text;
  for (const Entry& one : node.entries)
    text += (text.empty() ? "" : ", ") + cel_text(one.key) + ": dyn(" + loop_value(one.value, names).text + ")";
  return {"{" + text + "}", Type::kMap, Type::kAny, 0, "", ""};
}

bool literal(const Node& node) {
  if (node.is_scalar()) return !holds_jinja(node.text);
  return std::all_of(node.items.begin(), node.items.end(), literal) &&
         std::all_of(node.entries.begin(), node.entries.end(), [](const Entry& one) { return literal(one.value); });
}

std::map<std::string, LocalNames::Field> fields_of(const std::vector<Node>& items) {
  std::map<std::string, LocalNames::Field> fields;
  for (const Node& item : items) {
    for (const Entry& entry : item.entries) {
      LocalNames::Field& field = fields[entry.key];
      const Type type = plain_type(entry.value);
      field.numbers = field.numbers || type == Type::kInt;
      field.texts = field.texts || type == Type::kText;
      field.others = field.others || (type != Type::kInt && type != Type::kText);
    }
  }
  for (auto& [name, field] : fields) {
    for (const Node& item : items) field.in_all = field.in_all && item.find(name) != nullptr;
  }
  return fields;
}

// The list that `loop`, `with_items` and their like go over.
Cel plain_items(const Node& over, const std::string& word, Names& names) {
  Cel list;
  if (over.is_sequence() && over.items.size() == 1 && word != "loop") {
    list = loop_value(over.items[0], names);
    if (!over.items[0].is_scalar() || !holds_jinja(over.items[0].text) || list.type == Type::kText)
      list = {"[" + list.text + "]", Type::kList, list.type, 0, "", ""};
  } else if (over.is_sequence()) {
    const bool flat = word != "loop" && word != "with_list";
    // Of several a list among them is its items.
    std::string text;
    Type common = Type::kAny;
    bool lists = false;
    bool first = true;
    for (const Node& each : over.items) {
      const Cel part = loop_value(each, names);
      lists = lists || (flat && (part.type == Type::kList || part.type == Type::kAny));
      common = first || common == part.type ? part.type : Type::kAny;
      first = false;
      text += (text.empty() ? "" : ", ") + std::string("dyn(") + part.text + ")";
    }
    list = {"[" + text + "]" + (lists ? ".flatten()" : ""), Type::kList, lists ? Type::kAny : common, 0, "", ""};
  } else {
    list = loop_value(over, names);
  }
  if (list.type == Type::kMap) list = {list.in_brackets(0) + ".map(k, k)", Type::kList, Type::kText, 0, "", ""};
  if (list.type == Type::kText) list = {"[" + list.text + "]", Type::kList, Type::kText, 0, "", ""};
  if (list.type == Type::kAny && list.present.find("!= null") != std::string::npos)
    list.text = list.text + " == null ? [] : " + list.text;
  return list;
}

// A number of `with_sequence`, as an expression.
std::string sequence_number(const std::string& text, Names& names) {
  const Cel value = text_expression(text, names);
  if (const std::optional<std::string> known = literal_text(value)) return std::to_string(small_number(*known));
  return value.type == Type::kInt ? value.text : "int(" + value.text + ")";
}

// Loops over what is no list of the role: numbers, hosts of the inventory.
std::optional<Cel> special_loop(const Node& over, const std::string& word, Names& names) {
  if (word == "with_inventory_hostnames") {
    const std::optional<std::string> pattern = constant_text(over.text, names);
    if (!over.is_scalar() || !pattern) throw Untranslatable{"`with_inventory_hostnames` of a variable"};
    return made("hosts(" + cel_text(*pattern) + ").map(h, h.name)", Type::kList, Type::kText);
  }
  if (word != "with_sequence") return std::nullopt;
  std::map<std::string, std::string> given;
  for (const auto& [key, value] : key_values(over.text).named) given[key] = value;
  for (const Entry& entry : over.entries) given[entry.key] = entry.value.text;
  if (given.contains("stride") && given["stride"] != "1") throw Untranslatable{"`with_sequence` with a `stride`"};
  if (!given.contains("count") && !given.contains("end")) throw Untranslatable{"`with_sequence` of other words"};
  const std::string from = given.contains("start") ? sequence_number(given["start"], names) : "1";
  const std::string count = given.contains("count")
                                ? sequence_number(given["count"], names)
                                : "math.greatest(0, " + sequence_number(given["end"], names) + " - (" + from + ") + 1)";
  const std::string format = given.contains("format") ? given["format"] : "%d";
  std::size_t at = format.find('%');
  std::size_t width = 0;
  std::string lead;
  std::string tail;
  // `%d`, `%02d`: the number, with as many zeros before it.
  if (at == std::string::npos || format.find('%', at + 1) != std::string::npos)
    throw Untranslatable{"`with_sequence` with the format `" + format + "`"};
  lead = format.substr(0, at++);
  if (at < format.size() && format[at] == '0') ++at;
  while (at < format.size() && format[at] >= '0' && format[at] <= '9')
    width = 10 * width + static_cast<std::size_t>(format[at++] - '0');
  constexpr std::size_t kWidest = 12;
  if (at >= format.size() || (format[at] != 'd' && format[at] != 'i') || width > kWidest)
    throw Untranslatable{"`with_sequence` with the format `" + format + "`"};
  tail = format.substr(at + 1);
  std::string number = "string(n + " + from + ")";
  if (width > 0)
    number = "cel.bind(t, " + number + ", size(t) < " + std::to_string(width) + " ? " +
             cel_text(std::string(width, '0')) + ".substring(size(t)) + t : t)";
  const std::string text =
      (lead.empty() ? "" : cel_text(lead) + " + ") + number + (tail.empty() ? "" : " + " + cel_text(tail));
  return made("lists.range(" + count + ").map(n, " + text + ")", Type::kList, Type::kText);
}

}  // namespace

const Node* loop_keyword(const Task& one, std::string& word) {
  if (const Node* found = one.keyword("loop")) {
    word = "loop";
    return found;
  }
  for (const Entry& entry : one.node->entries) {
    if (!entry.key.starts_with("with_")) continue;
    const std::string_view last = std::string_view(entry.key).substr(entry.key.rfind('.') + 1);
    word = last.starts_with("with_") ? std::string(last) : "with_" + std::string(last);
    return &entry.value;
  }
  return nullptr;
}

std::string loop_variable(const Task& task) {
  const Node* control = task.keyword("loop_control");
  const Entry* variable = control == nullptr ? nullptr : control->find("loop_var");
  return variable == nullptr ? "item" : variable->value.text;
}

Cel loop_list(const Node& over, const std::string& word, Names& names) {
  if (word == "with_subelements") {
    if (!over.is_sequence() || over.items.size() < 2 || !over.items[1].is_scalar())
      throw Untranslatable{"`with_subelements` without its parts"};
    const Cel list = loop_value(over.items[0], names);
    const Cel part = member(made("a", Type::kAny), over.items[1].text);
    return made(list.in_brackets(0) + ".map(a, " + part.optional + ".orValue([]).map(b, [dyn(a), dyn(b)])).flatten()",
                Type::kList);
  }
  if (word == "with_dict") {
    const Cel map = loop_value(over, names);
    return made(map.in_brackets(0) + ".transformList(k, v, {'key': dyn(k), 'value': dyn(v)})", Type::kList);
  }
  if (word != "loop" && word != "with_items" && word != "with_list" && word != "with_flattened")
    throw Untranslatable{"`" + word + "` of a value"};
  return plain_items(over, word, names);
}

std::string Unit::fresh_variable(const std::string& wanted, LocalNames& names) {
  std::string name = safe_name(wanted);
  for (int i = 2; names.has("@used " + name); ++i) name = safe_name(wanted) + std::to_string(i);
  return name;
}

// The turns of one task's loop: each way of looping, and what an item is called in it.
class LoopTurns {
 public:
  LoopTurns(Unit& unit, const Task& one, LocalNames& names, bool unroll)
      : unit_(unit), one_(one), names_(names), unroll_(unroll), over_(loop_keyword(one, word_)) {}

  std::vector<Unit::Turn> run() {
    if (over_ == nullptr) {
      turns_.push_back(fresh());
      return std::move(turns_);
    }
    variable_ = loop_variable(one_);
    own_ = unit_.fresh_variable(variable_, names_);
    if (const auto lines = special_loop(*over_, word_, names_)) {
      begin();
      add(own_, Written::of_text("${" + lines->text + "}"));
      local_->set(variable_, {own_, lines->item, Type::kAny, 0, "", ""});
      return end();
    }
    if (word_ == "with_first_found") throw Untranslatable{"`with_first_found` of a task that takes no file"};
    if (word_ == "with_fileglob") return files();
    find_items();
    if (unroll_ && is_plain() && known_items_ && items_.size() <= kMostUnrolled) return unrolled();
    begin();
    if (walks_map()) {
      map();
    } else if (word_ == "with_subelements") {
      subelements();
    } else if (word_ == "with_nested" || word_ == "with_cartesian") {
      nested();
    } else if (!filtered_pairs()) {
      if (word_ == "with_together") {
        together();
      } else if (word_ == "with_indexed_items") {
        indexed();
      } else {
        plain();
      }
    }
    return end();
  }

 private:
  Unit::Turn fresh() const {
    Unit::Turn turn;
    turn.names = std::make_unique<LocalNames>(names_);
    return turn;
  }

  void begin() {
    turn_ = fresh();
    local_ = turn_.names.get();
  }

  std::vector<Unit::Turn> end() {
    turns_.push_back(std::move(turn_));
    return std::move(turns_);
  }

  static void take(LocalNames& local, const std::string& name) {
    local.set("@used " + name, {"true", Type::kBool, Type::kAny, 0, "", ""});
  }

  void add(const std::string& name, Written source) {
    turn_.for_each.emplace_back(name, std::move(source));
    turn_.variables.push_back(name);
    take(*local_, name);
  }

  static Written expression(const Cel& value) { return Written::of_text("${" + value.text + "}"); }

  bool is_plain() const {
    return word_ == "loop" || word_ == "with_items" || word_ == "with_list" || word_ == "with_flattened";
  }

  // A resource for each file of the role that a pattern fits.
  std::vector<Unit::Turn> files() {
    for (const Node& pattern : over_->is_sequence() ? over_->items : std::vector<Node>{*over_}) {
      for (const std::string& file : files_of(pattern)) {
        Unit::Turn turn = fresh();
        Node node;
        node.kind = Node::Kind::kScalar;
        node.style = lang::Style::kDoubleQuoted;
        node.text = file;
        turn.names->set(variable_, cel_literal(node));
        turn.names->set_constant(variable_, node);
        turns_.push_back(std::move(turn));
      }
    }
    return std::move(turns_);
  }

  std::vector<std::string> files_of(const Node& pattern) const {
    const std::optional<std::string> text = constant_text(pattern.text, unit_);
    if (!text) throw Untranslatable{"`with_fileglob` whose pattern hangs on the host"};
    const std::string folder = std::filesystem::path(*text).parent_path().generic_string();
    const std::string base =
        folder.starts_with("files") || folder.starts_with("templates") ? folder : "files/" + folder;
    const std::string last = std::filesystem::path(*text).filename().generic_string();
    const std::size_t star = last.find('*');
    std::vector<std::string> found;
    for (const std::string& file : unit_.files_below(base.ends_with("/") ? base.substr(0, base.size() - 1) : base)) {
      if (file.find('/') != std::string::npos) continue;
      const bool fits = star == std::string::npos
                            ? file == last
                            : file.starts_with(last.substr(0, star)) && file.ends_with(last.substr(star + 1));
      if (fits) found.push_back((base.ends_with("/") ? base : base + "/") + file);
    }
    return found;
  }

  // What is written in place, or in a value that nobody sets otherwise.
  void find_items() {
    items_ = over_->items;
    if (!over_->is_sequence() && over_->is_scalar() && holds_jinja(over_->text)) {
      if (const std::vector<TextPart> parts = parse_text(over_->text);
          parts.size() == 1 && parts[0].expression != nullptr) {
        const Expr& value = *parts[0].expression;
        const std::optional<Node> known = constant_of(value, unit_);
        // A default may be set otherwise; only what nobody sets is known.
        const bool fixed = value.is(Expr::Kind::kName) && unit_.symbols_.contains(value.text) &&
                           unit_.symbols_.at(value.text).fixed != nullptr;
        if (known && known->is_sequence() && (fixed || unroll_)) items_ = known->items;
      }
    }
    known_items_ = !items_.empty() && std::all_of(items_.begin(), items_.end(), literal);
  }

  // A resource for each, where files are named by the item.
  std::vector<Unit::Turn> unrolled() {
    for (const Node& item : items_) {
      Unit::Turn turn = fresh();
      turn.names->set(variable_, item.is_map() || item.is_sequence()
                                     ? Cel{"dyn(" + cel_literal(item).text + ")", Type::kAny, Type::kAny, 0, "", ""}
                                     : cel_literal(item));
      turn.names->set_constant(variable_, item);
      if (item.is_map()) turn.names->set_fields(variable_, fields_of({item}));
      turns_.push_back(std::move(turn));
    }
    return std::move(turns_);
  }

  bool walks_map() const {
    const auto says = [&](std::string_view text) {
      return over_->is_scalar() && over_->text.find(text) != std::string::npos;
    };
    return word_ == "with_dict" || says("dict2items") || says("lookup('dict'") || says("query('dict'");
  }

  void map() {
    Cel map = over_->is_scalar() ? map_of_text() : loop_value(*over_, *local_);
    if (map.type == Type::kAny && !map.present.empty() && map.present.find("!= null") != std::string::npos)
      map.text = map.text + " == null ? {} : " + map.text;
    add(own_, expression(map));
    local_->set(variable_, {own_, Type::kAny, Type::kAny, 0, "", ""});
  }

  // `x | dict2items` is x here, and with more filters behind it a list of key and value.
  Cel map_of_text() {
    const std::vector<TextPart> parts = parse_text(over_->text);
    const ExprPtr& expr = parts.front().expression;
    if (parts.size() != 1 || expr == nullptr) throw Untranslatable{"a loop over a text"};
    const bool is_filter = expr->is(Expr::Kind::kFilter);
    const bool of_items = is_filter && expr->text == "dict2items" && expr->named.empty();
    Cel value = imports::translate(of_items ? *expr->children[0] : *expr, *local_);
    // A list is no map that may be missing.
    if (word_ != "with_dict" && !of_items && is_filter) value.present.clear();
    return value;
  }

  void two(const Cel& first, const std::string& second) {
    add(own_ + "_0", expression(first));
    add(own_ + "_1", Written::of_text("${" + second + "}"));
    local_->set_parts(variable_, {{own_ + "_0", first.item, Type::kAny, 0, "", ""},
                                  {own_ + "_1", Type::kAny, Type::kAny, 0, "", ""}});
  }

  void subelements() {
    if (!over_->is_sequence() || over_->items.size() < 2) throw Untranslatable{"`with_subelements` without its parts"};
    two(loop_value(over_->items[0], *local_), own_ + "_0.?" + over_->items[1].text + ".orValue([])");
  }

  void nested() {
    std::vector<Cel> parts;
    int number = 0;
    for (const Node& list : over_->items) {
      const std::string name = own_ + "_" + std::to_string(number++);
      const Cel value = loop_value(list, *local_);
      const bool in_place = literal(list) && list.is_sequence();
      add(name, in_place ? unit_.written_of(list, *local_) : expression(value));
      parts.push_back(
          {name, in_place && !list.items.empty() ? plain_type(list.items[0]) : value.item, Type::kAny, 0, "", ""});
    }
    local_->set_parts(variable_, parts);
  }

  // `a | product(b)`, `a | subelements('b')`; false of all else.
  bool filtered_pairs() {
    if (!over_->is_scalar() || !holds_jinja(over_->text)) return false;
    const std::vector<TextPart> parts = parse_text(over_->text);
    ExprPtr expr = parts.size() == 1 ? parts.front().expression : nullptr;
    while (expr != nullptr && expr->is(Expr::Kind::kFilter) && expr->text == "list") expr = expr->children[0];
    if (expr == nullptr || !expr->is(Expr::Kind::kFilter)) return false;
    if (expr->text != "product" && expr->text != "subelements") return false;
    const Cel first = imports::translate(*expr->children[0], *local_);
    two(first, expr->text == "product" ? imports::translate(*expr->children.at(1), *local_).text
                                       : own_ + "_0.?" + expr->children.at(1)->text + ".orValue([])");
    return true;
  }

  void together() {
    if (over_->items.size() != 2) throw Untranslatable{"`with_together` of other than two lists"};
    const Cel first = loop_value(over_->items[0], *local_);
    const Cel second = loop_value(over_->items[1], *local_);
    add(own_, expression(made(first.in_brackets(0) + ".zip(" + second.text + ")", Type::kList)));
    local_->set_parts(variable_, {{own_ + "[0]", first.item, Type::kAny, 0, "", ""},
                                  {own_ + "[1]", second.item, Type::kAny, 0, "", ""}});
  }

  void indexed() {
    const Cel list = plain_items(*over_, "with_items", *local_);
    add(own_ + "_0, " + own_ + "_1", expression(list));
    turn_.variables.back() = own_ + "_1";
    local_->set_parts(
        variable_, {{own_ + "_0", Type::kInt, Type::kAny, 0, "", ""}, {own_ + "_1", list.item, Type::kAny, 0, "", ""}});
  }

  void plain() {
    if (!is_plain()) throw Untranslatable{"the loop `" + word_ + "`"};
    std::string index;
    if (const Node* control = one_.keyword("loop_control")) {
      if (const Entry* found = control->find("index_var")) index = found->value.text;
    }
    const std::string name = index.empty() ? own_ : safe_name(index) + ", " + own_;
    Type item = Type::kAny;
    if (known_items_ && over_->is_sequence()) {
      item = type_of_items();
      flatten_items();
      std::vector<Written> written;
      for (const Node& each : items_) written.push_back(unit_.written_of(each, *local_));
      add(name, Written::of_list(std::move(written)));
      if (std::all_of(items_.begin(), items_.end(), [](const Node& each) { return each.is_map(); }))
        local_->set_fields(variable_, fields_of(items_));
    } else {
      const Cel list = plain_items(*over_, word_, *local_);
      item = list.item;
      add(name, expression(list));
    }
    turn_.variables.back() = own_;
    take(*local_, own_);
    local_->set(variable_, {own_, item, Type::kAny, 0, "", ""});
    if (!index.empty()) local_->set(index, {safe_name(index), Type::kInt, Type::kAny, 0, "", ""});
  }

  Type type_of_items() const {
    Type item = plain_type(items_.front());
    for (const Node& each : items_) item = plain_type(each) == item ? item : Type::kAny;
    return item == Type::kMap || item == Type::kList ? Type::kAny : item;
  }

  // Of `with_items` lists among the items are their items.
  void flatten_items() {
    if (!items_.front().is_sequence() || word_ != "with_items") return;
    std::vector<Node> flat;
    for (const Node& each : items_) {
      if (each.is_sequence()) flat.insert(flat.end(), each.items.begin(), each.items.end());
      if (!each.is_sequence()) flat.push_back(each);
    }
    items_ = std::move(flat);
  }

  Unit& unit_;
  const Task& one_;
  LocalNames& names_;
  bool unroll_;
  std::string word_;
  const Node* over_;
  std::string variable_;  // what an item is called by the task
  std::string own_;       // and here
  std::vector<Node> items_;
  bool known_items_ = false;
  std::vector<Unit::Turn> turns_;
  Unit::Turn turn_;
  LocalNames* local_ = nullptr;  // of the turn
};

std::vector<Unit::Turn> Unit::loop_of(const Task& one, LocalNames& names, bool unroll) {
  return LoopTurns(*this, one, names, unroll).run();
}

}  // namespace plumb::imports
