// Expressions of CEL as they are put together: text, with what is known of the value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::imports {

// What is known of a value. kAny: found out on the host.
enum class Type : std::uint8_t { kAny, kText, kInt, kFloat, kBool, kList, kMap, kNull };

// An expression of CEL.
struct Cel {
  std::string text;
  Type type = Type::kAny;
  Type item = Type::kAny;  // of a list
  int rank = 0;            // how tightly it holds together: 0 needs no brackets anywhere, 8 is `?:`
  std::string optional;    // the same as an optional value, where it may be missing
  std::string present;     // whether it is there; empty: always

  std::string in_brackets(int most) const { return rank > most ? "(" + text + ")" : text; }
};

namespace rank {
inline constexpr int kAtom = 0;
inline constexpr int kUnary = 1;
inline constexpr int kProduct = 2;
inline constexpr int kSum = 3;
inline constexpr int kRelation = 4;
inline constexpr int kAnd = 5;
inline constexpr int kOr = 6;
inline constexpr int kConditional = 7;
}  // namespace rank

// One that is always there.
Cel made(std::string text, Type type, int how = rank::kAtom);
Cel made(std::string text, Type type, Type item);

// A text as a literal of CEL.
std::string cel_text(std::string_view text);
// What a literal of CEL says as text; nothing where the value is no literal.
std::optional<std::string> literal_text(const Cel& value);

// As Jinja prints it, where it is the whole of `${…}`: `True` of a bool. What the value is may be known on the host
// only.
std::string printed(const Cel& value);
// The same as text between other texts: a value that is text, or holds together as one.
std::string printed_text(const Cel& value);
// As text for an expression that needs text.
std::string text_of(const Cel& value);

// The same for a place of a pattern: a number stays one, for `%d`.
std::string formatted(const Cel& value);

Cel negation_of(const Cel& value);
Cel both_of(const Cel& a, const Cel& b);
// `condition ? a : b`, whatever types they have.
Cel choice_of(const Cel& condition, const Cel& a, const Cel& b);

}  // namespace plumb::imports
