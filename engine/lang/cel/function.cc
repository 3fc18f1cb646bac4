#include "engine/lang/cel/function.h"

#include <cstdio>
#include <cstdlib>

#include "engine/lang/cel/library.h"

namespace plumb::cel {
namespace {

constexpr std::uint32_t bit(Kind kind) {
  return 1U << static_cast<unsigned>(kind);
}

std::uint32_t kinds_of(const Type& type) {
  switch (type.kind()) {
    case Type::Kind::kDyn:
    case Type::Kind::kParameter:
      return ~0U;
    case Type::Kind::kNull:
      return bit(Kind::kNull);
    case Type::Kind::kBool:
      return bit(Kind::kBool);
    case Type::Kind::kInt:
      return bit(Kind::kInt);
    case Type::Kind::kUint:
      return bit(Kind::kUint);
    case Type::Kind::kDouble:
      return bit(Kind::kDouble);
    case Type::Kind::kString:
      return bit(Kind::kString);
    case Type::Kind::kBytes:
      return bit(Kind::kBytes);
    case Type::Kind::kTimestamp:
      return bit(Kind::kTimestamp);
    case Type::Kind::kDuration:
      return bit(Kind::kDuration);
    case Type::Kind::kList:
      return bit(Kind::kList);
    case Type::Kind::kMap:
    case Type::Kind::kRecord:
      return bit(Kind::kMap);
    case Type::Kind::kType:
      return bit(Kind::kType);
    case Type::Kind::kOptional:
      return bit(Kind::kOptional);
    case Type::Kind::kNullable:
      return bit(Kind::kNull) | kinds_of(type.parameter(0));
    case Type::Kind::kOpaque:
      if (type.name() == "net.IP") return bit(Kind::kIp);
      return type.name() == "net.CIDR" ? bit(Kind::kCidr) : 0U;
  }
  return 0;
}

bool is_receiver(const Type& type) {
  return !type.is(Type::Kind::kOpaque) || type.name().starts_with("net.");
}

bool take(std::string_view& text, std::string_view wanted) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(wanted.size());
  return true;
}

bool parse_signature(std::string_view text, std::string& name, Overload& overload) {
  std::string_view rest = text;
  Type first;
  if (parse_type(rest, first) && rest.starts_with('.') && is_receiver(first)) {
    rest.remove_prefix(1);
    overload.receiver = true;
    overload.parameters.push_back(std::move(first));
  } else {
    rest = text;
  }
  const std::size_t open = rest.find('(');
  if (open == std::string_view::npos) return false;
  name = rest.substr(0, open);
  rest.remove_prefix(open + 1);
  if (!take(rest, ")")) {
    do {
      Type parameter;
      if (!parse_type(rest, parameter)) return false;
      overload.parameters.push_back(std::move(parameter));
    } while (take(rest, ","));
    if (!take(rest, ")")) return false;
  }
  return take(rest, "->") && parse_type(rest, overload.result) && rest.empty();
}

}  // namespace

Value fail(std::string message, std::string hint) {
  return Value::error(Code::kEvaluationFailed, std::move(message), std::move(hint));
}

Value no_such_overload() {
  return Value::error(Code::kNoOverload, "no such overload");
}

Value cost_exceeded() {
  return Value::error(Code::kCostLimit, "the expression costs too much",
                      "nested macros over long lists are the usual cause");
}

std::string Overload::signature(std::string_view name) const {
  std::string text = receiver ? parameters[0].str() + "." : "";
  text += std::string(name) + "(";
  for (std::size_t i = receiver ? 1 : 0; i < parameters.size(); ++i) {
    text += (i == (receiver ? 1U : 0U) ? "" : ", ") + parameters[i].str();
  }
  return text + ") -> " + result.str();
}

void FunctionTable::add(std::string_view signature, Implementation implementation, std::string_view doc,
                        Preparation prepare) {
  std::string name;
  Overload overload;
  if (!parse_signature(signature, name, overload)) {
    std::fprintf(stderr, "a wrong signature in the function table: %s\n", std::string(signature).c_str());
    std::abort();
  }
  overload.implementation = implementation;
  overload.prepare = prepare;
  add(std::move(name), std::move(overload), doc);
}

void FunctionTable::add(std::string name, Overload overload, std::string_view doc) {
  overload.kinds.clear();
  for (const Type& parameter : overload.parameters) overload.kinds.push_back(kinds_of(parameter));
  Function& function = functions_[name];
  function.name = std::move(name);
  if (function.doc.empty()) function.doc = doc;
  function.overloads.push_back(std::move(overload));
}

const Function* FunctionTable::find(std::string_view name) const {
  const auto found = functions_.find(name);
  return found == functions_.end() ? nullptr : &found->second;
}

bool is_writable(std::string_view name) {
  const char first = name.empty() ? '_' : name.front();
  return ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z')) && name.find('@') == std::string_view::npos;
}

const FunctionTable& standard_functions() {
  static const FunctionTable table = [] {
    FunctionTable made;
    add_operators(made);
    add_conversions(made);
    add_strings(made);
    add_format(made);
    add_regex(made);
    add_time(made);
    add_math(made);
    add_lists(made);
    add_sets(made);
    add_optionals(made);
    add_encoders(made);
    add_network(made);
    add_documents(made);
    add_paths(made);
    add_versions(made);
    add_list_functions(made);
    add_maps(made);
    add_text_functions(made);
    add_digests(made);
    add_passwords(made);
    add_urls(made);
    add_toml(made);
    return made;
  }();
  return table;
}

std::vector<FunctionDoc> documentation(const FunctionTable& table) {
  std::map<std::string, FunctionDoc, std::less<>> docs;
  for (const auto& [name, function] : table.all()) {
    if (!is_writable(name)) continue;
    FunctionDoc& doc = docs[name];
    doc.name = name;
    doc.doc = function.doc;
    for (const Overload& overload : function.overloads) doc.signatures.push_back(overload.signature(name));
  }
  if (&table == &standard_functions()) {
    for (const FunctionDoc& macro : macro_documentation()) docs[macro.name] = macro;
  }
  std::vector<FunctionDoc> sorted;
  sorted.reserve(docs.size());
  for (auto& [name, doc] : docs) {
    doc.example = example_of(name);
    sorted.push_back(std::move(doc));
  }
  return sorted;
}

}  // namespace plumb::cel
