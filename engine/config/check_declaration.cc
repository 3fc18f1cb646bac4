#include "engine/config/check_declaration.h"

#include "engine/config/declaration.h"
#include "engine/config/foreign_braces.h"
#include "engine/config/schema.h"
#include "engine/config/template_files.h"
#include "engine/config/types.h"

namespace plumb::config {
namespace {

class DeclarationCheck {
 public:
  explicit DeclarationCheck(PlacementCheck& at) : at_(at) {}

  void run(Declaration& declaration) {
    const ParsedDeclaration& written = *declaration.written;
    declaration.sensitive = written.marked_sensitive;
    if (at_.lacks_names(written.placement, written.block)) {
      declaration.broken = true;
      return prepare(declaration, written.spec->schema.json()["properties"]);
    }
    Names names = at_.names_in(written.block);
    bool good = at_.is_good(written.block);
    good = at_.check_placement(written.placement, declaration.placement, names, declaration.reads) && good;
    const Json& schema = written.spec->schema.json();
    good = check_expressions(declaration, schema, names) && good;
    good = check_templates(declaration, schema, names) && good;
    good = check_choices(declaration, schema, names) && good;
    if (written.verify_expression) good = check_probes(declaration, names) && good;
    if (written.env) {
      declaration.env = at_.check_env(written.env, names, declaration.reads);
      good = good && declaration.env;
    }
    declaration.but_when = at_.finish(declaration.placement, written.block, declaration.reads);
    declaration.broken = written.broken || !good || declaration.reads.broken;
    const auto known = [&](std::string_view name) {
      return names.environment.find_variable(name) >= 0 || at_.module().inputs.contains(std::string(name)) ||
             at_.module().values.contains(std::string(name));
    };
    warn_of_foreign_braces(written, known, at_.diagnostics());
    prepare(declaration, schema["properties"]);
  }

 private:
  bool check_expressions(Declaration& declaration, const Json& schema, const Names& names) {
    bool good = true;
    const std::string identity = schema["x-identity"].get<std::string>();
    for (const auto& [attribute, value] : declaration.written->expressions) {
      const std::string name = "`" + (attribute == identity ? declaration.written->kind : attribute) + "`";
      auto compiled = Dynamic::compile(value, at_.scope(names));
      if (!compiled) {
        good = false;
        continue;
      }
      const Json& form = schema["properties"][attribute];
      good = (is_required(schema, attribute) ? at_.check_type(*compiled, form, schema, name)
                                             : at_.check_optional(*compiled, form, schema, name)) &&
             good;
      good = take_reads(declaration, schema, attribute, name, at_.reads_of(*compiled, names.own), value->span) && good;
      declaration.expressions.emplace_hint(declaration.expressions.end(), attribute, std::move(*compiled));
    }
    return good;
  }

  bool check_templates(Declaration& declaration, const Json& schema, const Names& names) {
    bool good = true;
    for (const auto& [attribute, text] : declaration.written->templates) {
      auto checked = check_template(declaration, schema, attribute, text, names);
      good = good && checked;
      if (checked) declaration.templates.emplace(attribute, std::move(*checked));
    }
    return good;
  }

  std::optional<TemplateText> check_template(Declaration& declaration, const Json& schema, const std::string& attribute,
                                             const ParsedTemplate& text, const Names& names) {
    std::vector<cel::Fault> more;
    std::string joined;
    auto program = lang::Template::parse(texts_of(text, joined), names.environment, names.proved, &more);
    if (!program) {
      at_.diagnostics().add(diagnose(program.error(), text));
      for (const cel::Fault& fault : more) at_.diagnostics().add(diagnose(fault, text));
      return std::nullopt;
    }
    const Reads reads = at_.reads_of(program->references(), program->calls_host(), names.own);
    if (!take_reads(declaration, schema, attribute, "`" + attribute + "`", reads, text.span)) return std::nullopt;
    return TemplateText{std::move(*program), reads.sensitive};
  }

