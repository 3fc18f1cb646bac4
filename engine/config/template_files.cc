#include "engine/config/template_files.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "engine/base/json.h"
#include "engine/config/formats.h"

namespace plumb::config {
namespace {

std::optional<std::string> read_text(const std::string& file, const SourceSpan& asked_at, const ModuleFolder& folder,
                                     Diagnostics& diagnostics) {
  Result<std::string> text = folder.own().read(file, lang::kMaxTemplateBytes);
  if (!text) {
    Diagnostic problem = text.error().diagnostic();
    problem.span = asked_at;
    diagnostics.add(std::move(problem));
    return std::nullopt;
  }
  if (valid_utf8(*text)) return std::move(*text);
  diagnostics.add(Diagnostic(Code::kYamlEncoding, "a template must be clean UTF-8")
                      .at(asked_at, "this file is not")
                      .with_hint("use `source` for bytes that are no text"));
  return std::nullopt;
}

class PartReader {
 public:
  PartReader(ParsedTemplate& text, const ModuleFolder& folder, Diagnostics& diagnostics, lang::SourceMap& sources)
      : text_(text), folder_(folder), diagnostics_(diagnostics), sources_(sources) {}

  void run() {
    // Those that are found are read in their turn.
    for (std::size_t i = 0; i < text_.texts.size(); ++i) {
      const std::size_t begin = end_;
      end_ += text_.texts[i].text.size();
      if (end_ > lang::kMaxTemplateBytes) return;  // told when it is parsed
      for (const lang::TemplateInclusion& one : lang::inclusions_in(text_.texts[i].text)) take(i, begin, one);
    }
  }

 private:
  void take(std::size_t from, std::size_t begin, const lang::TemplateInclusion& one) {
    const SourceSpan span = text_.texts[from].span(one.begin, one.end);
    const std::filesystem::path around = std::filesystem::path(text_.own_paths[from]).parent_path();
    const Result<std::string> file = project_file(folder_.own(), (around / one.path).generic_string(), "the part");
    if (!file) {
      Diagnostic problem = file.error().diagnostic();
      problem.span = span;
      diagnostics_.add(std::move(problem));
      return;
    }
    const auto [place, added] = known_.emplace(*file, text_.texts.size());
    if (added) {
      const std::string name = folder_.in_project(*file);
      std::optional<std::string> text = read_text(*file, span, folder_, diagnostics_);
      if (text) sources_.add(name, *text);
      text_.texts.push_back(cel::Origin::of_file(name, std::move(text).value_or("")));
      text_.own_paths.push_back(*file);
    }
    text_.includes.emplace(begin + one.place, place->second);
  }

  ParsedTemplate& text_;
  const ModuleFolder& folder_;
  Diagnostics& diagnostics_;
  lang::SourceMap& sources_;
  std::size_t end_ = 0;
  std::map<std::string, std::size_t> known_;  // parts, by their files
};

}  // namespace

std::optional<ParsedTemplate> read_template_file(const std::string& file, const SourceSpan& asked_at,
                                                 const ModuleFolder& folder, Diagnostics& diagnostics,
                                                 lang::SourceMap& sources) {
  std::optional<std::string> text = read_text(file, asked_at, folder, diagnostics);
  if (!text) return std::nullopt;
  const std::string name = folder.in_project(file);
  sources.add(name, *text);
  ParsedTemplate result{asked_at, {cel::Origin::of_file(name, std::move(*text))}, {file}, {}};
  read_parts(result, folder, diagnostics, sources);
  return result;
}

void read_parts(ParsedTemplate& text, const ModuleFolder& folder, Diagnostics& diagnostics, lang::SourceMap& sources) {
  PartReader(text, folder, diagnostics, sources).run();
}

lang::TemplateTexts texts_of(const ParsedTemplate& text, std::string& joined) {
  lang::TemplateTexts all;
  std::size_t end = 0;
  for (const cel::Origin& one : text.texts) all.ends.push_back(end += one.text.size());
  if (text.texts.size() == 1) {
    all.text = text.texts.front().text;
  } else {
    joined.reserve(end);
    for (const cel::Origin& one : text.texts) joined += one.text;
    all.text = joined;
  }
  all.includes = text.includes;
  return all;
}

Diagnostic diagnose(cel::Fault fault, const ParsedTemplate& text) {
  const cel::Origin* origin = &text.texts.front();
  std::size_t begin = 0;
  for (const cel::Origin& one : text.texts) {
    origin = &one;
    if (fault.begin < begin + one.text.size()) break;
    if (&one != &text.texts.back()) begin += one.text.size();
  }
  fault.begin -= std::min(begin, fault.begin);
  fault.end -= std::min(begin, fault.end);
  if (fault.code == Code::kUnknownName && origin != &text.texts.front() && fault.label.empty())
    fault.hint += "; a part knows of loops and `let` what `with` gives it: %{ include \"FILE\" with x = x }";
  return cel::diagnose(fault, *origin);
}

}  // namespace plumb::config
