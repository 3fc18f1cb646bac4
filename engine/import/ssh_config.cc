// ssh_config(5), as far as names of hosts go: Host, Match, Include, and what a reader wants to see beside a name.

#include <algorithm>
#include <optional>

#include "engine/base/ascii.h"
#include "engine/base/glob.h"
#include "engine/base/replaced.h"
#include "engine/import/listed_hosts.h"
#include "engine/inventory/found.h"

namespace plumb::imports {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostConfigBytes = std::size_t{4} << 20;  // of a file
constexpr std::size_t kMostConfigFiles = 1000;
constexpr int kMostDepth = 16;  // as ssh has it

// What holds from a line on, until the next Host or Match.
struct SshBlock {
  std::vector<std::string> patterns;                          // of Host; what stands before any is for every host
  bool match = false;                                         // Match: who it is for is known when one connects
  std::vector<std::pair<std::string, std::string>> settings;  // keyword in small letters, value
};

std::vector<std::string> ssh_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  char quote = '\0';
  bool begun = false;
  for (const char c : line) {
    if (c == quote || (quote == '\0' && (c == '"' || c == '\''))) {
      quote = quote == '\0' ? c : '\0';
      begun = true;
    } else if (quote == '\0' && (c == ' ' || c == '\t' || c == '\r')) {
      if (begun) words.push_back(std::move(word));
      word.clear();
      begun = false;
    } else if (quote == '\0' && c == '#' && !begun) {
      break;
    } else {
      word += c;
      begun = true;
    }
  }
  if (begun) words.push_back(std::move(word));
  return words;
}

// "Port 22", "Port=22" and "Port = 22" are the same.
std::vector<std::string> directive_of(std::string line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string::npos || line[begin] == '#') return {};
  const std::size_t end = line.find_first_of(" \t=", begin);
  if (end != std::string::npos) {
    const std::size_t equals = line.find_first_not_of(" \t", end);
    if (equals != std::string::npos && line[equals] == '=') line[equals] = ' ';
  }
  std::vector<std::string> words = ssh_words(line);
  if (!words.empty()) words.front() = lowered(words.front());
  return words;
}

class SshConfigReader {
 public:
  SshConfigReader(const Files& files, fs::path home) : files_(files), home_(std::move(home)) { blocks_.emplace_back(); }

  Result<ListedHosts> read(const fs::path& file) {
    PLUMB_TRY(read_file(file, 0));
    add_hosts();
    add_groups();
    return std::move(listed_);
  }

 private:
  void note(const std::string& where, const std::string& what) { listed_.note(where + ": " + what); }

