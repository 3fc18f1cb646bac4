// How the members of messages become JSON values and come back. One function a type, `members(codec, value)`,
// names them for both directions, so that what is written and what is read cannot drift apart.
//
// Members that have their default value are left out. Reading is strict: a member of the wrong type, one that
// is not known, or a required one that is missing is refused.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/json.h"
#include "engine/wire/messages.h"

namespace plumb::wire {

// Text as it may stand in a frame: what is not UTF-8 becomes U+FFFD, since programs print what they like.
std::string clean(const std::string& text);
Json clean(const Json& value);

// Thrown nowhere: the first problem is kept and everything after it is skipped.
class Problem {
 public:
  void set(std::string text) {
    if (text_.empty()) text_ = std::move(text);
  }
  bool any() const { return !text_.empty(); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

class Writer {
 public:
  template <class T>
  void required(const char* name, const T& value) {
    out_[name] = to_value(value);
  }
  template <class T>
  void member(const char* name, const T& value) {
    Json written = to_value(value);
    static const Json kDefault = to_value(T{});
    if (written != kDefault) out_[name] = std::move(written);
  }
  // Bytes that need not be text; CBOR carries them as they are.
  void bytes(const char* name, const std::string& value) {
    out_[name] = Json::binary(std::vector<std::uint8_t>(value.begin(), value.end()));
  }
  Json take() { return std::move(out_); }

  static Json to_value(bool value) { return value; }
  template <std::integral T>
  static Json to_value(T value) {
    return value;
  }
  static Json to_value(const std::string& value) { return clean(value); }
  static Json to_value(const Json& value) { return clean(value); }
  static Json to_value(const Address& value) { return clean(value.str()); }
  static Json to_value(Op value) { return name(value); }
  static Json to_value(EventKind value) { return wire::name(value); }
  static Json to_value(JournalOutcome value) { return plumb::name(value); }
  static Json to_value(DoneOutcome value) { return wire::name(value); }
  static Json to_value(ConfirmOutcome value) { return wire::name(value); }
  static Json to_value(Code value) { return code_name(value); }
  static Json to_value(Severity value) { return plumb::name(value); }
  static Json to_value(const Operation& value) { return clean(to_json(value)); }
  template <class T>
  static Json to_value(const std::optional<T>& value) {
    return value ? to_value(*value) : Json(nullptr);
  }
  template <class T>
  static Json to_value(const std::vector<T>& values) {
    Json out = Json::array();
    for (const T& value : values) out.push_back(to_value(value));
    return out;
  }
  static Json to_value(const std::set<std::string>& values) {
    Json out = Json::array();
    for (const std::string& value : values) out.push_back(to_value(value));
    return out;
  }
  template <class T>
  static Json to_value(const std::map<std::string, T>& values) {
    Json out = Json::object();
    for (const auto& [name, value] : values) out[clean(name)] = to_value(value);
    return out;
  }
  template <class T>
  requires requires(Writer& writer, T& value) { members(writer, value); }
  static Json to_value(const T& value) {
    Writer writer;
    members(writer, const_cast<T&>(value));  // a writer only reads
    return writer.take();
  }

 private:
  Json out_ = Json::object();
};

class Reader {
 public:
  Reader(Json& in, Problem& problem) : in_(in), problem_(problem) {}

  template <class T>
  void required(const char* name, T& value) {
    if (!in_.contains(name)) problem_.set(std::string("the member `") + name + "` is missing");
    member(name, value);
  }
  template <class T>
  void member(const char* name, T& value) {
    const auto found = in_.find(name);
    if (problem_.any() || found == in_.end()) return;
    Json taken = std::move(*found);
    in_.erase(found);
    from_value(taken, value);
    if (problem_.any()) problem_.set(name);
  }
  void bytes(const char* name, std::string& value);
  // Every member has been asked for, so what is left is not known.
  void finish() {
    if (!problem_.any() && !in_.empty()) problem_.set("the member `" + in_.begin().key() + "` is not known");
  }

  void from_value(Json& json, bool& value) {
    if (json.is_boolean()) return void(value = json.get<bool>());
    problem_.set("a boolean is expected");
  }
  template <std::integral T>
  void from_value(Json& json, T& value) {
    if (json.is_number_unsigned() && std::in_range<T>(json.get<std::uint64_t>())) {
      value = static_cast<T>(json.get<std::uint64_t>());
    } else if (json.is_number_integer() && !json.is_number_unsigned() && std::in_range<T>(json.get<std::int64_t>())) {
      value = static_cast<T>(json.get<std::int64_t>());
    } else {
      problem_.set("an integer in range is expected");
    }
  }
  void from_value(Json& json, std::string& value) {
    if (!json.is_string()) return problem_.set("text is expected");
    value = std::move(json.get_ref<std::string&>());
  }
  void from_value(Json& json, Json& value) { value = std::move(json); }
  void from_value(Json& json, Address& value);
  void from_value(Json& json, Op& value);
  void from_value(Json& json, EventKind& value);
  void from_value(Json& json, JournalOutcome& value);
  void from_value(Json& json, DoneOutcome& value);
  void from_value(Json& json, ConfirmOutcome& value);
  void from_value(Json& json, Code& value);
  void from_value(Json& json, Severity& value);
  void from_value(Json& json, Operation& value);
  template <class T>
  void from_value(Json& json, std::optional<T>& value) {
    T inner{};
    from_value(json, inner);
    value = std::move(inner);
  }
  template <class T>
  void from_value(Json& json, std::vector<T>& values) {
    if (!json.is_array()) return problem_.set("a list is expected");
    values.reserve(json.size());
    for (Json& item : json) {
      if (problem_.any()) return;
      from_value(item, values.emplace_back());
    }
  }
  void from_value(Json& json, std::set<std::string>& values);
  template <class T>
  void from_value(Json& json, std::map<std::string, T>& values) {
    if (!json.is_object()) return problem_.set("an object is expected");
    for (auto& [name, item] : json.get_ref<Json::object_t&>()) {
      if (problem_.any()) return;
      from_value(item, values[name]);
    }
  }
  template <class T>
  requires requires(Reader& reader, T& value) { members(reader, value); }
  void from_value(Json& json, T& value) {
    if (!json.is_object()) return problem_.set("an object is expected");
    Reader reader(json, problem_);
    members(reader, value);
    reader.finish();
  }

 private:
  Json& in_;
  Problem& problem_;
};

}  // namespace plumb::wire
