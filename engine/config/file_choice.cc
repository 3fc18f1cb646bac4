#include "engine/config/file_choice.h"

#include <filesystem>

#include "engine/base/joined.h"
#include "engine/config/formats.h"
#include "engine/config/include.h"
#include "engine/lang/text_expression.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;

constexpr std::size_t kMostPaths = 100;

void tell_choice(Code code, std::string summary, const SourceSpan& span, std::string label, Diagnostics& diagnostics,
                 std::string hint = {}) {
  diagnostics.add(Diagnostic(code, std::move(summary)).at(span, std::move(label)).with_hint(std::move(hint)));
}

// A glob that matches all that the text can come to, where its expressions hold no `/`. Nothing where it cannot be
// read; that is told when its expressions are.
std::optional<std::string> glob_of(std::string_view text) {
  std::string glob;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with("$${")) {
      glob += "${";
      at += 3;
    } else if (text.substr(at).starts_with("${")) {
      const auto end = lang::find_closing_brace(text, at, at + 2);
      if (!end) return std::nullopt;
      glob += '*';
      at = *end + 1;
    } else {
      if (std::string_view("*?[\\").find(text[at]) != std::string_view::npos) glob += '\\';
      glob += text[at++];
    }
  }
  return glob;
}

void find_files(const Node& path, const Folder& own, const std::string& name, std::set<std::string>& files,
                Diagnostics& diagnostics) {
  if (!may_be_dynamic(path)) {
    Result<std::string> file = project_file(own, path.text, name);
    if (file) {
      files.insert(std::move(*file));
    } else {
      Diagnostic problem = file.error().diagnostic();
      problem.span = path.span;
      diagnostics.add(std::move(problem));
    }
    return;
  }
  const std::optional<std::string> glob = glob_of(path.text);
  if (!glob) return;
  const Result<std::vector<std::string>> found = find_included(own, *glob);
  std::size_t count = 0;
  if (found) {
    for (const std::string& file : *found) {
      if (Result<std::string> good = project_file(own, file, name)) {
        files.insert(std::move(*good));
        ++count;
      }
    }
  } else if (found.error().code() == Code::kOutsideProject) {
    tell_choice(Code::kOutsideProject, name + " must lie in the project folder", path.span,
                "expected a path relative to the project folder", diagnostics);
    return;
  }
  if (count == 0)
    tell_choice(Code::kSourceMissing, name + " can name no file of the project", path.span, "looked for " + *glob,
                diagnostics);
}

}  // namespace

bool is_choice(const Node& value) {
  return value.is_map() ? value.find("first_of") != nullptr : value.is_scalar() && may_be_dynamic(value);
}

ParsedChoice read_choice(const Node& value, const Folder& own, const std::string& name, Diagnostics& diagnostics) {
  ParsedChoice choice;
  choice.span = value.span;
  std::vector<const Node*> paths;
  if (value.is_scalar()) {
    paths.push_back(&value);
  } else if (const Entry* first_of = value.find("first_of"); first_of != nullptr && first_of->value.is_sequence()) {
    for (const Node& item : first_of->value.items) paths.push_back(&item);
  }
  for (const Entry& entry : value.entries) {
    if (entry.key != "first_of")
      tell_choice(Code::kUnknownKey, "unknown key `" + entry.key + "` beside `first_of`", entry.key_span,
                  "not known here", diagnostics);
  }
  if (paths.empty() || paths.size() > kMostPaths) {
    tell_choice(Code::kWrongType, "`first_of` must be a list of paths", value.span,
                paths.empty() ? "expected one path or more" : "more than 100", diagnostics);
    return choice;
  }
  for (const Node* path : paths) {
    if (!path->is_scalar() || path->text.empty()) {
      tell_choice(Code::kWrongType, "a path must be text", path->is_null() ? value.span : path->span, "expected a path",
                  diagnostics);
      continue;
    }
    find_files(*path, own, name, choice.files, diagnostics);
    choice.paths.push_back(std::make_shared<const Node>(*path));
  }
  return choice;
}

std::optional<FileChoice> FileChoice::compile(const ParsedChoice& written, const ExpressionScope& scope) {
  FileChoice choice;
  bool good = true;
  for (const WrittenValue& path : written.paths) {
    auto compiled = Dynamic::compile(path, scope);
    good = good && compiled;
    if (compiled) choice.paths_.push_back(std::move(*compiled));
  }
  return good ? std::optional(std::move(choice)) : std::nullopt;
}

std::optional<std::string> FileChoice::choose(const ParsedChoice& written, const std::string& name,
                                              const Evaluation& evaluation) const {
  std::string tried;
  for (const Dynamic& path : paths_) {
    const std::optional<Node> node = path.resolve(evaluation);
    if (!node) return std::nullopt;
    std::string file = std::filesystem::path(node->text).lexically_normal().generic_string();
    if (written.files.contains(file)) return file;
    append_item(tried, node->text);
  }
  evaluation.diagnostics.add(Diagnostic(Code::kSourceMissing, name + " names no file that is there")
                                 .at(written.span, "looked for " + tried)
                                 .with_hint("name one at the end that is good for all others"));
  return std::nullopt;
}

}  // namespace plumb::config
