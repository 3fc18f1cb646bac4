// What names mean in a unit: inputs, values, facts, and what tasks registered.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/literal.h"
#include "engine/import/translate_text.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

Cel atom(std::string text, Type type, Type item = Type::kAny) {
  return {std::move(text), type, item, rank::kAtom, "", ""};
}

bool deep_jinja(const Node& node) {
  if (node.is_scalar()) return holds_jinja(node.text);
  return std::any_of(node.items.begin(), node.items.end(), deep_jinja) ||
         std::any_of(node.entries.begin(), node.entries.end(), [](const Entry& one) { return deep_jinja(one.value); });
}

Type item_type(const Node& list) {
  if (list.items.empty()) return Type::kAny;
  const Type first = plain_type(list.items.front());
  const bool same =
      std::all_of(list.items.begin(), list.items.end(), [&](const Node& one) { return plain_type(one) == first; });
  const bool scalar = first == Type::kText || first == Type::kInt || first == Type::kBool || first == Type::kFloat;
  return same && scalar ? first : Type::kAny;
}

}  // namespace

void Unit::mark_sensitive(const std::string& name) {
  symbols_[name].is_sensitive = true;
}

std::vector<std::string> Unit::input_names() const {
  std::vector<std::string> names;
  for (const auto& [name, symbol] : symbols_) {
    if (symbol.is_input) names.push_back(name);
  }
  return names;
}

const Node* Unit::constant(const std::string& name) const {
  const auto found = symbols_.find(name);
  if (found == symbols_.end()) return nullptr;
  const Symbol& symbol = found->second;
  if (!symbol.steps.empty() || !symbol.by_system.empty()) return nullptr;
  return symbol.fixed != nullptr || fixed_alone_ ? symbol.fixed : symbol.by_default;
}

// A value of a file of variables, with all that it holds, as one expression.
Cel Unit::value_of(const Node& node, Names& names) {
  if (!deep_jinja(node)) return cel_literal(node);
  if (node.is_scalar()) return text_expression(node.text, names);
  std::string text;
  if (node.is_sequence()) {
    std::vector<Cel> items;
    for (const Node& one : node.items) items.push_back(value_of(one, names));
    const bool mixed =
        std::any_of(items.begin(), items.end(), [&](const Cel& one) { return one.type != items[0].type; });
    for (const Cel& one : items) text += (text.empty() ? "" : ", ") + (mixed ? "dyn(" + one.text + ")" : one.text);
    return atom("[" + text + "]", Type::kList, mixed || items.empty() ? Type::kAny : items[0].type);
  }
  for (const Entry& one : node.entries)
    text += (text.empty() ? "" : ", ") + cel_text(one.key) + ": dyn(" + value_of(one.value, names).text + ")";
  return atom("{" + text + "}", Type::kMap);
}

// The same as YAML, with expressions in its texts.
Written Unit::written_of(const Node& node, Names& names) {
  if (node.is_sequence()) {
    std::vector<Written> items;
    for (const Node& one : node.items) items.push_back(written_of(one, names));
    return Written::of_list(std::move(items));
  }
  if (node.is_map()) {
    WrittenMap entries;
    for (const Entry& one : node.entries) entries.emplace_back(one.key, written_of(one.value, names));
    return Written::of_map(std::move(entries));
  }
  if (node.is_scalar() && holds_jinja(node.text)) return Written::of_text(translate_text(node.text, names).text);
  return literal_of(node);
}

// The types that the inventory gives a name.
std::set<Type> Unit::known_types(const std::string& name) const {
  std::set<Type> types;
  for (auto [at, end] = known_values_.equal_range(name); at != end; ++at) {
    if (!deep_jinja(*at->second) && plain_type(*at->second) != Type::kNull) types.insert(plain_type(*at->second));
  }
  return types;
}

// Whether the default and the inventory give a name scalars of several types: here it is text, and null for `false`.
bool Unit::is_mixed(const std::string& name) const {
  std::set<Type> types = known_types(name);
  const auto own = symbols_.find(name);
  const Node* by_default = own == symbols_.end() ? nullptr : own->second.by_default;
  if (by_default != nullptr && !deep_jinja(*by_default) && plain_type(*by_default) != Type::kNull)
    types.insert(plain_type(*by_default));
  return types.size() > 1 && std::none_of(types.begin(), types.end(), [](Type type) {
           return type == Type::kList || type == Type::kMap || type == Type::kAny;
         });
}