  bool check_choices(Declaration& declaration, const Json& schema, const Names& names) {
    bool good = true;
    for (const auto& [attribute, written] : declaration.written->choices) {
      AttributeChoice choice;
      auto file = check_choice(written.choice, names, declaration.reads);
      good = good && file;
      for (const auto& [path, text] : written.templates) {
        auto checked = check_template(declaration, schema, attribute, text, names);
        good = good && checked;
        if (checked) choice.templates.emplace(path, std::move(*checked));
      }
      if (!file) continue;
      choice.file = std::move(*file);
      declaration.choices.emplace(attribute, std::move(choice));
    }
    return good;
  }

  std::optional<FileChoice> check_choice(const ParsedChoice& written, const Names& names, Reads& reads) {
    auto file = FileChoice::compile(written, at_.scope(names));
    if (!file) return std::nullopt;
    static const Json kText = {{"type", "string"}};
    bool good = true;
    for (Dynamic& path : file->paths()) {
      const Reads own = at_.reads_of(path, names.own);
      reads.add(own);
      if (own.sensitive) at_.shown(path.span(), "a path");
      good = !own.sensitive && at_.check_type(path, kText, kText, "a path") && good;
    }
    return good ? std::move(file) : std::nullopt;
  }

  // Probes stand in plans and messages, so nothing sensitive can be in them.
  bool check_probes(Declaration& declaration, const Names& names) {
    auto verify = Dynamic::compile(declaration.written->verify_expression, at_.scope(names));
    if (!verify) return false;
    const Reads own = at_.reads_of(*verify, names.own);
    declaration.reads.add(own);
    if (own.sensitive) {
      at_.shown(verify->span(), "`verify`");
      return false;
    }
    if (!at_.check_type(*verify, probes_schema(), builtin_schema("project"), "`verify`")) return false;
    declaration.verify = std::move(verify);
    return true;
  }

  static void prepare(Declaration& declaration, const Json& properties) {
    auto spans = std::make_shared<AttributeSpans>();
    const auto note = [&](const std::string& attribute, const SourceSpan& span) {
      spans->emplace(attribute, span);
      const std::string target = properties[attribute].value("x-content-of", std::string());
      if (!target.empty()) spans->emplace(target, span);
    };
    const ParsedDeclaration& written = *declaration.written;
    for (const auto& [attribute, located] : written.literals) {
      declaration.literal_values[attribute] = located.value;
      note(attribute, located.span);
    }
    for (const auto& [attribute, value] : written.expressions) note(attribute, value->span);
    for (const auto& [attribute, text] : written.templates) note(attribute, text.span);
    for (const auto& [attribute, one] : written.choices) note(attribute, one.choice.span);
    declaration.spans = std::move(spans);
  }

  // Sensitivity goes with the values: what reads a sensitive input is sensitive, or an error where it cannot be.
  bool take_reads(Declaration& declaration, const Json& schema, const std::string& attribute, const std::string& name,
                  const Reads& reads, const SourceSpan& span) {
    declaration.reads.add(reads);
    if (!reads.sensitive || declaration.sensitive.contains(attribute)) return true;
    const Json& property = schema["properties"][attribute];
    const std::string content = property.value("x-content-of", std::string());
    const auto capable = [&](const std::string& one) {
      return schema["properties"].contains(one) && (schema["properties"][one].value("x-secret-capable", false) ||
                                                    schema["properties"][one].value("x-sensitive", false));
    };
    if (!capable(attribute) && !capable(content)) {
      at_.shown(span, name);
      return false;
    }
    declaration.sensitive.insert(attribute);
    if (!content.empty()) declaration.sensitive.insert(content);
    for (const auto& [other, part] : schema["properties"].items()) {
      if (part.value("x-content-of", std::string()) == attribute) declaration.sensitive.insert(other);
    }
    return true;
  }

  PlacementCheck& at_;
};

}  // namespace

void check_declaration(Declaration& declaration, PlacementCheck& at) {
  DeclarationCheck(at).run(declaration);
}

}  // namespace plumb::config
