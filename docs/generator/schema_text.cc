#include "docs/generator/schema_text.h"

#include <set>
#include <vector>

#include "engine/base/joined.h"

namespace plumb::docs {
namespace {

std::string code(const std::string& text) {
  return "`" + text + "`";
}

std::string in_words(const std::vector<std::string>& parts, const std::string& last) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " " + last + " " : ", ";
    text += parts[i];
  }
  return text;
}

std::string text_of(const Schema& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string basic_type(const std::string& type) {
  if (type == "string") return "text";
  if (type == "integer") return "whole number";
  if (type == "boolean") return "`true` or `false`";
  if (type == "array") return "list";
  if (type == "object") return "map";
  return type;
}

std::string format_type(const std::string& format) {
  if (format == "content" || format == "text-template") return "text";
  if (format == "source") return "file of the project";
  if (format == "source-parts") return "list of files of the project";
  if (format == "source-folder") return "folder of the project";
  if (format == "timezone") return "time zone";
  if (format == "file-path") return "path";
  return format;
}

// Of places in a network, and of times of a crontab, its own words say more than the name of their form.
bool says_its_form(const Schema& part) {
  static const std::set<std::string> places = {"port",    "endpoint",         "published-port", "url",    "address",
                                               "network", "certificate-name", "known-host",     "crontab"};
  return part.contains("x-expected") && places.contains(part["x-format"].get<std::string>());
}

std::string range(const Schema& part) {
  const bool low = part.contains("minimum");
  const bool high = part.contains("maximum");
  if (low && high) return ", " + part["minimum"].dump() + " to " + part["maximum"].dump();
  if (low) return ", " + part["minimum"].dump() + " or more";
  if (high) return ", at most " + part["maximum"].dump();
  return {};
}

std::string types(const Schema& type) {
  if (type.is_string()) return basic_type(type);
  std::vector<std::string> names;
  for (const Schema& one : type) {
    if (one != "null") names.push_back(basic_type(one));
  }
  return in_words(names, "or");
}

std::string escaped(std::string text) {
  for (std::size_t at = 0; (at = text.find_first_of("|\n", at)) != std::string::npos; at += 2) {
    text.replace(at, 1, text[at] == '|' ? "\\|" : "  ");
  }
  return text;
}

// What goes without saying in a YAML scalar; anything else is quoted.
bool is_plain(const std::string& text) {
  static const std::set<std::string> words = {"true", "false", "null", "yes", "no", "on", "off", "~"};
  if (text.empty() || words.contains(text)) return false;
  const bool number_like = text.find_first_not_of("0123456789.:-") == std::string::npos;
  const bool opens = std::string_view("!&*?|>@`\"'%#-{[").find(text.front()) != std::string_view::npos;
  return !number_like && !opens && text.find(": ") == std::string::npos && text.find(" #") == std::string::npos &&
         text.find_first_of("\n{}[],") == std::string::npos && text.back() != ':' && text.back() != ' ';
}

}  // namespace

const Schema& resolved(const Schema& document, const Schema& part) {
  const std::string reference = text_of(part, "$ref");
  if (reference.empty()) return part;
  const Schema::json_pointer pointer(reference.substr(1));
  return document.contains(pointer) ? resolved(document, document.at(pointer)) : part;
}

std::string type_text(const Schema& document, const Schema& part_or_reference) {
  const Schema& part = resolved(document, part_or_reference);
  if (part.contains("const")) return code(yaml_text(part["const"]));
  if (part.contains("enum")) {
    std::vector<std::string> values;
    for (const Schema& value : part["enum"]) values.push_back(code(yaml_text(value)));
    return in_words(values, "or");
  }
  if (part.contains("x-format") && !says_its_form(part)) return format_type(part["x-format"]) + range(part);
  for (const char* choice : {"anyOf", "oneOf"}) {
    if (!part.contains(choice) || part.contains("type")) continue;
    std::vector<std::string> options;
    for (const Schema& option : part[choice]) options.push_back(type_text(document, option));
    return in_words(options, "or");
  }
  if (!part.contains("type")) return "any value";
  if (part["type"] == "array" && part.contains("items")) return "list of: " + type_text(document, part["items"]);
  const std::string expected = text_of(part, "x-expected");
  return types(part["type"]) + range(part) + (expected.empty() ? "" : ": " + expected);
}

std::string yaml_text(const Schema& value) {
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    return is_plain(text) ? text : value.dump();
  }
  if (value.is_array()) {
    std::string text;
    for (const Schema& item : value) append_item(text, yaml_text(item));
    return "[" + text + "]";
  }
  if (value.is_object()) {
    std::string text;
    for (const auto& [key, item] : value.items()) append_item(text, key + ": " + yaml_text(item));
    return "{" + text + "}";
  }
  return value.dump();
}

std::string key_table(const Schema& document, const Schema& object) {
  std::set<std::string> required;
  if (object.contains("required")) {
    for (const Schema& name : object["required"]) required.insert(name.get<std::string>());
  }
  std::string table = "| key | value | default | |\n|---|---|---|---|\n";
  for (const auto& [name, part_or_reference] : object["properties"].items()) {
    const Schema& part = resolved(document, part_or_reference);
    std::string words = text_of(part_or_reference, "description");
    if (words.empty()) words = text_of(part, "description");
    if (part.value("x-sensitive", false)) words += " Never shown.";
    const std::string since = text_of(part, "x-since");
    if (!since.empty()) words += " Since " + since + ".";
    const std::string otherwise = part.contains("default")  ? code(yaml_text(part["default"]))
                                  : required.contains(name) ? "required"
                                                            : "";
    table += "| " + code(name) + " | " + escaped(type_text(document, part)) + " | " + escaped(otherwise) + " | " +
             escaped(words) + " |\n";
  }
  return table;
}

}  // namespace plumb::docs