// What a value is like, by what is done with it; and whether something asks whether it is there at all.
Type Unit::type_by_use(const std::string& name, bool& asked_for) const {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '\'';
  };
  std::map<Type, int> found;
  // What the inventory gives it says most.
  if (const std::set<Type> known = known_types(name); !known.empty()) found[*known.begin()] = 1000;
  if (words_.empty()) {
    const std::string_view text = all_text_;
    const auto in_word = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (!in_word(text[at])) continue;
      const std::size_t from = at;
      while (at < text.size() && in_word(text[at])) ++at;
      words_[text.substr(from, at - from)].push_back(from);
    }
  }
  const auto places = words_.find(name);
  for (const std::size_t at : places == words_.end() ? std::vector<std::size_t>() : places->second) {
    const std::size_t end = at + name.size();
    if (at > 0 && letter(all_text_[at - 1])) continue;
    if (end < all_text_.size() && letter(all_text_[end]) && all_text_[end] != '.') continue;
    std::string_view rest = std::string_view(all_text_).substr(end, 60);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    const auto filter = [&](std::string_view word) {
      if (!rest.starts_with('|')) return false;
      std::string_view own = rest.substr(1);
      while (own.starts_with(' ')) own.remove_prefix(1);
      return own.starts_with(word);
    };
    if (rest.starts_with("is ") || filter("default") || filter("d(")) asked_for = true;
    if (filter("bool")) ++found[Type::kBool];
    if (filter("int")) ++found[Type::kInt];
    if (filter("join") || filter("list") || filter("map") || filter("select") || filter("unique") || filter("flatten"))
      ++found[Type::kList];
    if (filter("dict2items") || filter("combine") || rest.starts_with(".items") || rest.starts_with(".keys"))
      ++found[Type::kMap];
    if (rest.starts_with('.') && rest.size() > 1 && rest[1] >= 'a' && rest[1] <= 'z' && !rest.starts_with(".split") &&
        !rest.starts_with(".strip") && !rest.starts_with(".lower") && !rest.starts_with(".replace") &&
        !rest.starts_with(".startswith"))
      ++found[Type::kMap];
    // A macro asks of what it is given whether it is there.
    std::string_view lead = std::string_view(all_text_).substr(0, at);
    while (lead.ends_with(' ')) lead.remove_suffix(1);
    if ((lead.ends_with('(') || lead.ends_with(',')) && (rest.starts_with(')') || rest.starts_with(',')) &&
        all_text_.find("macro ") != std::string::npos)
      asked_for = true;
    const std::size_t line = all_text_.rfind('\n', at) == std::string::npos ? 0 : all_text_.rfind('\n', at) + 1;
    const std::string_view before = std::string_view(all_text_).substr(line, at - line);
    if (before.ends_with(" in ") && before.find("{%") != std::string_view::npos &&
        before.find("for ") != std::string_view::npos)
      ++found[Type::kList];
    const std::size_t colon = before.find(':');
    const std::string_view key = colon == std::string_view::npos ? std::string_view() : before.substr(0, colon);
    if (key.ends_with("with_items") || key.ends_with("loop")) ++found[Type::kList];
    if (key.ends_with("with_dict")) ++found[Type::kMap];
    const bool alone = rest.empty() || rest.front() == '\n';
    if (key.ends_with("when") && alone && before.find('=') == std::string_view::npos) ++found[Type::kBool];
  }
  Type best = Type::kText;
  int most = 0;
  for (const auto& [type, count] : found) {
    if (count > most) best = type;
    most = std::max(most, count);
  }
  return best;
}

// What somebody may set from outside, and what nobody has to.
Cel Unit::outside(const std::string& name, Symbol& symbol, Type type) {
  const std::string input = "inputs." + safe_name(name);
  bool asked_for = false;
  const Type by_use = type_by_use(name, asked_for);
  symbol.is_input = true;
  symbol.may_be_null = true;
  symbol.input_type = type == Type::kAny || type == Type::kNull ? by_use : type;
  return {input, symbol.input_type, Type::kAny, 0, "", input + " != null"};
}

