// How the members of messages become CBOR and come back. One function a type, `members(codec, value)`, names them for
// both directions, so that what is written and what is read cannot drift apart.
//
// Members that have their default value are left out. Reading is strict: a member of the wrong type, one that
// is not known, or a required one that is missing is refused, and so is a list of more than it may hold. Text that is
// for people is cleaned in both directions; data is only made UTF-8.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/cbor.h"
#include "engine/base/json.h"
#include "engine/base/outside_text.h"
#include "engine/wire/messages.h"

namespace plumb::wire {

// Data as it may stand in a frame: what is not UTF-8 becomes U+FFFD, since names and contents may be anything.
Json repaired(const Json& value);

// No object of a message has as many.
inline constexpr std::size_t kMostMembers = 64;

// Of a frame, for a diagnostic.
std::string in_quotes(std::string_view text);

// How a text for people is cleaned: kept on one line, or with its lines, and at most so many bytes of it.
struct Line {
  std::size_t longest = 4096;
  std::string operator()(const std::string& text) const { return outside_line(text, longest); }
};
struct Text {
  std::size_t longest = std::size_t{8} << 10;
  std::string operator()(const std::string& text) const { return outside_text(text, longest); }
};
template <class T>
concept Cleaning = std::same_as<T, Line> || std::same_as<T, Text>;

// A value is to be an object, whatever is in it.
struct Object {};

// How many items a list may have.
struct Most {
  std::size_t items;
};

// Where a list may be as long as there are resources or actions on a host.
inline constexpr Most kManyItems{std::size_t{1} << 18};

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

// Writes an object behind what `out` holds.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out), begin_(out.size()) { append_cbor_map(out_, 0); }

  template <class T>
  void required(const char* name, const T& value) {
    append_cbor_text(out_, name);
    append(out_, value);
    ++members_;
  }
  template <class T>
  void member(const char* name, const T& value) {
    static const std::string kDefault = written(T{});
    const std::size_t before = out_.size();
    append_cbor_text(out_, name);
    const std::size_t begin = out_.size();
    append(out_, value);
    if (std::string_view(out_).substr(begin) == kDefault) {
      out_.resize(before);
    } else {
      ++members_;
    }
  }
  void required(const char* name, const Json& value, Object) { required(name, value); }
  void required(const char* name, const std::string& value, Cleaning auto clean) { required(name, clean(value)); }
  void member(const char* name, const std::string& value, Cleaning auto clean) { member(name, clean(value)); }
  template <class T>
  void member(const char* name, const T& values, Most) {
    member(name, values);
  }
  template <class T>
  void required(const char* name, const T& values, Most) {
    required(name, values);
  }
  void member(const char* name, const std::vector<std::string>& values, Most, Cleaning auto clean) {
    std::vector<std::string> cleaned;
    for (const std::string& value : values) cleaned.push_back(clean(value));
    member(name, cleaned);
  }
  // Bytes that need not be text; CBOR carries them as they are.
  void bytes(const char* name, const std::string& value) {
    append_cbor_text(out_, name);
    append_cbor_bytes(out_, value);
    ++members_;
  }
  // No member comes any more. How many there were stands in front of them.
  void finish() {
    std::string head;
    append_cbor_map(head, members_);
    out_.replace(begin_, 1, head);
  }

  template <class T>
  static std::string written(const T& value) {
    std::string out;
    append(out, value);
    return out;
  }
  static void append(std::string& out, bool value) { append_cbor_boolean(out, value); }
  template <std::integral T>
  static void append(std::string& out, T value) {
    if constexpr (std::is_signed_v<T>) {
      append_cbor_integer(out, value);
    } else {
      append_cbor_unsigned(out, value);
    }
  }
  static void append(std::string& out, const std::string& value) {
    if (valid_utf8(value)) {
      append_cbor_text(out, value);
    } else {
      append_cbor_text(out, repaired_utf8(value));
    }
  }
  static void append(std::string& out, std::string_view name) { append_cbor_text(out, name); }
  static void append(std::string& out, const Json& value);
  static void append(std::string& out, const Address& value) { append(out, value.str()); }
  static void append(std::string& out, const Versions& value) { append(out, std::vector<int>{value.min, value.max}); }
  static void append(std::string& out, Op value) { append(out, name(value)); }
  static void append(std::string& out, ObstacleGoes value) { append(out, plumb::name(value)); }
  static void append(std::string& out, EventKind value) { append(out, wire::name(value)); }
  static void append(std::string& out, JournalOutcome value) { append(out, plumb::name(value)); }
  static void append(std::string& out, DoneOutcome value) { append(out, wire::name(value)); }
  static void append(std::string& out, ConfirmOutcome value) { append(out, wire::name(value)); }
  static void append(std::string& out, Code value) { append(out, std::string_view(code_name(value))); }
  static void append(std::string& out, Severity value) { append(out, std::string_view(plumb::name(value))); }
  static void append(std::string& out, const Operation& value) { append(out, to_json(value)); }
  template <class T>
  static void append(std::string& out, const std::optional<T>& value) {
    if (value) {
      append(out, *value);
    } else {
      append_cbor_null(out);
    }
  }
  template <class T>
  static void append(std::string& out, const std::vector<T>& values) {
    append_cbor_array(out, values.size());
    for (const T& value : values) append(out, value);
  }
  static void append(std::string& out, const std::set<std::string>& values) {
    append_cbor_array(out, values.size());
    for (const std::string& value : values) append(out, value);
  }
  template <class T>
  static void append(std::string& out, const std::map<std::string, T>& values) {
    const bool clean =
        std::all_of(values.begin(), values.end(), [](const auto& member) { return valid_utf8(member.first); });
    if (!clean) return append(out, repaired_names(values));
    append_cbor_map(out, values.size());
    for (const auto& [name, value] : values) {
      append_cbor_text(out, name);
      append(out, value);
    }
  }
  template <class T>
  requires requires(Writer& writer, T& value) { members(writer, value); }
  static void append(std::string& out, const T& value) {
    Writer writer(out);
    members(writer, const_cast<T&>(value));  // a writer only reads
    writer.finish();
  }

