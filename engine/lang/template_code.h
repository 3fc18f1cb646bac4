// The tree of a template. Inside engine/lang only.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/lang/template.h"
#include "engine/lang/text_expression.h"

namespace plumb::lang {

struct TemplateItem;
using TemplateBlock = std::vector<TemplateItem>;

struct TemplateBranch {
  std::optional<Expression> condition;  // nothing for `else`
  TemplateBlock block;
};

struct TemplateIf {
  std::vector<TemplateBranch> branches;
};

struct TemplateFor {
  Expression range;
  std::size_t key_slot = 0;  // where there are two variables
  std::size_t value_slot = 0;
  bool has_key = false;
  TemplateBlock block;
};

struct TemplateLet {
  Expression value;
  std::size_t slot = 0;
};

// A part: what it is given, and what it is made of.
struct TemplateInclude {
  std::vector<TemplateLet> given;
  std::size_t first_slot = 0;  // those from here on are the part's own
  TemplateBlock block;
};

struct TemplateItem {
  std::variant<std::string, Expression, TemplateIf, TemplateFor, TemplateLet, TemplateInclude> content;
};

struct Template::Tree {
  TemplateBlock block;
  std::size_t slot_count = 0;  // the environment's and those of all names that directives make
  bool has_names = false;      // some directive makes one
  bool calls_host = false;
  std::vector<cel::Reference> references;
};

}  // namespace plumb::lang
