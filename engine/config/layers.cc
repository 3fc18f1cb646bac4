#include "engine/config/layers.h"

#include "engine/base/nearest.h"
#include "engine/config/input.h"
#include "engine/config/validate.h"
#include "engine/config/words.h"
#include "engine/lang/yaml.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;
namespace fs = std::filesystem;

constexpr std::string_view kProjectFile = "inputs.yaml";

class LayerReader {
 public:
  LayerReader(Project& project, Diagnostics& diagnostics, lang::SourceMap& sources)
      : project_(project), diagnostics_(diagnostics), sources_(sources) {}

  void read(const InputArguments& arguments) {
    if (project_.place().holds(kProjectFile)) {
      project_.layers_below.push_back(
          {std::string(kProjectFile), read_values(project_.folder / kProjectFile, std::string(kProjectFile))});
    }
    InputLayerValues environment{"environment", {}};
    for (const auto& [name, text] : arguments.environment) {
      // Variables of other projects are nobody's typing error.
      if (project_.root.inputs.contains(name)) take_text(environment, name, text, "PLUMB_INPUT_" + name);
    }
    if (!environment.values.empty()) project_.layers_above.push_back(std::move(environment));
    for (const fs::path& file : arguments.files) {
      const std::string name = file.generic_string();
      const auto stream = arguments.streams.find(name);
      auto values = stream != arguments.streams.end() ? values_in(stream->second, name) : read_values(file, name);
      project_.layers_above.push_back({"--inputs " + name, std::move(values)});
    }
    InputLayerValues set{"--set", {}};
    for (const std::string& assignment : arguments.assignments) read_assignment(set, assignment);
    if (!set.values.empty()) project_.layers_above.push_back(std::move(set));
  }

 private:
  void unknown(const std::string& name, const SourceSpan& span) {
    std::vector<std::string> names;
    for (const auto& [input, unused] : project_.root.inputs) names.push_back(input);
    const std::string near = nearest(name, names);
    diagnostics_.add(Diagnostic(Code::kUnknownInput, "the project declares no input `" + name + "`")
                         .at(span, near.empty() ? "not declared" : "did you mean `" + near + "`?")
                         .with_hint(near.empty() ? "declare it under `inputs` in plumb.yaml" : ""));
  }

  std::map<std::string, Located> read_values(const fs::path& path, const std::string& name) {
    const Result<std::string> text = project_.files->read(path, lang::kMaxYamlBytes);
    if (text) return values_in(*text, name);
    diagnostics_.add(text.error().diagnostic());
    refuse_all();
    return {};
  }

  // Which inputs would have had a value is not known.
  void refuse_all() {
    for (auto& [input, declared] : project_.root.inputs) declared.refused = true;
  }

  std::map<std::string, Located> values_in(const std::string& text, const std::string& name) {
    std::map<std::string, Located> values;
    sources_.add(name, text);
    const std::size_t before = diagnostics_.error_count();
    std::optional<Node> root = lang::read_yaml(name, text, diagnostics_);
    const bool readable = root && (root->is_map() || root->is_null()) && diagnostics_.error_count() == before;
    if (!readable) {
      hide_unread(project_.root.inputs, name, sources_);
      refuse_all();
    }
    if (!root || root->is_null()) return values;
    if (!root->is_map()) {
      diagnostics_.add(Diagnostic(Code::kWrongType, name + " must be a map").at(root->span, "expected `input: value`"));
      return values;
    }
    resolve_literals(*root, diagnostics_);
    for (const Entry& entry : root->entries) {
      const auto input = project_.root.inputs.find(entry.key);
      if (input == project_.root.inputs.end()) {
        hide_unclear(project_.root.inputs, entry.value, sources_);
        unknown(entry.key, entry.key_span);
        continue;
      }
      if (is_hidden(input->second, entry.value)) sources_.hide(entry.value.span);
      auto value = read_input_value(entry, input->second, diagnostics_);
      if (value) values.emplace(entry.key, std::move(*value));
      if (!value) input->second.refused = true;
    }
    return values;
  }

  void read_assignment(InputLayerValues& layer, const std::string& assignment) {
    const std::size_t equals = assignment.find('=');
    const std::string name = assignment.substr(0, equals);
    const SourceSpan span{"--set " + name, 1, 1, 1, 1};
    if (equals == std::string::npos || equals == 0) {
      const auto input = project_.root.inputs.find(name);
      const bool sensitive = input != project_.root.inputs.end() && input->second.sensitive;
      diagnostics_.add(
          Diagnostic(Code::kUsage, "a `--set` gives no value")
              .with_hint(sensitive ? "an argument is seen by everybody on this machine: set it with PLUMB_INPUT_" +
                                         name + " or --inputs FILE, which may be a pipe or -"
                                   : "write --set name=value; --set name= gives the empty text"));
      return;
    }
    if (!project_.root.inputs.contains(name)) return unknown(name, span);
    take_text(layer, name, assignment.substr(equals + 1), span.file);
  }

