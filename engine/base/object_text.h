// Writes the canonical text of an object member by member: a large document need not lie in memory as a tree, and what
// is written often costs a fraction. Names come in canonical order; who writes sees to it.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/json.h"

namespace plumb {

class ObjectText {
 public:
  explicit ObjectText(std::string& out) : out_(out) { out_ += '{'; }
  // Where the value goes.
  std::string& member(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    append_canonical_text(out_, name);
    return out_ += ':';
  }
  void text(std::string_view name, std::string_view value) { append_canonical_text(member(name), value); }
  void flag(std::string_view name, bool value) { member(name) += value ? "true" : "false"; }
  void json(std::string_view name, const Json& value) { append_canonical(member(name), value); }
  void close() { out_ += '}'; }

 private:
  std::string& out_;
};

// A list, of whatever `append` writes of each item.
template <class Items, class Append>
void append_list(std::string& out, const Items& items, Append append) {
  out += '[';
  for (const auto& item : items) {
    if (out.back() != '[') out += ',';
    append(out, item);
  }
  out += ']';
}

template <class Texts>
void append_texts(std::string& out, const Texts& texts) {
  append_list(out, texts, [](std::string& to, const std::string& text) { append_canonical_text(to, text); });
}

}  // namespace plumb
