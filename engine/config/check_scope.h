// What the parts of check() share: the module that is checked, where faults go, and what a value may be and read.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/config/check.h"
#include "engine/config/module_names.h"

namespace plumb::config {

// What is known where something stands: names of for_each, what each of them reads, and what `when` proves.
struct Known {
  std::vector<std::pair<std::string, cel::Type>> variables;
  std::vector<Reads> own;
  std::vector<cel::Guard> proved;
};
struct Names : Known {
  cel::Environment environment;

  void add(const std::string& name, const cel::Type& type) {
    variables.emplace_back(name, type);
    environment.add_variable(name, type);
  }
  bool has(const std::string& name) const {
    return std::any_of(variables.begin(), variables.end(), [&](const auto& one) { return one.first == name; });
  }
};

class CheckScope {
 public:
  CheckScope(Module& module, const CheckContext& context) : module_(module), context_(context), names_(module) {}

  Module& module() { return module_; }
  ModuleNames& names() { return names_; }
  const CheckContext& context() const { return context_; }
  Diagnostics& diagnostics() { return context_.diagnostics; }

  void report(Code code, std::string summary, const SourceSpan& span, std::string label, std::string hint = {});
  Reads reads_of(const std::vector<cel::Reference>& references, bool calls_host, const std::vector<Reads>& own);
  // The value knows from here on whether it reads what is sensitive.
  Reads reads_of(Dynamic& value, const std::vector<Reads>& own);
  ExpressionScope scope(const cel::Environment& environment) const;
  ExpressionScope scope(const Names& names) const;
  // Nothing where the text is not good.
  std::optional<Dynamic> check_text(const WrittenValue& written, const char* what, const Names& names, Reads& reads);
  bool check_texts(const std::vector<WrittenValue>& written, const char* what, const Names& names, Reads& reads,
                   std::vector<Dynamic>& texts);
  // Variables stand in plans, so nothing sensitive can be in them.
  std::optional<Dynamic> check_env(const WrittenValue& written, const Names& names, Reads& reads);
  // Whether the parts of a value can be what the schema asks for.
  bool check_type(const Dynamic& value, const Json& schema, const Json& root, const std::string& name);
  // The same of an attribute that need not be given: where it is one expression that is null, it is not.
  bool check_optional(const Dynamic& value, const Json& schema, const Json& root, const std::string& name);
  // What may not be seen is read there.
  void shown(const SourceSpan& span, const std::string& where);

 protected:
  using SpotTypes = std::map<const lang::Node*, const cel::Type*>;
  bool check_types(const Dynamic& value, const SpotTypes& types, const Json& schema, const Json& root,
                   const std::string& name);

  Module& module_;
  const CheckContext& context_;
  ModuleNames names_;
};

}  // namespace plumb::config
