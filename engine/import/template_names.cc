// Names that a template gives: `set`.
#include "engine/import/expression.h"
#include "engine/import/template_translator.h"

namespace plumb::imports {

void TemplateTranslator::name_value(const std::string& rest, bool ends_line, LocalNames& names) {
  const std::size_t equals = rest.find('=');
  if (equals == std::string::npos) throw Untranslatable{"`set` over several lines"};
  const std::string name(trimmed(std::string_view(rest).substr(0, equals)));
  if (name.find_first_of(".,[( ") != std::string::npos) throw Untranslatable{"`set` of a part of a value"};
  const Cel value = translate(*parse_expression(std::string_view(rest).substr(equals + 1)), names);
  ++at_;
  let(name, value, ends_line, names);
}

void TemplateTranslator::let(const std::string& name, const Cel& value, bool ends_line, LocalNames& names) {
  std::string own = fresh(safe_name(name));
  directive("let " + own + " = " + value.text, ends_line);
  lets_.emplace_back(own, value);
  names.set(name, {own, value.type, value.item, 0, "", ""});
}

std::string TemplateTranslator::fresh(std::string name) {
  while (used_.contains(name)) name += "_";
  used_[name] = true;
  return name;
}

}  // namespace plumb::imports
