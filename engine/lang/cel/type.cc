#include "engine/lang/cel/type.h"

#include <algorithm>

namespace plumb::cel {

struct Type::Details {
  std::string name;
  std::vector<Type> parameters;
  std::shared_ptr<const Record> record;
};

namespace {

constexpr std::pair<std::string_view, Type::Kind> kSimpleTypes[] = {
    {"dyn", Type::Kind::kDyn},
    {"null_type", Type::Kind::kNull},
    {"bool", Type::Kind::kBool},
    {"int", Type::Kind::kInt},
    {"uint", Type::Kind::kUint},
    {"double", Type::Kind::kDouble},
    {"string", Type::Kind::kString},
    {"bytes", Type::Kind::kBytes},
    {"timestamp", Type::Kind::kTimestamp},
    {"duration", Type::Kind::kDuration},
    {"google.protobuf.Timestamp", Type::Kind::kTimestamp},
    {"google.protobuf.Duration", Type::Kind::kDuration},
};

constexpr std::pair<std::string_view, Type::Kind> kParametricTypes[] = {
    {"list", Type::Kind::kList},
    {"map", Type::Kind::kMap},
    {"type", Type::Kind::kType},
    {"optional_type", Type::Kind::kOptional},
};

std::string_view kind_name(Type::Kind kind) {
  for (const auto& [name, known] : kSimpleTypes) {
    if (known == kind) return name;
  }
  for (const auto& [name, known] : kParametricTypes) {
    if (known == kind) return name;
  }
  return {};
}

}  // namespace

Type Type::list(Type element) {
  return Type(Kind::kList, std::make_shared<Details>(Details{{}, {std::move(element)}, {}}));
}

Type Type::map(Type key, Type value) {
  return Type(Kind::kMap, std::make_shared<Details>(Details{{}, {std::move(key), std::move(value)}, {}}));
}

Type Type::type_of(Type inner) {
  return Type(Kind::kType, std::make_shared<Details>(Details{{}, {std::move(inner)}, {}}));
}

Type Type::optional(Type inner) {
  return Type(Kind::kOptional, std::make_shared<Details>(Details{{}, {std::move(inner)}, {}}));
}

Type Type::parameter(std::string name) {
  return Type(Kind::kParameter, std::make_shared<Details>(Details{std::move(name), {}, {}}));
}

Type Type::opaque(std::string name, std::vector<Type> parameters) {
  return Type(Kind::kOpaque, std::make_shared<Details>(Details{std::move(name), std::move(parameters), {}}));
}

Type Type::record(std::shared_ptr<const Record> record) {
  return Type(Kind::kRecord, std::make_shared<Details>(Details{{}, {}, std::move(record)}));
}

Type Type::nullable(Type inner) {
  if (inner.is(Kind::kDyn) || inner.is(Kind::kNull) || inner.is(Kind::kNullable)) return inner;
  return Type(Kind::kNullable, std::make_shared<Details>(Details{{}, {std::move(inner)}, {}}));
}

std::span<const Type> Type::parameters() const {
  if (!details_) return {};
  return details_->parameters;
}

std::string_view Type::name() const {
  return details_->name;
}

const Record& Type::record_fields() const {
  return *details_->record;
}

std::string Type::str() const {
  switch (kind_) {
    case Kind::kParameter:
      return details_->name;
    case Kind::kRecord:
      return details_->record->name.empty() ? "map(string, dyn)" : details_->record->name;
    case Kind::kNullable:
      return details_->parameters[0].str() + "?";
    default:
      break;
  }
  std::string text(kind_ == Kind::kOpaque ? std::string_view(details_->name) : kind_name(kind_));
  if (parameters().empty()) return text;
  text += '(';
  for (std::size_t i = 0; i < parameters().size(); ++i) text += (i == 0 ? "" : ", ") + parameter(i).str();
  return text + ')';
}

bool operator==(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_) return false;
  if (a.details_ == b.details_) return true;
  if (!a.details_ || !b.details_ || a.details_->name != b.details_->name) return false;
  if (a.kind_ == Type::Kind::kRecord) {
    const Record& one = *a.details_->record;
    const Record& other = *b.details_->record;
    return &one == &other || (one.open == other.open &&
                              std::equal(one.fields.begin(), one.fields.end(), other.fields.begin(), other.fields.end(),
                                         [](const Field& x, const Field& y) {
                                           return x.name == y.name && x.optional == y.optional && x.type == y.type;
                                         }));
  }
  return a.details_->parameters == b.details_->parameters;
}

