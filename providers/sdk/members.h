// The JSON form of plain data. Each type's members are named once, in its row; a writer and a reader walk the same row,
// so that the two directions cannot drift apart.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace plumb {

// Of a type T, beside it:
//   static constexpr std::string_view kName
//   template <class Sink, class Value> static void members(Sink& sink, Value& value, const T& defaults)
// where Value is T for the reader and const T for the writer. `members` calls required() and optional() of the sink.
// The defaults are for the writer; the reader begins with a value that has them.
template <class T>
struct Row;

template <class T>
concept HasRow = requires {
  Row<T>::kName;
};

// A value of any type, or its keyed digest, in whose place the interpreter puts it.
struct OpenOrSealed {
  Json value = nullptr;
  friend bool operator==(const OpenOrSealed&, const OpenOrSealed&) = default;
};

template <class... Alternatives>
Json named_to_json(const std::variant<Alternatives...>& value);
template <class Variant>
Result<Variant> named_from_json(std::string_view what, const Json& json);

class MemberWriter {
 public:
  template <class T>
  void required(const char* member, const T& value) {
    json_[member] = form(value);
  }
  template <class T>
  void optional(const char* member, const T& value, const T& otherwise) {
    if (!(value == otherwise)) json_[member] = form(value);
  }
  Json take() { return std::move(json_); }

 private:
  static Json form(const std::optional<std::string>& value) { return *value; }
  static Json form(const OpenOrSealed& value) { return value.value; }
  template <HasRow T>
  static Json form(const T& value) {
    MemberWriter writer;
    Row<T>::members(writer, value, T{});
    return writer.take();
  }
  template <class... Alternatives>
  static Json form(const std::variant<Alternatives...>& value) {
    return named_to_json(value);
  }
  template <class T>
  static Json form(const std::vector<T>& list) {
    Json result = Json::array();
    for (const T& item : list) result.push_back(form(item));
    return result;
  }
  template <class T>
  requires(!HasRow<T>) static Json form(const T& value) { return value; }

  Json json_ = Json::object();
};

class MemberReader {
 public:
  MemberReader(std::string what, const Json& json) : what_(std::move(what)), json_(json) {
    if (!json.is_object()) problem("is no object");
  }

  template <class T>
  void required(const char* member, T& value) {
    if (const Json* found = take(member)) {
      read(member, *found, value);
    } else {
      problem("lacks `" + std::string(member) + "`");
    }
  }
  template <class T>
  void optional(const char* member, T& value, const T&) {
    if (const Json* found = take(member)) read(member, *found, value);
  }

  // The first problem, a member that nothing asked for among them.
  Result<> finish() {
    if (problem_.empty() && json_.size() != taken_) {
      problem_ = "has a member that is not known";
    }
    if (problem_.empty()) return {};
    return fail(Code::kProtocol, std::string(what_) + " " + problem_);
  }

 private:
  const Json* take(const char* member) {
    const auto found = json_.find(member);
    if (found == json_.end()) return nullptr;
    ++taken_;
    return &*found;
  }
  void problem(std::string text) {
    if (problem_.empty()) problem_ = std::move(text);
  }
  void wrong(const char* member) { problem("has a `" + std::string(member) + "` of the wrong type"); }

  void read(const char* member, const Json& json, std::string& value) {
    if (!json.is_string()) return wrong(member);
    value = json.get<std::string>();
  }
  void read(const char* member, const Json& json, std::optional<std::string>& value) {
    if (!json.is_string()) return wrong(member);
    value = json.get<std::string>();
  }
  void read(const char* member, const Json& json, bool& value) {
    if (!json.is_boolean()) return wrong(member);
    value = json.get<bool>();
  }
  void read(const char* member, const Json& json, int& value) {
    if (!json.is_number_integer()) return wrong(member);
    const auto number = json.get<std::int64_t>();
    if (number < std::numeric_limits<int>::min() || number > std::numeric_limits<int>::max()) return wrong(member);
    value = static_cast<int>(number);
  }
  template <class T>
  void read(const char* member, const Json& json, std::vector<T>& list) {
    if (!json.is_array()) return wrong(member);
    list.clear();
    for (const Json& item : json) {
      T value{};
      read(member, item, value);
      list.push_back(std::move(value));
    }
  }
  void read(const char* member, const Json& json, std::map<std::string, std::string>& map) {
    if (!json.is_object()) return wrong(member);
    for (const auto& [key, item] : json.items()) read(member, item, map[key]);
  }
  template <HasRow T>
  void read(const char* member, const Json& json, T& value) {
    MemberReader reader(std::string(Row<T>::kName), json);
    Row<T>::members(reader, value, value);
    if (!reader.finish()) wrong(member);
  }
  template <class... Alternatives>
  void read(const char* member, const Json& json, std::variant<Alternatives...>& value) {
    auto found = named_from_json<std::variant<Alternatives...>>(member, json);
    if (!found) return wrong(member);
    value = std::move(*found);
  }
  void read(const char*, const Json& json, OpenOrSealed& value) { value.value = json; }
  void read(const char* member, const Json& json, Json& value) {
    if (!json.is_object()) return wrong(member);
    value = json;
  }

  std::string what_;
  const Json& json_;
  std::size_t taken_ = 0;
  std::string problem_;
};

// {"name": {…}}: one member that names which of them it is.
template <class... Alternatives>
Json named_to_json(const std::variant<Alternatives...>& value) {
  return std::visit(
      [](const auto& one) {
        using T = std::decay_t<decltype(one)>;
        MemberWriter writer;
        Row<T>::members(writer, one, T{});
        Json json = Json::object();
        json[std::string(Row<T>::kName)] = writer.take();
        return json;
      },
      value);
}

// How each alternative of a variant is read. Rows of functions: reading one after another in one would be longer.
template <class Variant>
struct AlternativeReader {
  std::string_view name;
  void (*read)(MemberReader& reader, Variant& value);
};

template <class T, class Variant>
void read_alternative(MemberReader& reader, Variant& value) {
  T& made = value.template emplace<T>();
  Row<T>::members(reader, made, made);
}

template <class... Alternatives>
constexpr auto readers_of(const std::variant<Alternatives...>*) {
  using Variant = std::variant<Alternatives...>;
  return std::array<AlternativeReader<Variant>, sizeof...(Alternatives)>{
      {{Row<Alternatives>::kName, &read_alternative<Alternatives, Variant>}...}};
}

// Strict: unknown names and members are refused (kProtocol). `what` is what people call such a thing.
template <class Variant>
Result<Variant> named_from_json(std::string_view what, const Json& json) {
  static constexpr auto kReaders = readers_of(static_cast<const Variant*>(nullptr));
  if (!json.is_object() || json.size() != 1) {
    return fail(Code::kProtocol, std::string(what) + " is an object with one member that names it");
  }
  const auto member = json.begin();
  const std::string& name = member.key();
  for (const AlternativeReader<Variant>& alternative : kReaders) {
    if (name != alternative.name) continue;
    Variant value;
    MemberReader reader(std::string(what) + " " + name, member.value());
    alternative.read(reader, value);
    PLUMB_TRY(reader.finish());
    return value;
  }
  return fail(Code::kProtocol, "unknown " + std::string(what) + " `" + name + "`");
}

}  // namespace plumb
