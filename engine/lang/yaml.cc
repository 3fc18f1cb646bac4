#include "engine/lang/yaml.h"

#include <algorithm>
#include <utility>

#include "engine/lang/yaml_events.h"
#include "engine/lang/yaml_readers.h"
#include "engine/lang/yaml_text.h"
#include "engine/lang/yaml_tree.h"

namespace plumb::lang {
namespace {

// Where yaml-cpp stopped, a tab or an open quote close by is the likelier cause than what it says.
Diagnostic explain(const TextIndex& index, YamlProblem problem, std::optional<std::size_t> unclosed) {
  const std::string_view text = index.text();
  const std::size_t pos = std::min(problem.pos, text.size());
  const std::size_t start = index.line_start(pos);
  const std::size_t previous = start > 0 ? index.line_start(start - 1) : start;
  const auto spaces_end = [&](std::size_t line) { return std::min(text.find_first_not_of(' ', line), text.size()); };
  for (const std::size_t i : {spaces_end(start), spaces_end(previous), pos > 0 ? pos - 1 : 0}) {
    if (problem.code == Code::kYamlSyntax && i < text.size() && text[i] == '\t') {
      return Diagnostic(Code::kYamlTab, "a tab is used for indentation")
          .at(index.span(i, i + 1), "a tab")
          .with_hint("indent with spaces");
    }
  }
  if (pos < text.size() && text[pos] == ':') {
    if (const auto key = lost_colon(index, pos)) {
      return Diagnostic(Code::kYamlSyntax, "a key without its colon")
          .at(index.span(key->first, key->second), "expected `:` after this");
    }
  }
  std::size_t end = pos;
  while (end < text.size() && !is_space(text[end]) && end < pos + 40) ++end;
  Diagnostic diagnostic = Diagnostic(problem.code, std::move(problem.summary))
                              .at(index.span(pos, std::max(end, pos + 1)), std::move(problem.label))
                              .with_hint(std::move(problem.hint));
  if (unclosed && diagnostic.code == Code::kYamlSyntax) {
    diagnostic.related.push_back({index.span(*unclosed, *unclosed + 1), "opened here"});
  }
  return diagnostic;
}

// Where a merge left both sides of a conflict in the text, that alone is what is wrong with it.
std::optional<Diagnostic> unmerged(const TextIndex& index) {
  const std::string_view text = index.text();
  constexpr std::string_view kOurs = "<<<<<<< ";
  constexpr std::string_view kTheirs = "\n>>>>>>> ";
  std::size_t at = text.find(kOurs);
  while (at != std::string_view::npos && index.line_start(at) != at) at = text.find(kOurs, at + 1);
  if (at == std::string_view::npos || text.find(kTheirs, at) == std::string_view::npos) return std::nullopt;
  return Diagnostic(Code::kYamlSyntax, "a conflict of a merge is left in the file")
      .at(index.span(at, std::min(text.find_first_of("\r\n", at), text.size())), "both sides stand from here on")
      .with_hint("leave what is to be there, and remove the lines of `<<<<<<<`, `=======` and `>>>>>>>`");
}

}  // namespace

const Entry* Node::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

bool same_values(const Node& a, const Node& b) {
  return a.kind == b.kind && a.style == b.style && a.flow == b.flow && a.text == b.text &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same_values) &&
         std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                    [](const Entry& x, const Entry& y) { return x.key == y.key && same_values(x.value, y.value); });
}

std::optional<Node> read_yaml(std::string file_name, std::string_view text, Diagnostics& diagnostics) {
  if (text.size() > kMaxYamlBytes) {
    diagnostics.add(Diagnostic(Code::kYamlLimit, file_name + " has " + std::to_string(text.size()) +
                                                     " bytes; at most " + std::to_string(kMaxYamlBytes) + " are read")
                        .at({file_name, 0, 0, 0, 0})
                        .with_hint("split the file with `include`"));
    return std::nullopt;
  }
  if (std::optional<Node> root = read_plain_yaml(file_name, text)) return root;
  return read_full_yaml(std::move(file_name), text, diagnostics);
}

std::optional<Node> read_full_yaml(std::string file_name, std::string_view text, Diagnostics& diagnostics) {
  Diagnostics found;
  {
    const TextIndex raw(file_name, text);
    check_encoding(raw, found);
  }
  if (found.has_errors()) {
    diagnostics.extend(std::move(found));
    return std::nullopt;
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const TextIndex index(std::move(file_name), text);
  EventList list = read_events(text);
  BuiltTree built = build_tree(index, std::move(list.events), found);
  if (list.problem) {
    // What the builder found in the syntax comes from the same fault; what it says of keys and the like stands.
    Diagnostics kept;
    for (const Diagnostic& diagnostic : found.items()) {
      if (diagnostic.code != Code::kYamlSyntax && diagnostic.code != Code::kYamlTab) kept.add(diagnostic);
    }
    found = std::move(kept);
    found.add(explain(index, std::move(*list.problem), built.unclosed));
  } else {
    check_gaps(index, built.pieces, found);
    if (list.second_document && !found.has_errors()) {
      const std::size_t pos = *list.second_document;
      found.add(Diagnostic(Code::kYamlSyntax, "text that belongs to nothing")
                    .at(index.span(pos, pos + 1), "the document ended before this"));
    }
  }
  const bool failed = found.has_errors();
  if (failed) {
    if (std::optional<Diagnostic> conflict = unmerged(index)) {
      diagnostics.add(std::move(*conflict));
      return std::nullopt;
    }
  }
  diagnostics.extend(std::move(found));
  if (failed) return std::nullopt;
  return std::move(built.root);
}

}  // namespace plumb::lang
