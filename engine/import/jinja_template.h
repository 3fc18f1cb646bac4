// From templates of Jinja to those of plumb, with the same bytes as the result.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/import/jinja_pieces.h"
#include "engine/import/names.h"

namespace plumb::imports {

struct TemplateOptions {
  // Gives the text of a template that another one includes, by the name that it is called there; nothing where there
  // is none.
  std::function<std::optional<std::string>(const std::string&)> included;
  Layout layout;
};

struct TranslatedTemplate {
  std::string text;
  std::string problem;  // empty: all of it was translated
  int line = 0;         // of the problem
  bool walks_maps = false;
};

TranslatedTemplate translate_template(std::string_view source, Names& names, const TemplateOptions& options);

}  // namespace plumb::imports