 private:
  // Names that differ may be one once they are repaired.
  template <class T>
  static std::map<std::string, T> repaired_names(const std::map<std::string, T>& values) {
    std::map<std::string, T> repaired;
    for (const auto& [name, value] : values) repaired.insert_or_assign(repaired_utf8(name), value);
    return repaired;
  }

  std::string& out_;
  const std::size_t begin_;
  std::size_t members_ = 0;
};

// Reads an object; what it does not take, finish() refuses.
class Reader {
 public:
  Reader(CborItem item, Problem& problem);

  template <class T>
  void required(const char* name, T& value) {
    if (find(name) == members_.end()) problem_.set(std::string("the member `") + name + "` is missing");
    member(name, value);
  }
  template <class T>
  void member(const char* name, T& value) {
    const auto found = find(name);
    if (problem_.any() || found == members_.end()) return;
    const CborItem item = found->value;
    members_.erase(found);
    from_value(item, value);
  }
  void required(const char* name, Json& value, Object) {
    required(name, value);
    if (problem_.any() || value.is_object()) return;
    problem_.set("an object is expected");
  }
  void required(const char* name, std::string& value, Cleaning auto clean) {
    required(name, value);
    value = clean(value);
  }
  void member(const char* name, std::string& value, Cleaning auto clean) {
    member(name, value);
    value = clean(value);
  }
  template <class T>
  void required(const char* name, T& values, Most most) {
    if (fits(name, most)) required(name, values);
  }
  template <class T>
  void member(const char* name, T& values, Most most) {
    if (fits(name, most)) member(name, values);
  }
  void member(const char* name, std::vector<std::string>& values, Most most, Cleaning auto clean) {
    member(name, values, most);
    for (std::string& value : values) value = clean(value);
  }
  void bytes(const char* name, std::string& value);
  // Every member has been asked for, so what is left is not known.
  void finish() {
    if (!problem_.any() && !members_.empty())
      problem_.set("the member " + in_quotes(members_.front().name) + " is not known");
  }

  void from_value(CborItem item, bool& value);
  template <std::integral T>
  void from_value(CborItem item, T& value) {
    const std::optional<std::uint64_t> natural = item.natural();
    const std::optional<std::int64_t> negative = item.negative();
    if (natural && std::in_range<T>(*natural)) {
      value = static_cast<T>(*natural);
    } else if (negative && std::in_range<T>(*negative)) {
      value = static_cast<T>(*negative);
    } else {
      problem_.set("an integer in range is expected");
    }
  }
  void from_value(CborItem item, std::string& value);
  void from_value(CborItem item, Json& value);
  void from_value(CborItem item, Address& value);
  void from_value(CborItem item, Versions& value);
  void from_value(CborItem item, Op& value);
  void from_value(CborItem item, ObstacleGoes& value);
  void from_value(CborItem item, EventKind& value);
  void from_value(CborItem item, JournalOutcome& value);
  void from_value(CborItem item, DoneOutcome& value);
  void from_value(CborItem item, ConfirmOutcome& value);
  void from_value(CborItem item, Code& value);
  void from_value(CborItem item, Severity& value);
  void from_value(CborItem item, Operation& value);
  void from_value(CborItem item, std::set<std::string>& values);
  template <class T>
  void from_value(CborItem item, std::optional<T>& value) {
    T inner{};
    from_value(item, inner);
    value = std::move(inner);
  }
  template <class T>
  void from_value(CborItem list, std::vector<T>& values) {
    if (!list.is_list()) return problem_.set("a list is expected");
    // An item takes far more here than there, and the first may be none.
    constexpr std::size_t kExpected = 256;
    values.reserve(std::min(list.size(), kExpected));
    for (const CborItem item : list.items()) {
      if (problem_.any()) return;
      from_value(item, values.emplace_back());
    }
  }
  template <class T>
  void from_value(CborItem map, std::map<std::string, T>& values) {
    if (!map.is_map()) return problem_.set("an object is expected");
    for (const CborItem::Member& member : map.members()) {
      if (problem_.any()) return;
      const std::size_t before = values.size();
      const auto slot = values.try_emplace(values.end(), std::string(member.name));
      if (values.size() == before) return twice(member.name);
      from_value(member.value, slot->second);
    }
  }
  template <class T>
  requires requires(Reader& reader, T& value) { members(reader, value); }
  void from_value(CborItem item, T& value) {
    Reader reader(item, problem_);
    if (problem_.any()) return;
    members(reader, value);
    reader.finish();
  }

 private:
  std::vector<CborItem::Member>::iterator find(std::string_view name);
  // Before anything is made of it.
  bool fits(const char* name, Most most);
  void twice(std::string_view name) { problem_.set("the name " + in_quotes(name) + " stands twice in one object"); }

  std::vector<CborItem::Member> members_;  // that were not taken yet
  Problem& problem_;
};

}  // namespace plumb::wire