const Field* Record::find(std::string_view field) const {
  const auto found = std::lower_bound(fields.begin(), fields.end(), field,
                                      [](const Field& known, std::string_view wanted) { return known.name < wanted; });
  return found != fields.end() && found->name == field ? &*found : nullptr;
}

Type make_record(std::string name, std::vector<Field> fields, bool open) {
  std::sort(fields.begin(), fields.end(), [](const Field& a, const Field& b) { return a.name < b.name; });
  return Type::record(std::make_shared<Record>(Record{std::move(name), std::move(fields), open}));
}

namespace {

void skip_blanks(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

bool take(std::string_view& text, char wanted) {
  skip_blanks(text);
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// A dot belongs to a type's name only in those that have one: "string.split" starts with the type "string".
std::string_view take_name(std::string_view& text) {
  for (const std::string_view qualified :
       {"google.protobuf.Timestamp", "google.protobuf.Duration", "net.IP", "net.CIDR"}) {
    if (!text.starts_with(qualified)) continue;
    text.remove_prefix(qualified.size());
    return qualified;
  }
  std::size_t size = 0;
  while (size < text.size() && is_name_character(text[size])) ++size;
  const std::string_view name = text.substr(0, size);
  text.remove_prefix(size);
  return name;
}

bool parse_parameters(std::string_view& text, std::vector<Type>& parameters, int depth);

bool parse_bare_type(std::string_view& text, Type& type, int depth) {
  skip_blanks(text);
  const std::string_view name = take_name(text);
  if (name.empty() || depth > 32) return false;
  for (const auto& [known, kind] : kSimpleTypes) {
    if (name != known) continue;
    type = Type(kind);
    return true;
  }
  if (name.size() == 1 && name[0] >= 'A' && name[0] <= 'Z') {
    type = Type::parameter(std::string(name));
    return true;
  }
  std::vector<Type> parameters;
  if (take(text, '(') && !parse_parameters(text, parameters, depth)) return false;
  const auto at = [&](std::size_t i) { return i < parameters.size() ? parameters[i] : Type(); };
  if (name == "list" && parameters.size() <= 1) {
    type = Type::list(at(0));
  } else if (name == "map" && parameters.size() != 1 && parameters.size() <= 2) {
    type = Type::map(at(0), at(1));
  } else if (name == "type" && parameters.size() <= 1) {
    type = Type::type_of(at(0));
  } else if (name == "optional_type" && parameters.size() <= 1) {
    type = Type::optional(at(0));
  } else {
    type = Type::opaque(std::string(name), std::move(parameters));
  }
  return true;
}

bool parse_type_at(std::string_view& text, Type& type, int depth) {
  if (!parse_bare_type(text, type, depth)) return false;
  if (take(text, '?')) type = Type::nullable(type);
  return true;
}

// Behind the opening parenthesis, up to and with the closing one.
bool parse_parameters(std::string_view& text, std::vector<Type>& parameters, int depth) {
  if (take(text, ')')) return true;
  do {
    Type parameter;
    if (!parse_type_at(text, parameter, depth + 1)) return false;
    parameters.push_back(std::move(parameter));
  } while (take(text, ','));
  return take(text, ')');
}

}  // namespace

bool parse_type(std::string_view& text, Type& type) {
  return parse_type_at(text, type, 0);
}

}  // namespace plumb::cel
