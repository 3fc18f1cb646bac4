#include "testdata/docs/tree.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <regex>

#include "testdata/docs/page.h"

namespace plumb::docs {
namespace fs = std::filesystem;
namespace {

// Where sources and pages are; whatever else lies in the tree, a build among it, is no part of it.
constexpr std::array kFolders = {".ci", "cmake", "cmd", "docs", "engine", "providers", "schemas", "testdata"};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// KIND, TARGET and the like stand for names, as do globs and what is left out.
bool stands_for_others(const std::string& path) {
  static const std::regex placeholder("(^|[/_.])[A-Z]{2,}($|[/_.])|[*…<{]");
  return std::regex_search(path, placeholder) && !path.ends_with("README.md") && !path.ends_with("CMakeLists.txt");
}

std::string first_word(const std::string& text) {
  return text.substr(0, text.find_first_of(" \n;|)"));
}

void find_all(const std::string& text, const char* pattern, std::set<std::string>& found) {
  const std::regex regex(pattern);
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it) found.insert((*it)[1].str());
}

}  // namespace

Tree::Tree(fs::path root) : root_(std::move(root)) {
  for (const char* page : {"README.md", "CONTRIBUTING.md"}) pages_[page] = read(root_ / page);
  for (const char* folder : kFolders) {
    for (const auto& entry : fs::recursive_directory_iterator(root_ / folder)) {
      if (!entry.is_regular_file()) continue;
      files_.insert(entry.path().filename().string());
      const std::string path = fs::relative(entry.path(), root_).string();
      if (entry.path().extension() == ".md" && !path.starts_with("docs/reference/")) pages_[path] = read(entry.path());
    }
  }
  read_sources();
  std::string makefile = read(root_ / "Makefile");
  for (std::size_t at = 0; at < makefile.size();) {
    const std::size_t end = std::min(makefile.find('\n', at), makefile.size());
    const std::string line = makefile.substr(at, end - at);
    if (const std::size_t colon = line.find(": "); colon != std::string::npos && !line.starts_with("\t"))
      targets_.insert(line.substr(0, colon));
    at = end + 1;
  }
  find_all(read(root_ / "engine/base/codes.def"), "\\b(PL[0-9]{4}|[0-9]{4})\\b", codes_);
}

void Tree::read_words(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (!is_word(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    words_.emplace(text.substr(at, end - at));
    at = end;
  }
}

void Tree::read_sources() {
  for (const char* folder : {"cmd", "engine", "providers", "schemas"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root_ / folder)) {
      const std::string ending = entry.path().extension().string();
      if (ending != ".cc" && ending != ".h" && ending != ".json" && ending != ".def") continue;
      const std::string text = read(entry.path());
      read_words(text);
      find_all(text, "\"(?:-[A-Za-z],)?(--[a-z][a-z-]*)", options_);
      if (std::string(folder) == "cmd") find_all(text, "add_subcommand\\(\\s*\"([a-z-]+)\"", subcommands_);
    }
  }
}

// A pair of header and source may be named without its endings.
bool Tree::has_path(const std::string& path) const {
  return fs::exists(root_ / path) || fs::exists(root_ / (path + ".h")) || fs::exists(root_ / (path + ".cc"));
}

std::optional<std::string> Tree::fault_of_name(const std::string& name, const std::string& folder) const {
  static const std::regex path_like("[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]*)+|[A-Za-z0-9_-]+\\.(h|cc|def)");
  static const std::regex qualified("([A-Za-z_]+::)+([A-Za-z_]+)(\\(\\))?");
  static const std::regex call("([a-z_]+)\\(\\)");
  std::smatch match;
  if (name.starts_with("plumb ") || name.starts_with("make ") || name.starts_with("--")) return fault_of_command(name);
  if (std::regex_match(name, match, qualified)) {
    if (has_word(match[2].str())) return std::nullopt;
    return "there is no `" + name + "` in the sources";
  }
  if (std::regex_match(name, match, call)) {
    if (has_word(match[1].str())) return std::nullopt;
    return "there is no `" + name + "` in the sources";
  }
  if (!std::regex_match(name, path_like) || stands_for_others(name)) return std::nullopt;
  const std::string top = name.substr(0, name.find('/'));
  const bool from_root = std::find(kFolders.begin(), kFolders.end(), top) != kFolders.end() && name != top;
  const bool source = name.ends_with(".h") || name.ends_with(".cc") || name.ends_with(".def");
  if (!from_root && !source) return std::nullopt;
  if (has_path(name) || has_path(folder + "/" + name)) return std::nullopt;
  // A page may call a file by its name alone.
  if (name == top && files_.contains(name)) return std::nullopt;
  return "there is no `" + name + "`";
}

std::optional<std::string> Tree::fault_of_command(const std::string& command) const {
  std::string words = command.starts_with("sudo ") ? command.substr(5) : command;
  for (const auto& [program, known] : {std::pair{"plumb ", &subcommands_}, std::pair{"make ", &targets_}}) {
    if (!words.starts_with(program)) continue;
    const std::string word = first_word(words.substr(std::string(program).size()));
    static const std::regex plain("[a-z][a-z-]*");
    if (std::regex_match(word, plain) && !known->contains(word))
      return "there is no `" + std::string(program) + word + "`";
  }
  if (!words.starts_with("plumb ") && !words.starts_with("--")) return std::nullopt;
  words = words.substr(0, words.find_first_of("|;"));
  static const std::regex option("(?:^| )(--[a-z][a-z-]*)");
  for (std::sregex_iterator it(words.begin(), words.end(), option), end; it != end; ++it) {
    if (!options_.contains((*it)[1].str())) return "there is no option `" + (*it)[1].str() + "`";
  }
  return std::nullopt;
}

std::optional<std::string> Tree::fault_of_link(const std::string& target, const std::string& page) const {
  if (target.find("://") != std::string::npos || target.starts_with("mailto:")) return std::nullopt;
  const std::size_t hash = target.find('#');
  const std::string file = target.substr(0, hash);
  const fs::path path = file.empty() ? fs::path(page) : (fs::path(page).parent_path() / file).lexically_normal();
  if (!fs::exists(root_ / path)) return "`" + target + "` leads nowhere";
  if (hash == std::string::npos || path.extension() != ".md") return std::nullopt;
  const std::set<std::string> anchors = read_page(read(root_ / path)).anchors;
  if (anchors.contains(target.substr(hash + 1))) return std::nullopt;
  return "`" + target + "`: the page has no such heading";
}

}  // namespace plumb::docs