Cel Unit::declare_unknown(const std::string& name) {
  Symbol& symbol = symbols_[name];
  bool asked_for = false;
  const Type type = type_by_use(name, asked_for);
  const std::string own = safe_name(name);
  symbol.is_input = true;
  symbol.compiled = true;
  symbol.input_type = type;
  symbol.may_be_null = asked_for || is_mixed(name);
  symbol.meaning = atom("inputs." + own, type);
  if (symbol.may_be_null) {
    symbol.value = Written::of_text("${dyn(inputs." + own + ")}");
    symbol.meaning = atom("values." + own, Type::kAny);
    symbol.meaning.present = "values." + own + " != null";
  }
  return symbol.meaning;
}

// What a name means before any task sets it.
Cel Unit::previous(const std::string& name, Symbol& symbol) {
  const std::string own = safe_name(name);
  const std::string input = "inputs." + own;
  if (!symbol.by_system.empty()) {
    Type type = Type::kAny;
    Type item = Type::kAny;
    bool first = true;
    for (const auto& [file, node] : symbol.by_system) {
      const Type one = deep_jinja(*node) && node->is_scalar() ? Type::kAny : plain_type(*node);
      const Type inner = node->is_sequence() && !deep_jinja(*node) ? item_type(*node) : Type::kAny;
      if (first) item = inner;
      if (inner != item) item = Type::kAny;
      type = first || one == type ? one : Type::kAny;
      first = false;
    }
    const std::string key = (symbol.system_is_apart() ? "os_" : "") + own;
    Cel found = atom("values." + key, type, item);
    if (symbol.system_may_lack) {
      Cel fallback = atom(type == Type::kAny ? "dyn(null)" : zero_of(type), type, item);
      if (symbol.fixed != nullptr) {
        symbol.before = written_of(*symbol.fixed, *this);
        fallback = atom("values." + own + "_default", plain_type(*symbol.fixed));
      } else if (symbol.by_default != nullptr && !deep_jinja(*symbol.by_default)) {
        symbol.is_input = true;
        fallback = atom(input, plain_type(*symbol.by_default));
      }
      found.text = "values.?" + key + ".orValue(" + fallback.text + ")";
      if (fallback.type == Type::kMap) {
        // Maps of files may have types of their own.
        found.text = "has(values." + key + ") ? dyn(values." + key + ") : dyn(" + fallback.text + ")";
        found.rank = rank::kConditional;
      }
      if (symbol.fixed == nullptr && symbol.by_default == nullptr) found.present = "has(values." + key + ")";
      if (fallback.type != type) found.type = Type::kAny;
      if (symbol.fixed == nullptr && symbol.by_default == nullptr) found.optional = "values.?" + key;
    }
    if (!symbol.system_gives_way) return found;
    found.present.clear();
    found.optional.clear();
    symbol.is_input = true;
    if (symbol.by_default != nullptr && !deep_jinja(*symbol.by_default))
      return atom(input, plain_type(*symbol.by_default));
    return choice_of({input + " == null", Type::kBool, Type::kAny, rank::kRelation, "", ""}, found,
                     outside(name, symbol, found.type));
  }
  if (symbol.fixed != nullptr) {
    if (!symbol.steps.empty()) {
      symbol.before = written_of(*symbol.fixed, *this);
      return atom("values." + own + "_default", deep_jinja(*symbol.fixed) ? Type::kAny : plain_type(*symbol.fixed));
    }
    return value_of(*symbol.fixed, *this);
  }
  if (symbol.by_default != nullptr) {
    symbol.is_input = true;
    const Type type = plain_type(*symbol.by_default);
    if (symbol.is_sensitive || type == Type::kNull || is_mixed(name)) {
      Cel given = outside(name, symbol, Type::kAny);
      if (!symbol.steps.empty()) return given;
      symbol.value = Written::of_text("${dyn(" + input + ")}");
      Cel meaning = atom("values." + own, Type::kAny);
      meaning.present = "values." + own + " != null";
      return meaning;
    }
    if (type == Type::kBool && !is_true_word(symbol.by_default->text)) {
      // `false` where others give a list: an empty one.
      bool asked_for = false;
      if (type_by_use(name, asked_for) == Type::kList) {
        symbol.input_type = Type::kList;
        symbol.is_list = true;
        return atom(input, Type::kList);
      }
    }
    if (!deep_jinja(*symbol.by_default)) {
      return atom(input, type, type == Type::kList ? item_type(*symbol.by_default) : Type::kAny);
    }
    const Cel unset{input + " == null", Type::kBool, Type::kAny, rank::kRelation, "", ""};
    if (symbol.by_default->is_scalar()) {
      const Cel own_value = value_of(*symbol.by_default, *this);
      return choice_of(unset, own_value, outside(name, symbol, own_value.type));
    }
    symbol.before = written_of(*symbol.by_default, *this);
    return choice_of(unset, atom("values." + own + "_default", type), outside(name, symbol, type));
  }
  Cel given = outside(name, symbol, Type::kAny);
  if (!symbol.steps.empty() || !symbol.by_system.empty()) return given;
  symbol.value = Written::of_text("${dyn(" + input + ")}");
  Cel meaning = atom("values." + own, Type::kAny);
  meaning.present = "values." + own + " != null";
  return meaning;
}