  // `source` is what stands in the place of a file name where the value is spoken of.
  void take_text(InputLayerValues& layer, const std::string& name, const std::string& text, const std::string& source) {
    Input& input = project_.root.inputs.at(name);
    input.refused = true;
    const int width = static_cast<int>(text.size());
    Entry entry{name, {source, 1, 1, 1, 1 + width}, {}};
    entry.value.kind = Node::Kind::kScalar;
    entry.value.span = entry.key_span;
    entry.value.text = text;
    sources_.add(source, text);
    if (is_hidden(input, entry.value)) sources_.hide(entry.value.span);
    if (types_of(input.schema).contains("string")) {
      entry.value.style = lang::Style::kDoubleQuoted;
    } else {
      std::optional<Node> parsed = lang::read_yaml(source, text, diagnostics_);
      if (!parsed) return;
      entry.value = std::move(*parsed);
      resolve_literals(entry.value, diagnostics_);
    }
    auto value = read_input_value(entry, input, diagnostics_);
    if (!value) return;
    layer.values.insert_or_assign(name, std::move(*value));
    input.refused = false;
  }

  Project& project_;
  Diagnostics& diagnostics_;
  lang::SourceMap& sources_;
};

const Located* find_value(const std::map<std::string, Located>& values, const std::string& input) {
  const auto found = values.find(input);
  return found == values.end() ? nullptr : &found->second;
}

}  // namespace

void read_input_layers(Project& project, const InputArguments& arguments, Diagnostics& diagnostics,
                       lang::SourceMap& sources) {
  LayerReader(project, diagnostics, sources).read(arguments);
}

bool may_be_null(const Input& input) {
  return input.schema.is_object() && types_of(input.schema).contains("null");
}

bool falls_back_from_null(const Input& input) {
  return input.default_value && !may_be_null(input);
}

std::vector<InputLayer> input_layers(const Project& project, const Host& host, const std::string& input) {
  std::vector<InputLayer> layers;
  const auto add = [&](const InputLayerValues& values) {
    if (const Located* value = find_value(values.values, input)) layers.push_back({values.layer, *value});
  };
  const Input& declared = project.root.inputs.at(input);
  if (declared.default_value) layers.push_back({"default", *declared.default_value});
  for (const InputLayerValues& values : project.layers_below) add(values);
  if (const auto own = host.inputs.find(input); own != host.inputs.end()) {
    layers.insert(layers.end(), own->second.begin(), own->second.end());
  }
  for (const InputLayerValues& values : project.layers_above) add(values);
  return layers;
}

namespace {

// The highest layer's, which may be a reference.
const Located* written_value(const Project& project, const Host& host, const std::string& input) {
  for (auto layer = project.layers_above.rbegin(); layer != project.layers_above.rend(); ++layer) {
    if (const Located* value = find_value(layer->values, input)) return value;
  }
  if (const auto own = host.inputs.find(input); own != host.inputs.end()) return &own->second.back().value;
  for (auto layer = project.layers_below.rbegin(); layer != project.layers_below.rend(); ++layer) {
    if (const Located* value = find_value(layer->values, input)) return value;
  }
  const Input& declared = project.root.inputs.at(input);
  return declared.default_value ? &*declared.default_value : nullptr;
}

bool is_reference(const Project& project, const std::string& input, const Located* value) {
  return value != nullptr && is_secret_reference(value->value) && project.root.inputs.at(input).sensitive;
}

const Located* secret_value(const Project& project, const std::string& input, const Located& reference) {
  const auto of_input = project.secret_values.find(input);
  if (of_input == project.secret_values.end()) return nullptr;
  const auto known = of_input->second.find(reference.value.get_ref<const std::string&>());
  return known == of_input->second.end() ? nullptr : &known->second;
}

}  // namespace

const Located* input_value(const Project& project, const Host& host, const std::string& input) {
  const Located* value = written_value(project, host, input);
  return is_reference(project, input, value) ? secret_value(project, input, *value) : value;
}

const Located* open_reference(const Project& project, const Host& host, const std::string& input) {
  const Located* value = written_value(project, host, input);
  return is_reference(project, input, value) && secret_value(project, input, *value) == nullptr ? value : nullptr;
}

std::optional<Located> read_secret(const Input& input, const Located& reference, const std::string& text,
                                   Diagnostics& diagnostics) {
  // Of the reference: the secret's own lines are nobody's to see.
  Entry entry{input.name, reference.span, {}};
  Diagnostics found;
  if (types_of(input.schema).contains("string")) {
    entry.value.kind = Node::Kind::kScalar;
    entry.value.style = lang::Style::kDoubleQuoted;
    entry.value.text = text;
  } else if (std::optional<Node> parsed = lang::read_yaml("", text, found)) {
    entry.value = std::move(*parsed);
    resolve_literals(entry.value, found);
  }
  entry.value.span = reference.span;
  std::optional<Located> value;
  if (!found.has_errors()) value = read_input_value(entry, input, found);
  if (!value) {
    diagnostics.add(Diagnostic(Code::kWrongType, "the secret is no value for `" + input.name + "`")
                        .at(reference.span, "what the store keeps there is not what the input asks for")
                        .with_related(input.span, "expected " + words_for(types_of(input.schema))));
  }
  return value;
}

}  // namespace plumb::config
