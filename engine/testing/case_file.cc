#include "engine/testing/case_file.h"

#include <algorithm>
#include <cstdlib>

#include <unistd.h>

#include "engine/base/file.h"

namespace plumb::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWant = "want ";
constexpr std::string_view kLink = "link ";

// The name in "-- name --", or nothing.
std::string_view marker(std::string_view line) {
  if (!line.starts_with("-- ") || !line.ends_with(" --") || line.size() < 7) return {};
  return line.substr(3, line.size() - 6);
}

bool rewriting() {
  const char* mode = std::getenv("PLUMB_GOLDEN");
  return mode != nullptr && std::string_view(mode) == "rewrite";
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

Result<CaseFile> CaseFile::read(const fs::path& path) {
  constexpr std::size_t kLargest = std::size_t{16} << 20;
  PLUMB_TRY_ASSIGN(const std::string text, read_file(path, kLargest));
  CaseFile result;
  result.path_ = path;
  for (const std::string_view line : lines_of(text)) {
    if (const std::string_view name = marker(line); !name.empty()) {
      if (result.has(name)) return fail(Code::kUsage, path.string() + " has two sections `" + std::string(name) + "`");
      result.sections_.push_back({std::string(name), {}, false});
    } else {
      std::string& target = result.sections_.empty() ? result.comment_ : result.sections_.back().text;
      target.append(line) += '\n';
    }
  }
  return result;
}

CaseFile::Section* CaseFile::find(std::string_view name) {
  const auto found = std::find_if(sections_.begin(), sections_.end(), [&](const Section& s) { return s.name == name; });
  return found == sections_.end() ? nullptr : &*found;
}

bool CaseFile::has(std::string_view section) const {
  return std::any_of(sections_.begin(), sections_.end(), [&](const Section& s) { return s.name == section; });
}

std::vector<std::string> CaseFile::sections() const {
  std::vector<std::string> names;
  for (const Section& section : sections_) names.push_back(section.name);
  return names;
}

std::string CaseFile::text(std::string_view section) {
  Section* found = find(section);
  if (found == nullptr) return {};
  found->used = true;
  return found->text;
}

Result<> CaseFile::write_inputs(const fs::path& folder) {
  for (Section& section : sections_) {
    if (section.used || section.name.starts_with(kWant)) continue;
    section.used = true;
    const bool link = section.name.starts_with(kLink);
    const fs::path path = folder / (link ? section.name.substr(kLink.size()) : section.name);
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (link) {
      fs::create_symlink(section.text.substr(0, section.text.find('\n')), path, error);
    } else {
      PLUMB_TRY(write_file(path, section.text));
    }
    if (error) return fail(Code::kWriteFailed, "cannot make " + path.string() + ": " + error.message());
  }
  return {};
}

void CaseFile::expect(const std::string& name, std::string actual) {
  const std::string section_name = std::string(kWant) + name;
  if (!actual.empty() && !actual.ends_with('\n')) actual += '\n';
  Section* section = find(section_name);
  if (section == nullptr && actual.empty()) return;
  const std::string expected = section == nullptr ? "" : section->text;
  if (section != nullptr) section->used = true;
  if (expected == actual) return;
  differences_ += "--- " + section_name + "\n" + line_diff(expected, actual);
  if (section != nullptr) {
    section->text = std::move(actual);
  } else {
    sections_.push_back({section_name, std::move(actual), true});
  }
}

CaseFile::Outcome CaseFile::finish() {
  Outcome outcome;
  for (const Section& section : sections_) {
    if (!section.used) outcome.problem += "the section `" + section.name + "` is not used\n";
  }
  if (differences_.empty()) return outcome;
  if (!rewriting()) {
    outcome.problem += differences_;
    return outcome;
  }
  std::string text = comment_;
  for (const Section& section : sections_) {
    if (section.name.starts_with(kWant) && section.text.empty()) continue;
    text += "-- " + section.name + " --\n" + section.text;
  }
  if (Result<> written = write_file(path_, text); !written) outcome.problem += written.error().summary() + "\n";
  outcome.rewritten = true;
  return outcome;
}

std::vector<fs::path> find_cases(const fs::path& folder, std::string_view ending) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->is_regular_file(error) && it->path().filename().string().ends_with(ending)) found.push_back(it->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string case_name(const fs::path& folder, const fs::path& file) {
  std::string name = file.lexically_relative(folder).replace_extension().generic_string();
  for (char& c : name) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!word) c = '_';
  }
  return name;
}

std::string line_diff(std::string_view expected, std::string_view actual) {
  constexpr std::size_t kMostLines = 2000;  // the table below is quadratic
  constexpr std::size_t kContext = 3;
  const auto a = lines_of(expected);
  const auto b = lines_of(actual);
  if (a.size() > kMostLines || b.size() > kMostLines)
    return "the texts differ and are too long to compare line by line\n";
  std::vector<std::vector<std::size_t>> common(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      common[i][j] = a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::vector<std::pair<char, std::string_view>> script;
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      script.emplace_back(' ', a[i]);
      ++i, ++j;
    } else if (j == b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1])) {
      script.emplace_back('-', a[i++]);
    } else {
      script.emplace_back('+', b[j++]);
    }
  }
  std::string out;
  bool gap = false;
  for (std::size_t k = 0; k < script.size(); ++k) {
    const std::size_t first = k - std::min(k, kContext);
    const std::size_t last = std::min(k + kContext + 1, script.size());
    const bool near = std::any_of(script.begin() + static_cast<std::ptrdiff_t>(first),
                                  script.begin() + static_cast<std::ptrdiff_t>(last),
                                  [](const auto& line) { return line.first != ' '; });
    if (near) {
      out += script[k].first + std::string(script[k].second) + "\n";
    } else if (!gap) {
      out += "@@\n";
    }
    gap = !near;
  }
  return out;
}

}  // namespace plumb::testing