void Unit::compile(const std::string& name, Symbol& symbol) {
  if (symbol.compiled) return;
  const std::string own = safe_name(name);
  if (symbol.compiling) throw Untranslatable{"values that need each other (`" + name + "`)"};
  symbol.compiling = true;
  try {
    Cel value = previous(name, symbol);
    if (!symbol.steps.empty()) value = steps_of(name, symbol, value, *this);
    if (value.text.find("inputs." + own) != std::string::npos) symbol.is_input = true;
    const bool simple = value.text == "inputs." + own || value.text == "values." + own ||
                        (symbol.steps.empty() && !symbol.by_system.empty() && !symbol.system_gives_way);
    if (value.text.find("inputs." + own) != std::string::npos) symbol.is_input = true;
    if (simple) {
      symbol.meaning = value;
    } else if (symbol.steps.empty() && symbol.fixed != nullptr) {
      symbol.value = written_of(*symbol.fixed, *this);
      symbol.meaning = atom("values." + own, value.type, value.item);
    } else {
      symbol.value = Written::of_text("${" + value.text + "}");
      symbol.meaning = atom("values." + own, value.type, value.item);
      // A fact that only some condition sets may be missing.
      if (!symbol.steps.empty() && !value.present.empty()) symbol.meaning.present = "values." + own + " != null";
    }
    // What every host works out anew, nobody sets.
    const std::string input = "inputs." + own;
    symbol.is_input = symbol.meaning.text.find(input) != std::string::npos ||
                      value.text.find(input) != std::string::npos ||
                      (symbol.value && symbol.value->text.find(input) != std::string::npos);
  } catch (const Untranslatable& problem) {
    symbol.problem = problem.reason;
    symbol.before.reset();
    outside(name, symbol, Type::kAny);
    symbol.value = Written::of_text("${dyn(inputs." + own + ")}");
    symbol.meaning = atom("values." + own, Type::kAny);
    symbol.meaning.present = "values." + own + " != null";
  }
  symbol.compiling = false;
  symbol.compiled = true;
}

std::optional<Cel> Unit::magic(const std::string& name) {
  if (name == "inventory_hostname" || name == "inventory_hostname_short" || name == "ansible_hostname_short")
    return name == "inventory_hostname" ? atom("host.name", Type::kText) : atom("host.name.split('.')[0]", Type::kText);
  if (name == "group_names") return atom("host.groups", Type::kList, Type::kText);
  if (name == "role_name" || name == "ansible_role_name") return atom(cel_text(name_), Type::kText);
  if (name == "role_path" || name == "playbook_dir" || name == "inventory_dir")
    throw Untranslatable{"`" + name + "`, a folder on the machine that runs Ansible"};
  if (name == "ansible_play_hosts" || name == "play_hosts" || name == "ansible_play_batch")
    return atom("hosts('all').map(h, h.name)", Type::kList, Type::kText);
  if (name == "omit") throw Untranslatable{"`omit` outside of `default(omit)`"};
  if (name == "hostvars" || name == "vars") throw Untranslatable{"`" + name + "`"};
  if (name == "groups") throw Untranslatable{"all of `groups`"};
  return std::nullopt;
}

