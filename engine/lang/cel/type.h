// Type: what the checker knows of an expression.
//
// Beyond the standard's types there are records (a map whose text keys are declared, from a JSON Schema), and
// nullable types `T?` (of inputs that may be null). Both exist for the checker alone: at run time a record is a map
// and a nullable value is a value or null.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::cel {

struct Record;

class Type {
 public:
  enum class Kind : std::uint8_t {
    kDyn,  // known at run time only
    kNull,
    kBool,
    kInt,
    kUint,
    kDouble,
    kString,
    kBytes,
    kTimestamp,
    kDuration,
    kList,
    kMap,
    kType,
    kOptional,
    kParameter,  // a type parameter of an overload, or one that the checker has yet to find
    kRecord,
    kNullable,
    kOpaque,  // a name with parameters: net.IP
  };

  Type() = default;                          // dyn
  explicit Type(Kind kind) : kind_(kind) {}  // one without parameters

  static Type list(Type element);
  static Type map(Type key, Type value);
  static Type type_of(Type inner);
  static Type optional(Type inner);
  static Type parameter(std::string name);
  static Type opaque(std::string name, std::vector<Type> parameters = {});
  static Type record(std::shared_ptr<const Record> record);
  // dyn, null and nullable types stay as they are.
  static Type nullable(Type inner);

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_dyn() const { return kind_ == Kind::kDyn; }
  // Element of a list, key and value of a map, what a type(T), optional_type(T) or T? holds.
  std::span<const Type> parameters() const;
  const Type& parameter(std::size_t index) const { return parameters()[index]; }
  std::string_view name() const;        // kParameter, kOpaque
  const Record& record_fields() const;  // kRecord

  // "map(string, list(int))", "string?"; a record by its name.
  std::string str() const;
  friend bool operator==(const Type& a, const Type& b);

 private:
  struct Details;
  Type(Kind kind, std::shared_ptr<const Details> details) : kind_(kind), details_(std::move(details)) {}

  Kind kind_ = Kind::kDyn;
  std::shared_ptr<const Details> details_;
};

struct Field {
  std::string name;
  Type type;
  bool optional = false;  // may be absent: has(r.f) guards it
};

struct Record {
  std::string name;           // for messages: "inputs", "site"
  std::vector<Field> fields;  // by name
  bool open = false;          // further fields are dyn

  const Field* find(std::string_view field) const;
};

// Sorts the fields by name.
Type make_record(std::string name, std::vector<Field> fields, bool open = false);

// Reads what str() writes, except records; a single capital letter is a parameter and an unknown name opaque.
// False where the text is no type. `text` is left behind the type.
bool parse_type(std::string_view& text, Type& type);

}  // namespace plumb::cel
