#include "providers/sdk/tree_text.h"

#include "engine/base/joined.h"

namespace plumb {

std::string path_text(const TreePath& path) {
  std::string text;
  for (const std::string& step : path) {
    const bool dotted = step.find('.') != std::string::npos;
    append_item(text, dotted ? '"' + step + '"' : step, ".");
  }
  return text;
}

std::optional<std::size_t> place_in_list(const std::string& step) {
  if (step.empty() || step.size() > 6 || step.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return std::stoul(step);
}

Json nested_value(const TreePath& path, std::size_t depth, const Json& value) {
  Json made = value;
  for (std::size_t i = path.size(); i > depth; --i) made = Json{{path[i - 1], std::move(made)}};
  return made;
}

const Json* value_in(const Json& tree, const TreePath& path, std::size_t depth) {
  const Json* value = &tree;
  for (; depth < path.size(); ++depth) {
    if (value->is_object()) {
      const auto found = value->find(path[depth]);
      if (found == value->end()) return nullptr;
      value = &*found;
    } else {
      const std::size_t place = place_in_list(path[depth]).value_or(value->size());
      if (!value->is_array() || place >= value->size()) return nullptr;
      value = &(*value)[place];
    }
  }
  return value;
}

std::string line_end_of(std::string_view text) {
  const std::size_t end = text.find('\n');
  return end != std::string_view::npos && end > 0 && text[end - 1] == '\r' ? "\r\n" : "\n";
}

std::unique_ptr<TreeText> tree_text(std::string_view format, std::string_view text) {
  if (format == "json") return json_tree_text(text);
  if (format == "yaml") return yaml_tree_text(text);
  if (format == "toml") return toml_tree_text(text);
  return nullptr;
}

}  // namespace plumb
