// What filters and tests are given.
#pragma once

#include <cstddef>
#include <string>

#include "engine/import/expression.h"

namespace plumb::imports {

// The arguments of a filter or test, in order or by name.
class Arguments {
 public:
  Arguments(const Expr& expr, Names& names) : expr_(expr), names_(names) {}

  const Expr* given(std::size_t place, const std::string& name = "") const {
    for (const auto& [key, value] : expr_.named) {
      if (key == name) return value.get();
    }
    return place + 1 < expr_.children.size() ? expr_.children[place + 1].get() : nullptr;
  }
  Cel need(std::size_t place, const std::string& name = "") const {
    const Expr* found = given(place, name);
    if (found == nullptr) throw Untranslatable{"`" + expr_.text + "` without an argument"};
    return translate(*found, names_);
  }
  std::string text(std::size_t place, const std::string& name, const std::string& otherwise) const {
    const Expr* found = given(place, name);
    return found == nullptr ? otherwise : translate(*found, names_).text;
  }
  bool truth(std::size_t place, const std::string& name) const {
    const Expr* found = given(place, name);
    return found != nullptr && found->is(Expr::Kind::kBool) && found->text == "true";
  }
  std::size_t count() const { return expr_.children.size() - 1; }

 private:
  const Expr& expr_;
  Names& names_;
};

// The value in front of a dot or an index.
inline std::string base(const Cel& value) {
  return value.in_brackets(rank::kAtom);
}

// The words of a text, as Python parts it where no separator is given.
inline Cel words_of(const Cel& value) {
  return made("regex.extractAll(" + text_of(value) + ", '[^ \\\\t\\\\r\\\\n]+')", Type::kList, Type::kText);
}

// The lines of a text; none where it is empty.
inline Cel lines_of(const std::string& text) {
  return made("(" + text + " == '' ? [] : " + text + ".split('\\n'))", Type::kList, Type::kText);
}

}  // namespace plumb::imports
