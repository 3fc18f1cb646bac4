#include "engine/config/document.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <system_error>
#include <vector>

namespace plumb::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostCueErrors = 20;

// "    ./resources/web.cue:3:14" -> a span of one character.
std::optional<SourceSpan> place_in(std::string_view line, const fs::path& folder) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  const auto number_at_end = [&]() -> int {
    const std::size_t colon = line.rfind(':');
    if (colon == std::string_view::npos) return 0;
    int value = 0;
    const auto [end, error] = std::from_chars(line.data() + colon + 1, line.data() + line.size(), value);
    if (error != std::errc{} || end != line.data() + line.size()) return 0;
    line = line.substr(0, colon);
    return value;
  };
  const int column = number_at_end();
  const int row = column == 0 ? 0 : number_at_end();
  if (row == 0 || line.empty()) return std::nullopt;
  const std::string file = (folder / fs::path(line)).lexically_normal().generic_string();
  return SourceSpan{file, row, column, row, column + 1};
}

struct CueFinding {
  std::string summary;
  std::vector<SourceSpan> places;
};

// CUE writes what is wrong on a line of its own, and below it, indented, the places that it is about.
std::vector<CueFinding> cue_findings(std::string_view errors, const fs::path& folder) {
  std::vector<CueFinding> found;
  while (!errors.empty()) {
    const std::size_t end = std::min(errors.find('\n'), errors.size());
    std::string_view line = errors.substr(0, end);
    errors.remove_prefix(std::min(end + 1, errors.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const bool indented = line.front() == ' ' || line.front() == '\t';
    const std::optional<SourceSpan> place = indented ? place_in(line, folder) : std::nullopt;
    if (place && !found.empty()) {
      found.back().places.push_back(*place);
      continue;
    }
    if (found.size() == kMostCueErrors) break;
    // What the alternatives of a choice say stands in the lines that follow.
    if (line.ends_with("errors in empty disjunction:")) continue;
    if (line.ends_with(':')) line.remove_suffix(1);
    found.push_back({std::string(line), {}});
  }
  return found;
}

bool is_imported(const SourceSpan& place) {
  return place.file.find("cue.mod/") != std::string::npos;
}

// Where one's own files are to blame, packages that they import are not.
void leave_out_imported(std::vector<CueFinding>& found) {
  const auto is_own = [](const CueFinding& finding) {
    return !std::all_of(finding.places.begin(), finding.places.end(), is_imported);
  };
  if (std::none_of(found.begin(), found.end(), is_own)) return;
  std::erase_if(found, [&](const CueFinding& finding) { return !finding.places.empty() && !is_own(finding); });
  for (CueFinding& finding : found) std::erase_if(finding.places, is_imported);
}

std::optional<std::string> exported(const Files& files, const fs::path& file, const std::string& name,
                                    const std::optional<SourceSpan>& asked_at, Diagnostics& diagnostics) {
  const auto tell = [&](Diagnostic diagnostic) {
    diagnostic.span = asked_at;
    diagnostics.add(std::move(diagnostic));
    return std::nullopt;
  };
  if (!files.has_program("cue")) {
    return tell(Diagnostic(Code::kCueFailed, "the `cue` program is not in PATH, and " + name + " needs it")
                    .with_hint("install CUE, or write the file in YAML"));
  }
  const Result<ProgramOutput> output =
      files.run({"cue", "export", "--out", "json", "./" + file.filename().string()}, file.parent_path(),
                Code::kCueFailed, {.time = std::chrono::seconds{60}, .bytes = lang::kMaxYamlBytes});
  if (!output) return tell(Error(output.error()).during("exporting " + name).diagnostic());
  if (output->exit_code == 0) return output->text;
  const std::size_t before = diagnostics.error_count();
  tell_cue_errors(output->errors, fs::path(name).parent_path(), diagnostics);
  if (diagnostics.error_count() == before)
    tell(Diagnostic(Code::kCueFailed,
                    "cue export of " + name + " ends with exit code " + std::to_string(output->exit_code)));
  return std::nullopt;
}

}  // namespace

std::string document_name(const Folder& folder, std::string_view stem) {
  const std::string yaml = std::string(stem) + ".yaml";
  const std::string cue = std::string(stem) + ".cue";
  return !folder.holds(yaml) && folder.holds(cue) ? cue : yaml;
}

bool has_document(const Folder& folder, std::string_view stem) {
  return folder.holds(document_name(folder, stem));
}

std::optional<lang::Node> read_document(const Files& files, const fs::path& file, const std::string& name,
                                        const std::optional<SourceSpan>& asked_at, Diagnostics& diagnostics,
                                        lang::SourceMap& sources, BrokenYaml broken) {
  Result<std::string> text = files.read(file, lang::kMaxYamlBytes);
  if (!text) {
    Diagnostic diagnostic = text.error().diagnostic();
    if (asked_at) diagnostic.span = asked_at;
    diagnostics.add(std::move(diagnostic));
    return std::nullopt;
  }
  sources.add(name, *text);
  if (file.extension() == ".cue") {
    std::optional<std::string> json = exported(files, file, name, asked_at, diagnostics);
    if (!json) return std::nullopt;
    *text = std::move(*json);
    sources.add(name, *text);
  }
  if (broken == BrokenYaml::kNothing || file.extension() == ".cue") return lang::read_yaml(name, *text, diagnostics);
  const std::size_t before = diagnostics.error_count();
  lang::Node root = lang::read_partial_yaml(name, *text, diagnostics);
  if (diagnostics.error_count() != before && !root.is_map()) return std::nullopt;
  return root;
}

void tell_cue_errors(std::string_view errors, const fs::path& folder, Diagnostics& diagnostics) {
  std::vector<CueFinding> found = cue_findings(errors, folder);
  leave_out_imported(found);
  for (CueFinding& finding : found) {
    Diagnostic diagnostic(Code::kCueFailed, "CUE: " + finding.summary);
    // CUE begins with the outermost place.
    if (!finding.places.empty()) {
      diagnostic.span = finding.places.back();
      finding.places.pop_back();
    }
    for (SourceSpan& place : finding.places) diagnostic.related.push_back({std::move(place), "and this"});
    diagnostics.add(std::move(diagnostic));
  }
}

}  // namespace plumb::config
