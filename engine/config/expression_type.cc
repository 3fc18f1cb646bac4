#include "engine/config/expression_type.h"

#include <set>

#include "engine/config/types.h"
#include "engine/config/words.h"

namespace plumb::config {
namespace {

std::string wanted_words(const Json& schema, Rules& rules) {
  std::set<std::string> types = types_of(schema);
  for (const char* choice : {"anyOf", "oneOf"}) {
    if (!schema.contains(choice) || schema.contains("type")) continue;
    for (const Json& branch : schema[choice]) types.merge(types_of(rules.resolve(branch)));
  }
  return words_for(types);
}

std::string conversion(const std::string& wanted, const cel::Type& type) {
  if (wanted == "text" &&
      (type.is(cel::Type::Kind::kInt) || type.is(cel::Type::Kind::kDouble) || type.is(cel::Type::Kind::kBool)))
    return "convert it: ${string(…)}";
  if (wanted == "a whole number" && type.is(cel::Type::Kind::kString)) return "convert it: ${int(…)}";
  if (wanted == "text" && type.is(cel::Type::Kind::kList))
    return "join it: ${x.join(', ')}; or `for_each: {item: ${x}}` makes one of each";
  return {};
}

}  // namespace

bool check_expression_type(const cel::Type& type, const Rule& schema, Rules& rules, const std::string& name,
                           const SourceSpan& span, Diagnostics& diagnostics) {
  const Fit fit = fits(type, *schema.schema, rules.root());
  if (fit == Fit::kYes) return true;
  if (fit == Fit::kMayBeNull) {
    diagnostics.add(Diagnostic(Code::kMayBeNull, name + " cannot be null, and this may be")
                        .at(span, "this is " + words_for(type))
                        .with_hint("say what then: ${x == null ? … : x}"));
    return false;
  }
  const std::string wanted = wanted_words(*schema.schema, rules);
  diagnostics.add(Diagnostic(Code::kExpressionType, name + " must be " + wanted)
                      .at(span, "this is " + words_for(type))
                      .with_hint(conversion(wanted, type)));
  return false;
}

}  // namespace plumb::config
