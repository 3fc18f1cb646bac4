#include "engine/lsp/hover.h"

#include <algorithm>
#include <tuple>

#include "engine/base/joined.h"
#include "engine/config/types.h"
#include "engine/config/words.h"
#include "engine/lsp/expression_names.h"
#include "engine/lsp/expression_text.h"
#include "engine/lsp/schema_view.h"

namespace plumb::lsp {
namespace {

bool covers(const SourceSpan& span, int line, int column) {
  const auto at = std::tuple(line, column);
  return std::tuple(span.line, span.column) <= at && at < std::tuple(span.end_line, span.end_column);
}

void add_paragraph(std::string& text, const std::string& more) {
  if (!more.empty()) append_item(text, more, "\n\n");
}

class Hover {
 public:
  Hover(const Registry& kinds, const Look* look, const std::string& file, const Text& text, int line, int column)
      : views_(kinds, look, file), look_(look), file_(file), text_(text), line_(line), column_(column) {}

  std::optional<std::string> run() {
    if (views_.shape() == Shape::kTemplate) {
      return in_text(text_.str(), Writing::kTemplate, cel::Origin::of_file(file_, text_.str()), {});
    }
    Diagnostics told_elsewhere;
    const lang::Node root = lang::read_partial_yaml(file_, text_.str(), told_elsewhere);
    const std::optional<Spot> spot = spot_at(root, line_, column_);
    if (!spot) return std::nullopt;
    if (spot->on_key) return of_key(*spot);
    const Writing writing = writing_of(spot->steps) == Writing::kBare ? Writing::kBare : Writing::kTemplate;
    if (auto found = in_text(spot->scalar->text, writing, origin_in(text_, *spot->scalar), spot->steps)) return found;
    return of_value(*spot);
  }

 private:
  std::optional<std::string> of_key(const Spot& spot) const {
    const std::size_t last = spot.steps.size() - 1;
    const std::string& key = spot.steps[last].entry->key;
    for (const KeyView& one : views_.keys(views_.at(spot.steps, last))) {
      if (one.key == key) return words_of(one);
    }
    return std::nullopt;
  }

  static std::string words_of(const KeyView& key) {
    std::string text = "**" + key.key + "**";
    for (const View& value : key.values) {
      if (value.role != View::Role::kPlain || value.schema == nullptr) continue;
      const std::string words = value_words(*value.schema);
      if (words.empty()) continue;
      text += ": " + words;
      break;
    }
    if (key.required) text += " (required)";
    add_paragraph(text, key.description);
    for (const View& value : key.values) {
      const auto examples = value.schema == nullptr ? Json::const_iterator() : value.schema->find("examples");
      if (value.schema == nullptr || value.role != View::Role::kPlain || examples == value.schema->end() ||
          examples->empty() || examples->front().is_structured())
        continue;
      add_paragraph(
          text, "Such as `" +
                    (examples->front().is_string() ? examples->front().get<std::string>() : examples->front().dump()) +
                    "`.");
      break;
    }
    return text;
  }

  // What its key says of it.
  std::optional<std::string> of_value(const Spot& spot) const {
    for (std::size_t i = spot.steps.size(); i-- > 0;) {
      if (spot.steps[i].entry == nullptr) continue;
      Spot key{{spot.steps.begin(), spot.steps.begin() + static_cast<std::ptrdiff_t>(i) + 1}, true, nullptr};
      return of_key(key);
    }
    return std::nullopt;
  }

  std::optional<std::string> in_text(const std::string& text, Writing writing, const cel::Origin& origin,
                                     const std::vector<Step>& steps) const {
    for (const ExpressionPlace& place : expressions_in(text, writing)) {
      for (const NameChain& chain : chains_in(tokens_in(text, place))) {
        std::vector<std::string> path;
        for (std::size_t i = 0; i < chain.parts.size(); ++i) {
          const NamePart& part = chain.parts[i];
          path.push_back(part.name);
          if (!covers(origin.span(part.begin, part.end), line_, column_)) continue;
          const bool called = chain.called && i + 1 == chain.parts.size();
          return called ? of_function(path) : chain.of_value ? std::nullopt : of_name(path, steps);
        }
      }
    }
    return std::nullopt;
  }

  static std::optional<std::string> of_function(const std::vector<std::string>& path) {
    for (const std::string& called : {joined(path, "."), path.back()}) {
      for (const cel::FunctionDoc& function : known_functions()) {
        if (function.name != called) continue;
        std::string text = "```cel\n";
        for (const std::string& signature : function.signatures) text += signature + "\n";
        text += "```";
        add_paragraph(text, function.doc.empty() ? "" : function.doc + ".");
        if (!function.example.empty()) add_paragraph(text, "```cel\n" + function.example + "\n```");
        return text;
      }
    }
    return std::nullopt;
  }

  std::optional<std::string> of_name(const std::vector<std::string>& path, const std::vector<Step>& steps) const {
    const config::Module* module = look_ == nullptr ? nullptr : look_->module_of(file_);
    if (module == nullptr) return std::nullopt;
    const ExpressionNames names(*module, steps);
    const std::optional<cel::Type> type = names.type_of(path);
    if (!type) return std::nullopt;
    std::string text = "**" + joined(path, ".") + "**: " + config::words_for(*type);
    add_paragraph(text, names.description_of(path));
    if (path.size() == 2) add_paragraph(text, more_of(*module, path[0], path[1]));
    return text;
  }

  // The default of an input, what a value comes from.
  static std::string more_of(const config::Module& module, const std::string& variable, const std::string& own) {
    if (variable == "inputs") {
      const auto input = module.inputs.find(own);
      if (input == module.inputs.end()) return {};
      if (input->second.sensitive) return "Sensitive: never shown.";
      if (!input->second.default_value) return "Without a default.";
      return "Default: `" + input->second.default_value->value.dump() + "`.";
    }
    const auto value = module.values.find(own);
    if (variable != "values" || value == module.values.end()) return {};
    const lang::Node& written = *value->second.written.value;
    return written.is_scalar() ? "```\n" + written.text + "\n```" : "";
  }

  SchemaViews views_;
  const Look* look_;
  const std::string& file_;
  const Text& text_;
  int line_;
  int column_;
};

}  // namespace

std::optional<std::string> hover(const Registry& kinds, const Look* look, const std::string& file, const Text& text,
                                 int line, int column) {
  return Hover(kinds, look, file, text, line, column).run();
}

std::string explained(Code code) {
  const std::string called = code_name(code);
  const std::optional<CodeInfo> info = find_code(called);
  if (!info) return {};
  return "**" + called + "**: " + std::string(info->title) + "\n\n" + std::string(info->text);
}

}  // namespace plumb::lsp