// Of the environment in which plumb runs: an input, which `PLUMB_INPUT_NAME` sets.
Cel Unit::environment_variable(const std::string& name) {
  if (name == "USER" || name == "HOME") {
    tell_once((shown_.empty() ? name_ : shown_) + ": `lookup('env', '" + name +
              "')` is that of the user who works on the host here");
    return atom(name == "USER" ? "facts.user.name" : "facts.user.home", Type::kText);
  }
  const std::string own = "env_" + safe_name(name);
  Symbol& symbol = symbols_[own];
  if (!symbol.compiled) {
    symbol.is_input = true;
    symbol.compiled = true;
    symbol.meaning = atom("inputs." + own, Type::kText);
    report_.notes.push_back((shown_.empty() ? name_ : shown_) + ": `lookup('env', '" + name + "')` is the input `" +
                            own + "`, empty until somebody gives it");
  }
  return symbol.meaning;
}

// What a URL gives, an expression of CEL: asked by the host itself.
Cel Unit::answer_of(const std::string& url) {
  const std::size_t nth = urls_.try_emplace(url, urls_.size() + 1).first->second;
  tell("`lookup('url')` asks on the machine that runs Ansible; here the host itself asks");
  return reading("url_" + std::to_string(nth), {{"url", Written::of_text("${" + url + "}")}}, Type::kText);
}

Cel Unit::variable(const std::string& name) {
  if (name.starts_with("@env ")) return environment_variable(name.substr(5));
  if (name.starts_with("@url ")) return answer_of(name.substr(5));
  if (turn_names_.contains(name))
    throw Untranslatable{"`" + name + "`, which a loop over a whole file makes anew at each turn"};
  if (const auto found = symbols_.find(name); found != symbols_.end()) {
    compile(name, found->second);
    return found->second.meaning;
  }
  if (const Registered* found = registration(name); found != nullptr)
    throw Untranslatable{"what the task `" + found->task->name + "` registered as `" + name + "`"};
  if (std::optional<Cel> found = magic(name)) return *found;
  if (const auto found = elsewhere_.find(name); found != elsewhere_.end()) {
    // Of a file for a system that is never reached: it is not defined.
    if (found->second.empty()) return {"null", Type::kNull, Type::kAny, 0, "", "false"};
    throw Untranslatable{"`" + name + "`, which " + found->second + " makes, a file that nothing here includes"};
  }
  if (name == "ansible_managed") {
    // The line that Ansible has written, so that files stay as they are until somebody sets another.
    Symbol& symbol = symbols_[name];
    symbol.is_input = true;
    symbol.compiled = true;
    symbol.default_text = "Ansible managed";
    symbol.meaning = atom("inputs.ansible_managed", Type::kText);
    return symbol.meaning;
  }
  if (name.starts_with("ansible_") && !known_values_.contains(name)) {
    std::size_t used = 0;
    if (std::optional<Cel> found = asked_fact(name.substr(8))) return *found;
    if (std::optional<Cel> found = fact_of({name.substr(8)}, used)) return *found;
    if (name.starts_with("ansible_getent_")) return known_accounts(name.substr(15));
    if (name == "ansible_fips")
      return {
          reading("fips", {{"file", Written::of_text("/proc/sys/crypto/fips_enabled")}}, Type::kText).text + " == '1'",
          Type::kBool,
          Type::kAny,
          rank::kRelation,
          "",
          ""};
    static constexpr std::string_view kConnection[] = {"ansible_user", "ansible_ssh_user", "ansible_port",
                                                       "ansible_ssh_port", "ansible_become_user"};
    if (std::find(std::begin(kConnection), std::end(kConnection), name) == std::end(kConnection))
      throw Untranslatable{"the fact `" + name + "`"};
  }
  if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != std::string::npos)
    throw Untranslatable{"the name `" + name + "`"};
  return declare_unknown(name);
}

}  // namespace plumb::imports
