#include "engine/config/check_files.h"

#include <algorithm>

#include "engine/config/types.h"
#include "engine/config/unreadable_name.h"
#include "engine/config/untyped.h"
#include "engine/lang/cel/convert.h"

namespace plumb::config {
namespace {

class FileChecker {
 public:
  FileChecker(Module& module, ModuleNames& names, const CheckContext& context)
      : module_(module), names_(names), context_(context) {}

  void run() {
    for (auto& [name, data] : module_.data) check_data(name, data);
    names_.declare();
    for (std::size_t i = 0; i < module_.values_from.size(); ++i) check_values(i);
    names_.declare();
  }

 private:
  bool report(Code code, std::string summary, const SourceSpan& span, std::string label, std::string hint = {}) {
    context_.diagnostics.add(
        Diagnostic(code, std::move(summary)).at(span, std::move(label)).with_hint(std::move(hint)));
    return false;
  }

  // What comes of values and modules is worked out later than this.
  bool reads_only(const Dynamic& value, bool data_too, Reads& reads) {
    for (const cel::Reference& reference : value.references()) {
      const bool later = reference.slot == slots::kValues || reference.slot == slots::kModules ||
                         (reference.slot == slots::kData && !data_too);
      if (!later) continue;
      return report(Code::kValueCycle, "values, modules and data are worked out after this", value.span(),
                    "reads one of them",
                    data_too ? "read inputs, facts, host and data" : "read inputs, facts and host");
    }
    const Reads own = names_.reads_of(value.references(), value.calls_host(), {});
    for (const cel::Reference& path : own.paths) note_told(path, module_);
    reads.add(own);
    return true;
  }

  std::optional<FileChoice> check_choice(const ParsedChoice& written, Reads& reads) {
    auto choice = FileChoice::compile(written, {names_.environment(), context_.sources, context_.diagnostics, {}});
    if (!choice) return std::nullopt;
    bool good = true;
    for (Dynamic& path : choice->paths()) {
      Reads own;
      good = reads_only(path, false, own) && good;
      if (own.sensitive)
        good = report(Code::kSecretShown, "a sensitive value would be shown in a path", path.span(),
                      "reads a sensitive input");
      reads.add(own);
    }
    return good ? std::move(choice) : std::nullopt;
  }

  void check_data(const std::string& name, Data& data) {
    data.choice = check_choice(data.written.choice, data.reads);
    data.reads.sensitive = data.reads.sensitive || data.written.sensitive;
    data.broken = data.written.broken || !data.choice;
    data.reads.broken = data.reads.broken || data.broken;
    if (data.broken) return;
    std::optional<cel::Type> type;
    for (const auto& [file, value] : data.written.values) {
      data.values.emplace(file, cel::from_json(value));
      if (!data.written.schema.is_null()) continue;
      const cel::Type own = type_of_value(value, name);
      type = type ? either(*type, own) : own;
    }
    data.type = data.written.schema.is_null() ? type.value_or(cel::Type())
                                              : type_of_schema(data.written.schema, data.written.schema, name);
  }

  void check_values(std::size_t index) {
    ValuesFrom& from = module_.values_from[index];
    from.choice = check_choice(from.written.choice, from.choice_reads);
    from.broken = from.written.broken || !from.choice;
    for (const auto& [file, values] : from.written.values) {
      std::map<std::string, Dynamic>& compiled = from.values[file];
      for (const auto& [name, value] : values) {
        if (!is_name(name, value.span) || !is_new(name, index, value.span)) {
          from.broken = true;
          continue;
        }
        FoundValue& found =
            module_.found_values.try_emplace(name, FoundValue{value.span, index, {}, false, {}}).first->second;
        auto dynamic =
            Dynamic::compile(value.value, {names_.environment(), context_.sources, context_.diagnostics, {}});
        if (!dynamic || !check_exact(*value.value, context_.diagnostics) || !reads_only(*dynamic, true, found.reads)) {
          found.reads.broken = true;
          continue;
        }
        dynamic->set_reads_sensitive(found.reads.sensitive);
        compiled.emplace(name, std::move(*dynamic));
      }
    }
    join(index);
  }

  // The type of each name over all files of the source.
  void join(std::size_t index) {
    const ValuesFrom& from = module_.values_from[index];
    for (auto& [name, found] : module_.found_values) {
      if (found.from != index) continue;
      found.reads.add(from.choice_reads);
      found.reads.broken = found.reads.broken || from.broken;
      std::optional<cel::Type> type;
      for (const auto& [file, written] : from.written.values) {
        if (!written.contains(name)) {
          found.optional = true;
          continue;
        }
        // What is at fault is there all the same.
        const auto value = from.values.at(file).find(name);
        const cel::Type own = value == from.values.at(file).end() ? cel::Type() : value->second.type();
        type = type ? either(*type, own) : own;
      }
      found.type = type.value_or(cel::Type());
    }
  }

  bool is_name(const std::string& name, const SourceSpan& span) {
    const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    const bool named = !name.empty() && !(name.front() >= '0' && name.front() <= '9');
    if (std::optional<Diagnostic> unreadable = unreadable_member(name, span)) {
      context_.diagnostics.add(std::move(*unreadable));
      return false;
    }
    if (named && std::all_of(name.begin(), name.end(), good)) return true;
    return report(Code::kBadValue, "`" + name + "` cannot be the name of a value", span,
                  "expected lower-case letters, digits and `_`, no digit first");
  }

  // In all files of one source it is one value.
  bool is_new(const std::string& name, std::size_t index, const SourceSpan& span) {
    const auto value = module_.values.find(name);
    const auto found = module_.found_values.find(name);
    const bool twice = found != module_.found_values.end() && found->second.from != index;
    if (value == module_.values.end() && !twice) return true;
    context_.diagnostics.add(Diagnostic(Code::kDuplicateKey, "the value `" + name + "` is declared twice")
                                 .at(span, "a second time here")
                                 .with_related(twice ? found->second.span : value->second.written.span, "first here"));
    return false;
  }

  Module& module_;
  ModuleNames& names_;
  const CheckContext& context_;
};

}  // namespace

void check_files(Module& module, ModuleNames& names, const CheckContext& context) {
  if (module.data.empty() && module.values_from.empty()) return;
  FileChecker(module, names, context).run();
}

}  // namespace plumb::config
