#include "engine/config/check_scope.h"

#include "engine/config/manner.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"

namespace plumb::config {

using cel::Type;

void CheckScope::report(Code code, std::string summary, const SourceSpan& span, std::string label, std::string hint) {
  context_.diagnostics.add(Diagnostic(code, std::move(summary)).at(span, std::move(label)).with_hint(std::move(hint)));
}

Reads CheckScope::reads_of(const std::vector<cel::Reference>& references, bool calls_host,
                           const std::vector<Reads>& own) {
  for (const cel::Reference& reference : references) note_told(reference, module_);
  return names_.reads_of(references, calls_host, own);
}

Reads CheckScope::reads_of(Dynamic& value, const std::vector<Reads>& own) {
  Reads reads = reads_of(value.references(), value.calls_host(), own);
  value.set_reads_sensitive(reads.sensitive);
  return reads;
}

ExpressionScope CheckScope::scope(const cel::Environment& environment) const {
  return {environment, context_.sources, context_.diagnostics, {}};
}

ExpressionScope CheckScope::scope(const Names& names) const {
  return {names.environment, context_.sources, context_.diagnostics, names.proved};
}

std::optional<Dynamic> CheckScope::check_text(const WrittenValue& written, const char* what, const Names& names,
                                              Reads& reads) {
  auto text = Dynamic::compile(written, scope(names));
  if (!text) return std::nullopt;
  const Reads own = reads_of(*text, names.own);
  reads.add(own);
  if (own.sensitive) {
    shown(text->span(), what);
    return std::nullopt;
  }
  static const Json kText = {{"type", "string"}};
  if (!check_type(*text, kText, kText, what)) return std::nullopt;
  return text;
}

bool CheckScope::check_texts(const std::vector<WrittenValue>& written, const char* what, const Names& names,
                             Reads& reads, std::vector<Dynamic>& texts) {
  bool good = true;
  for (const WrittenValue& one : written) {
    if (auto text = check_text(one, what, names, reads)) {
      texts.push_back(std::move(*text));
    } else {
      good = false;
    }
  }
  return good;
}

std::optional<Dynamic> CheckScope::check_env(const WrittenValue& written, const Names& names, Reads& reads) {
  auto env = Dynamic::compile(written, scope(names));
  if (!env) return std::nullopt;
  const Reads own = reads_of(*env, names.own);
  reads.add(own);
  if (own.sensitive) {
    shown(env->span(), "`env`");
    return std::nullopt;
  }
  if (!check_type(*env, env_schema(), builtin_schema("project"), "`env`")) return std::nullopt;
  return env;
}

bool CheckScope::check_type(const Dynamic& value, const Json& schema, const Json& root, const std::string& name) {
  SpotTypes types;
  for (const Dynamic::Spot& spot : value.spots()) types.emplace(spot.node, &spot.text.type());
  return check_types(value, types, schema, root, name);
}

bool CheckScope::check_optional(const Dynamic& value, const Json& schema, const Json& root, const std::string& name) {
  if (!value.is_expression()) return check_type(value, schema, root, name);
  const Dynamic::Spot& spot = value.spots().front();
  const Type& type = spot.text.type();
  const Type* given = type.is(Type::Kind::kNullable) ? &type.parameter(0) : &type;
  return check_types(value, {{spot.node, given}}, schema, root, name);
}

bool CheckScope::check_types(const Dynamic& value, const SpotTypes& types, const Json& schema, const Json& root,
                             const std::string& name) {
  ValidateOptions options;
  options.root = &root;
  options.types = &types;
  const std::size_t before = context_.diagnostics.error_count();
  (void)validate(value.node(), schema, name, value.span(), options, context_.diagnostics);
  return context_.diagnostics.error_count() == before;
}

void CheckScope::shown(const SourceSpan& span, const std::string& where) {
  report(Code::kSecretShown, "a sensitive value would be shown in " + where, span, "reads a sensitive input",
         "use it where an attribute can be sensitive, such as `content`");
}
}  // namespace plumb::config
