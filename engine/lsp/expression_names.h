// What names in an expression stand for, and what is known of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/config/module.h"
#include "engine/lang/cel/environment.h"
#include "engine/lang/cel/function.h"
#include "engine/lsp/spot.h"

namespace plumb::lsp {

// Of one place: the module's own names, and those of for_each around it.
class ExpressionNames {
 public:
  ExpressionNames(const config::Module& module, const std::vector<Step>& steps);

  const cel::Environment& environment() const { return environment_; }
  // Of `inputs.site.port`; nothing where it is not known.
  std::optional<cel::Type> type_of(const std::vector<std::string>& path) const;
  // What its author said of it; "" for nothing.
  std::string description_of(const std::vector<std::string>& path) const;

 private:
  void add_loop(const lang::Entry& loop);

  const config::Module& module_;
  cel::Environment environment_;
};

// Those that come with plumb: by name, with signatures.
const std::vector<cel::FunctionDoc>& known_functions();

}  // namespace plumb::lsp
