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

struct TemplateItem {
  std::variant<std::string, Expression, TemplateIf, TemplateFor> content;
};

struct Template::Tree {
  TemplateBlock block;
  std::size_t slot_count = 0;  // the environment's and those of all `for`
  bool has_loops = false;
  bool calls_host = false;
  std::vector<cel::Reference> references;
};

}  // namespace plumb::lang
