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

std::vector<Unit::Turn> Unit::loop_of(const Task& one, LocalNames& names, bool unroll) {
  std::vector<Turn> turns;
  const auto make = [&] {
    Turn turn;
    turn.names = std::make_unique<LocalNames>(names);
    return turn;
  };
  std::string word;
  const Node* over = loop_keyword(one, word);
  if (over == nullptr) {
    turns.push_back(make());
    return turns;
  }
  const std::string variable = loop_variable(one);
  std::string index;
  if (const Node* control = one.keyword("loop_control")) {
    if (const Entry* found = control->find("index_var")) index = found->value.text;
  }
  const std::string own = fresh_variable(variable, names);
  const auto used = [](LocalNames& local, const std::string& name) {
    local.set("@used " + name, {"true", Type::kBool, Type::kAny, 0, "", ""});
  };

  if (const auto lines = special_loop(*over, word, names)) {
    Turn turn = make();
    turn.for_each.emplace_back(own, Written::of_text("${" + lines->text + "}"));
    turn.variables.push_back(own);
    used(*turn.names, own);
    turn.names->set(variable, {own, lines->item, Type::kAny, 0, "", ""});
    turns.push_back(std::move(turn));
    return turns;
  }
  if (word == "with_first_found") throw Untranslatable{"`with_first_found` of a task that takes no file"};
  if (word == "with_fileglob") {
    std::vector<std::string> found;
    for (const Node& pattern : over->is_sequence() ? over->items : std::vector<Node>{*over}) {
      const std::optional<std::string> text = constant_text(pattern.text, *this);
      if (!text) throw Untranslatable{"`with_fileglob` whose pattern hangs on the host"};
      const std::string folder = std::filesystem::path(*text).parent_path().generic_string();
      const std::string base =
          folder.starts_with("files") || folder.starts_with("templates") ? folder : "files/" + folder;
      const std::string end = std::filesystem::path(*text).filename().generic_string();
      const std::size_t star = end.find('*');
      for (const std::string& file : files_below(base.ends_with("/") ? base.substr(0, base.size() - 1) : base)) {
        if (file.find('/') != std::string::npos) continue;
        const bool fits = star == std::string::npos
                              ? file == end
                              : file.starts_with(end.substr(0, star)) && file.ends_with(end.substr(star + 1));
        if (fits) found.push_back((base.ends_with("/") ? base : base + "/") + file);
      }
    }
    for (const std::string& file : found) {
      Turn turn = make();
      Node node;
      node.kind = Node::Kind::kScalar;
      node.style = lang::Style::kDoubleQuoted;
      node.text = file;
      turn.names->set(variable, cel_literal(node));
      turn.names->set_constant(variable, node);
      turns.push_back(std::move(turn));
    }
    return turns;
  }

  // Written in place: a resource for each, where files are named by the item.
  std::vector<Node> items = over->items;
  if (!over->is_sequence() && over->is_scalar() && holds_jinja(over->text)) {
    if (const std::vector<TextPart> parts = parse_text(over->text);
        parts.size() == 1 && parts[0].expression != nullptr) {
      const std::optional<Node> known = constant_of(*parts[0].expression, *this);
      // A default may be set otherwise; only what nobody sets is known.
      const bool fixed = parts[0].expression->is(Expr::Kind::kName) && symbols_.contains(parts[0].expression->text) &&
                         symbols_.at(parts[0].expression->text).fixed != nullptr;
      if (known && known->is_sequence() && (fixed || unroll)) items = known->items;
    }
  }
  const bool known_items = !items.empty() && std::all_of(items.begin(), items.end(), literal);
  const bool plain_list = word == "loop" || word == "with_items" || word == "with_list" || word == "with_flattened";
  if (unroll && plain_list && known_items && items.size() <= kMostUnrolled) {
    for (const Node& item : items) {
      Turn turn = make();
      turn.names->set(variable, item.is_map() || item.is_sequence()
                                    ? Cel{"dyn(" + cel_literal(item).text + ")", Type::kAny, Type::kAny, 0, "", ""}
                                    : cel_literal(item));
      turn.names->set_constant(variable, item);
      if (item.is_map()) {
        turn.names->set_fields(variable, fields_of({item}));
      }
      turns.push_back(std::move(turn));
    }
    return turns;
  }

  Turn turn = make();
  LocalNames& local = *turn.names;
  const auto add = [&](const std::string& name, Written source) {
    turn.for_each.emplace_back(name, std::move(source));
    turn.variables.push_back(name);
    used(local, name);
  };
  const auto expression = [](const Cel& value) { return Written::of_text("${" + value.text + "}"); };

  if (word == "with_dict" || (over->is_scalar() && over->text.find("dict2items") != std::string::npos) ||
      (over->is_scalar() && (over->text.find("lookup('dict'") != std::string::npos ||
                             over->text.find("query('dict'") != std::string::npos))) {
    Cel map;
    if (over->is_scalar()) {
      const std::vector<TextPart> parts = parse_text(over->text);
      const ExprPtr& expr = parts.front().expression;
      if (parts.size() != 1 || expr == nullptr) throw Untranslatable{"a loop over a text"};
      const bool items_filter = expr->is(Expr::Kind::kFilter) && expr->text == "dict2items" && expr->named.empty();
      if (word != "with_dict" && !items_filter && expr->is(Expr::Kind::kFilter)) {
        // `x | dict2items | selectattr(…)`: a list of key and value.
        const Cel list = imports::translate(*expr, local);
        add(own, expression(list));
        local.set(variable, {own, Type::kAny, Type::kAny, 0, "", ""});
        turns.push_back(std::move(turn));
        return turns;
      }
      map = items_filter ? imports::translate(*expr->children[0], local) : imports::translate(*expr, local);
      if (expr->is(Expr::Kind::kCall)) map = imports::translate(*expr, local);
    } else {
      map = loop_value(*over, local);
    }
    if (map.type == Type::kAny && !map.present.empty() && map.present.find("!= null") != std::string::npos)
      map.text = map.text + " == null ? {} : " + map.text;
    add(own, expression(map));
    local.set(variable, {own, Type::kAny, Type::kAny, 0, "", ""});
    turns.push_back(std::move(turn));
    return turns;
  }

  const auto two = [&](const Cel& first, const std::string& second) {
    add(own + "_0", Written::of_text("${" + first.text + "}"));
    add(own + "_1", Written::of_text("${" + second + "}"));
    local.set_parts(variable,
                    {{own + "_0", first.item, Type::kAny, 0, "", ""}, {own + "_1", Type::kAny, Type::kAny, 0, "", ""}});
  };
  if (word == "with_subelements") {
    if (!over->is_sequence() || over->items.size() < 2) throw Untranslatable{"`with_subelements` without its parts"};
    const Cel list = loop_value(over->items[0], local);
    two(list, own + "_0.?" + over->items[1].text + ".orValue([])");
    turns.push_back(std::move(turn));
    return turns;
  }
  if (word == "with_nested" || word == "with_cartesian") {
    std::vector<Cel> parts;
    int number = 0;
    for (const Node& list : over->items) {
      const std::string name = own + "_" + std::to_string(number++);
      const Cel value = loop_value(list, local);
      add(name, literal(list) && list.is_sequence() ? written_of(list, local) : expression(value));
      parts.push_back(
          {name, literal(list) && list.is_sequence() && !list.items.empty() ? plain_type(list.items[0]) : value.item,
           Type::kAny, 0, "", ""});
    }
    local.set_parts(variable, parts);
    turns.push_back(std::move(turn));
    return turns;
  }
  if (over->is_scalar() && holds_jinja(over->text)) {
    const std::vector<TextPart> parts = parse_text(over->text);
    ExprPtr expr = parts.size() == 1 ? parts.front().expression : nullptr;
    while (expr != nullptr && expr->is(Expr::Kind::kFilter) && expr->text == "list") expr = expr->children[0];
    const bool nested =
        expr != nullptr && expr->is(Expr::Kind::kFilter) && (expr->text == "product" || expr->text == "subelements");
    if (nested) {
      const Cel first = imports::translate(*expr->children[0], local);
      if (expr->text == "product") {
        const Cel second = imports::translate(*expr->children.at(1), local);
        two(first, second.text);
      } else {
        two(first, own + "_0.?" + expr->children.at(1)->text + ".orValue([])");
      }
      turns.push_back(std::move(turn));
      return turns;
    }
  }
  if (word == "with_together") {
    if (over->items.size() != 2) throw Untranslatable{"`with_together` of other than two lists"};
    const Cel first = loop_value(over->items[0], local);
    const Cel second = loop_value(over->items[1], local);
    add(own, expression(made(first.in_brackets(0) + ".zip(" + second.text + ")", Type::kList)));
    local.set_parts(variable, {{own + "[0]", first.item, Type::kAny, 0, "", ""},
                               {own + "[1]", second.item, Type::kAny, 0, "", ""}});
    turns.push_back(std::move(turn));
    return turns;
  }
  if (word == "with_indexed_items") {
    const Cel list = plain_items(*over, "with_items", local);
    add(own + "_0, " + own + "_1", expression(list));
    turn.variables.back() = own + "_1";
    local.set_parts(variable,
                    {{own + "_0", Type::kInt, Type::kAny, 0, "", ""}, {own + "_1", list.item, Type::kAny, 0, "", ""}});
    turns.push_back(std::move(turn));
    return turns;
  }
  static constexpr std::string_view kPlain[] = {"loop", "with_items", "with_list", "with_flattened"};
  if (std::find(std::begin(kPlain), std::end(kPlain), word) == std::end(kPlain))
    throw Untranslatable{"the loop `" + word + "`"};

  Type item = Type::kAny;
  if (known_items && over->is_sequence()) {
    item = plain_type(items.front());
    for (const Node& each : items) item = plain_type(each) == item ? item : Type::kAny;
    if (item == Type::kMap || item == Type::kList) item = Type::kAny;
    if (items.front().is_sequence() && word == "with_items") {
      // Lists in it are each list.
      std::vector<Node> flat;
      for (const Node& each : items) {
        if (each.is_sequence()) flat.insert(flat.end(), each.items.begin(), each.items.end());
        if (!each.is_sequence()) flat.push_back(each);
      }
      items = std::move(flat);
    }
    std::vector<Written> written;
    for (const Node& each : items) written.push_back(written_of(each, local));
    add(index.empty() ? own : safe_name(index) + ", " + own, Written::of_list(std::move(written)));
    if (std::all_of(items.begin(), items.end(), [](const Node& each) { return each.is_map(); }))
      local.set_fields(variable, fields_of(items));
  } else {
    const Cel list = plain_items(*over, word, local);
    item = list.item;
    add(index.empty() ? own : safe_name(index) + ", " + own, expression(list));
  }
  turn.variables.back() = own;
  used(local, own);
  local.set(variable, {own, item, Type::kAny, 0, "", ""});
  if (!index.empty()) local.set(index, {safe_name(index), Type::kInt, Type::kAny, 0, "", ""});
  turns.push_back(std::move(turn));
  return turns;
}

}  // namespace plumb::imports