  Result<> read_file(const fs::path& file, int depth) {
    PLUMB_TRY_ASSIGN(const std::string text, files_.read(file, kMostConfigBytes));
    int number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::vector<std::string> words = directive_of(text.substr(begin, end - begin));
      begin = end + 1;
      ++number;
      if (words.size() > 1) take(words, file.string() + ":" + std::to_string(number), depth);
    }
    return {};
  }

  void take(const std::vector<std::string>& words, const std::string& where, int depth) {
    const std::string& keyword = words.front();
    if (keyword == "host") {
      blocks_.push_back({{words.begin() + 1, words.end()}, false, {}});
      for (auto name = words.begin() + 1; name != words.end(); ++name) take_name(*name, where);
    } else if (keyword == "match") {
      // `Match all` is for every host, like what stands before any block.
      const bool all = words.size() == 2 && lowered(words[1]) == "all";
      blocks_.push_back({{}, !all, {}});
    } else if (keyword == "include") {
      // What it holds before its own first Host belongs to the block that it stands in; that one goes on behind it.
      const SshBlock around = blocks_.back();
      for (auto pattern = words.begin() + 1; pattern != words.end(); ++pattern) include(*pattern, where, depth + 1);
      blocks_.push_back({around.patterns, around.match, {}});
    } else {
      blocks_.back().settings.emplace_back(keyword, words[1]);
    }
  }

  void take_name(const std::string& name, const std::string& where) {
    if (name.starts_with('!') || name.find_first_of("*?") != std::string::npos) return;
    if (can_be_listed(name)) {
      places_.emplace(name, where);
    } else {
      note(where, "`" + name + "` is no name that a host can have here");
    }
  }

  void include(const std::string& written, const std::string& where, int depth) {
    fs::path pattern(written);
    if (written.starts_with("~/")) pattern = home_ / written.substr(2);
    if (pattern.is_relative()) pattern = home_ / ".ssh" / pattern;
    if (depth > kMostDepth)
      return note(where, "files include each other more than 16 deep; " + written + " was not read");
    for (const fs::path& file : matching(pattern)) {
      if (++files_read_ > kMostConfigFiles) return note(where, "more than 1000 files are included");
      if (const Result<> read = read_file(file, depth); !read) note(where, read.error().summary());
    }
  }

  // As a shell finds them: a pattern in each part of the path.
  std::vector<fs::path> matching(const fs::path& pattern) const {
    std::vector<fs::path> found = {pattern.root_path()};
    for (const fs::path& part : pattern.relative_path()) {
      std::vector<fs::path> next;
      for (const fs::path& folder : found) {
        if (!is_glob(part.string())) {
          next.push_back(folder / part);
          continue;
        }
        const auto entries = files_.list(folder, kMostConfigFiles);
        if (!entries) continue;
        for (const FolderEntry& entry : *entries) {
          const bool hidden = entry.name.starts_with('.') && !part.string().starts_with('.');
          if (!hidden && glob_match(part.string(), entry.name)) next.push_back(folder / entry.name);
        }
      }
      found = std::move(next);
    }
    std::erase_if(found, [&](const fs::path& path) {
      const auto status = files_.status(path);
      return !status || status->type != EntryType::kFile;
    });
    return found;
  }

  static bool is_for(const SshBlock& block, const std::string& name) {
    if (block.match) return false;
    bool positive = block.patterns.empty();
    for (const std::string& pattern : block.patterns) {
      if (pattern.starts_with('!') && glob_match(pattern.substr(1), name)) return false;
      positive = positive || glob_match(pattern, name);
    }
    return positive;
  }

  // The first that is said counts.
  std::string value_of(const std::string& name, std::string_view keyword) const {
    for (const SshBlock& block : blocks_) {
      if (!is_for(block, name)) continue;
      for (const auto& [key, value] : block.settings) {
        if (key == keyword) return value;
      }
    }
    return "";
  }

  void add_hosts() {
    for (const auto& [name, where] : places_) {
      const std::string user = value_of(name, "user");
      if (user == "git") {
        note(where, "`" + name + "` is where user `git` logs in: a place of repositories, and no host to keep");
        continue;
      }
      ListedHost& host = listed_.hosts[name];
      const std::string address = replaced(value_of(name, "hostname"), "%h", name);
      const std::string port = value_of(name, "port");
      const std::string jump = value_of(name, "proxyjump");
      host.remark = user.empty() ? "" : user + "@";
      host.remark += address.empty() && !user.empty() ? name : address;
      if (!port.empty() && port != "22") host.remark += (host.remark.empty() ? "port " : ":") + port;
      if (!jump.empty() && jump != "none") host.remark += (host.remark.empty() ? "by " : " by ") + jump;
    }
  }

  void add_groups() {
    std::set<std::string> done;
    for (const SshBlock& block : blocks_) {
      for (const std::string& pattern : block.patterns) {
        if (pattern.starts_with('!') || pattern == "*" || !is_glob(pattern) || !done.insert(pattern).second) continue;
        const std::string group = group_of(pattern);
        std::vector<ListedHost*> members;
        for (auto& [name, host] : listed_.hosts) {
          if (is_for(block, name) && glob_match(pattern, name)) members.push_back(&host);
        }
        if (group.empty() || members.size() < 2 || listed_.hosts.contains(group)) continue;
        for (ListedHost* host : members) host->groups.insert(group);
      }
    }
  }

  // "web-*" -> "web", "*.eu.example.com" -> "eu_example_com"
  static std::string group_of(const std::string& pattern) {
    std::string name;
    for (const char c : pattern) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      const bool other = (c >= '0' && c <= '9') || c == '-' || c == '_';
      if (letter || (other && !name.empty())) name += c;
      if (c == '.' && !name.empty()) name += '_';
    }
    while (!name.empty() && (name.back() == '-' || name.back() == '_')) name.pop_back();
    return name == "all" || name == "ungrouped" ? "" : name;
  }

  const Files& files_;
  fs::path home_;
  std::vector<SshBlock> blocks_;
  std::map<std::string, std::string> places_;  // of each name, where it stands first
  std::size_t files_read_ = 0;
  ListedHosts listed_;
};

}  // namespace

Result<ListedHosts> read_ssh_config(const Files& files, const fs::path& file, const fs::path& home) {
  return SshConfigReader(files, home).read(file);
}

}  // namespace plumb::imports
