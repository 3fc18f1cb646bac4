#include "engine/import/names.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "engine/base/ascii.h"

namespace plumb::imports {
namespace {

using lang::Node;

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::vector<std::string> LocalNames::own_names() const {
  std::vector<std::string> names;
  for (const auto& [name, unused] : own_) names.push_back(name);
  return names;
}

Cel LocalNames::variable(const std::string& name) {
  if (const auto found = problems_.find(name); found != problems_.end()) throw Untranslatable{found->second};
  if (const auto found = own_.find(name); found != own_.end()) return found->second;
  if (parts_.contains(name)) {
    std::string list;
    for (const Cel& part : parts_.at(name)) list += (list.empty() ? "" : ", ") + part.text;
    return {"[" + list + "]", Type::kList, Type::kAny, 0, "", ""};
  }
  return outer_.variable(name);
}

std::optional<Cel> LocalNames::chain(const std::vector<std::string>& parts, std::size_t& used) {
  if (const auto found = problems_.find(parts.front()); found != problems_.end()) throw Untranslatable{found->second};
  if (const auto found = parts_.find(parts.front()); found != parts_.end()) {
    if (parts.size() < 2) return std::nullopt;
    used = 2;
    // An attribute of what is a list: never there.
    if (!all_digits(parts[1])) return Cel{"null", Type::kNull, Type::kAny, 0, "", "false"};
    if (small_number(parts[1]) >= found->second.size())
      throw Untranslatable{"`" + parts[0] + "." + parts[1] + "` of a loop that gives fewer values"};
    return found->second[small_number(parts[1])];
  }
  if (parts.size() > 2) {
    if (const auto found = own_.find(parts[0] + "." + parts[1] + "." + parts[2]); found != own_.end()) {
      used = 3;
      return found->second;
    }
  }
  if (parts.size() > 1) {
    // `loop.index` and its like.
    if (const auto found = own_.find(parts[0] + "." + parts[1]); found != own_.end()) {
      used = 2;
      return found->second;
    }
  }
  if (const auto found = constants_.find(parts.front()); found != constants_.end() && parts.size() > 1) {
    // One item of a list that is written in place.
    const lang::Entry* entry = found->second.find(parts[1]);
    if (entry != nullptr && entry->value.is_scalar()) {
      used = 2;
      return cel_literal(entry->value);
    }
  }
  if (const auto found = fields_.find(parts.front()); found != fields_.end() && parts.size() > 1) {
    const auto field = found->second.find(parts[1]);
    if (field == found->second.end()) {
      used = 2;
      return Cel{"null", Type::kNull, Type::kAny, 0, "", "false"};
    }
    if (field->second.in_all) {
      used = 2;
      const std::string value = own_.at(parts[0]).text + "." + parts[1];
      if (!field->second.numbers || field->second.others) return Cel{value, Type::kAny, Type::kAny, 0, "", ""};
      // To Jinja `1` and `'1'` are the same text.
      return field->second.texts ? Cel{"string(" + value + ")", Type::kText, Type::kAny, 0, "", ""}
                                 : Cel{value, Type::kInt, Type::kAny, 0, "", ""};
    }
  }
  if (own_.contains(parts.front())) return std::nullopt;
  return outer_.chain(parts, used);
}

const Node* LocalNames::constant(const std::string& name) const {
  if (const auto found = constants_.find(name); found != constants_.end()) return &found->second;
  if (own_.contains(name) || parts_.contains(name) || problems_.contains(name)) return nullptr;
  return outer_.constant(name);
}

std::string safe_name(std::string_view name) {
  static constexpr std::array<std::string_view, 32> kTaken = {
      "in",       "true", "false",    "null",  "as",        "break",  "const",  "continue",
      "else",     "for",  "function", "if",    "import",    "let",    "loop",   "package",
      "return",   "var",  "void",     "while", "namespace", "inputs", "values", "facts",
      "readings", "host", "hosts",    "data",  "modules",   "file",   "endif",  "endfor"};
  std::string out = lowered(name);
  for (char& c : out) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (!good) c = '_';
  }
  if (out.empty() || (out.front() >= '0' && out.front() <= '9')) out.insert(out.begin(), '_');
  if (std::find(kTaken.begin(), kTaken.end(), out) != kTaken.end()) out += '_';
  return out;
}

std::string module_word(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool good = is_letter(c) || is_digit(c) || c == '_' || c == '.';
    out += good ? lowered(c) : '-';
  }
  while (!out.empty() && (out.front() == '-' || out.front() == '.' || out.front() == '_')) out.erase(0, 1);
  return out.empty() ? "imported" : out;
}

bool is_true_word(std::string_view text) {
  const std::string lower = lowered(text);
  return lower == "yes" || lower == "true" || lower == "on";
}

Type plain_type(const Node& node) {
  if (node.is_null()) return Type::kNull;
  if (node.is_sequence()) return Type::kList;
  if (node.is_map()) return Type::kMap;
  if (!node.is_plain()) return Type::kText;
  const std::string& text = node.text;
  if (text == "~" || text == "null" || text == "Null" || text == "NULL") return Type::kNull;
  static constexpr std::array<std::string_view, 6> kBools = {"yes", "no", "true", "false", "on", "off"};
  if (std::find(kBools.begin(), kBools.end(), lowered(text)) != kBools.end()) return Type::kBool;
  std::string_view digits = text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  // 0644 is a mode: to Ansible a number in octal, here the text that it looks like.
  if (all_digits(digits) && (digits.size() == 1 || digits.front() != '0') && digits.size() < 19) return Type::kInt;
  const std::size_t dot = digits.find('.');
  if (dot != std::string_view::npos && all_digits(digits.substr(0, dot)) && all_digits(digits.substr(dot + 1)))
    return Type::kFloat;
  return Type::kText;
}

Cel cel_literal(const Node& node) {
  const Type type = plain_type(node);
  switch (type) {
    case Type::kNull:
      return {"null", type, Type::kAny, 0, "", ""};
    case Type::kBool:
      return {is_true_word(node.text) ? "true" : "false", type, Type::kAny, 0, "", ""};
    case Type::kInt:
    case Type::kFloat:
      return {node.text, type, Type::kAny, 0, "", ""};
    case Type::kList: {
      std::string out;
      std::optional<Type> item;
      bool mixed = false;
      for (const Node& one : node.items) {
        const Cel part = cel_literal(one);
        if (item && *item != part.type) mixed = true;
        item = part.type;
      }
      for (const Node& one : node.items) {
        const Cel part = cel_literal(one);
        out += (out.empty() ? "" : ", ") + (mixed ? "dyn(" + part.text + ")" : part.text);
      }
      return {"[" + out + "]", type, mixed ? Type::kAny : item.value_or(Type::kAny), 0, "", ""};
    }
    case Type::kMap: {
      std::string out;
      for (const lang::Entry& one : node.entries)
        out += (out.empty() ? "" : ", ") + cel_text(one.key) + ": dyn(" + cel_literal(one.value).text + ")";
      return {"{" + out + "}", type, Type::kAny, 0, "", ""};
    }
    default:
      return {cel_text(node.text), Type::kText, Type::kAny, 0, "", ""};
  }
}

std::string zero_of(Type type) {
  switch (type) {
    case Type::kText:
      return "''";
    case Type::kInt:
      return "0";
    case Type::kFloat:
      return "0.0";
    case Type::kBool:
      return "false";
    case Type::kList:
      return "[]";
    case Type::kMap:
      return "{}";
    default:
      return "null";
  }
}

}  // namespace plumb::imports
