#include "engine/host/ssh/config_files.h"

#include <algorithm>
#include <array>

#include <glob.h>

#include "engine/base/ascii.h"
#include "engine/base/file.h"
#include "engine/host/ssh/known_hosts.h"

namespace plumb::host::ssh {
namespace {

constexpr std::size_t kConfigLimit = std::size_t{1} << 20;
constexpr int kIncludeDepth = 16;

// What has no bearing on how plumb reaches a host. Every other keyword makes `ssh -G` judge.
constexpr std::array<std::string_view, 31> kIgnorable{"addkeystoagent",
                                                      "batchmode",
                                                      "canonicalizefallbacklocal",
                                                      "checkhostip",
                                                      "compression",
                                                      "controlmaster",
                                                      "controlpath",
                                                      "controlpersist",
                                                      "enableescapecommandline",
                                                      "escapechar",
                                                      "exitonforwardfailure",
                                                      "fingerprinthash",
                                                      "forwardagent",
                                                      "forwardx11",
                                                      "forwardx11timeout",
                                                      "forwardx11trusted",
                                                      "hashknownhosts",
                                                      "host",
                                                      "ignoreunknown",
                                                      "include",
                                                      "ipqos",
                                                      "localforward",
                                                      "loglevel",
                                                      "permitlocalcommand",
                                                      "remoteforward",
                                                      "requesttty",
                                                      "sendenv",
                                                      "tcpkeepalive",
                                                      "updatehostkeys",
                                                      "visualhostkey",
                                                      "xauthlocation"};

struct Source {
  std::string file;
  std::string folder;  // for relative includes
};

std::vector<Source> sources_of(const Query& query, const Self& self) {
  const std::string folder = self.home + "/.ssh/";
  if (!query.config_file.empty()) return {{query.config_file.string(), folder}};
  return {{folder + "config", folder}, {"/etc/ssh/ssh_config", "/etc/ssh/"}};
}

std::vector<std::string> read_matching(const std::string& pattern) {
  std::vector<std::string> texts;
  glob_t found{};
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      Result<std::string> text = read_file(found.gl_pathv[i], kConfigLimit);
      if (text) texts.push_back(std::move(*text));
    }
  }
  globfree(&found);
  return texts;
}

// Whether a Host line is for the host, as it is asked for. What is quoted, escaped or remarked on is left to ssh.
bool is_for(std::string_view list, std::string_view host) {
  if (list.find_first_of("\"'\\#") != std::string_view::npos) return true;
  bool found = false;
  for (const std::string& word : words(list)) {
    const bool negated = word.starts_with('!');
    if (!pattern_match(std::string_view(word).substr(negated ? 1 : 0), host)) continue;
    if (negated) return false;
    found = true;
  }
  return found;
}

void scan_into(Scan& scan, std::string_view text, std::string_view host, const IncludeReader& include, int depth);

// One directive that applies to the host.
void scan_directive(Scan& scan, std::string_view key, std::string_view value, std::string_view host,
                    const IncludeReader& include, int depth) {
  if (key == "include") {
    if (depth >= kIncludeDepth || value.find_first_of("'\\#$%") != std::string_view::npos) {
      scan.matters = true;
      return;
    }
    for (const std::string& pattern : words(value)) {
      for (const std::string& included : include(pattern)) scan_into(scan, included, host, include, depth + 1);
    }
  } else if (key == "hashknownhosts") {
    scan.hash_known_hosts = lowered(value) == "yes";
  } else if (!std::binary_search(kIgnorable.begin(), kIgnorable.end(), key) &&
             (!key.starts_with("gssapi") || key == "gssapikeyexchange") && !key.starts_with("canonicalpermitted")) {
    scan.matters = true;
  }
}

void scan_into(Scan& scan, std::string_view text, std::string_view host, const IncludeReader& include, int depth) {
  bool applies = true;
  while (!text.empty() && !scan.matters) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const auto [key, value] = split_directive(line);
    if (key == "host") {
      applies = is_for(value, host);
    } else if (key == "match") {
      scan.matters = true;
    } else if (applies) {
      scan_directive(scan, key, value, host, include, depth);
    }
  }
}

std::vector<std::string> included(const Source& source, std::string_view pattern, const Self& self) {
  const std::string path = expand_home(pattern, self);
  return read_matching(path.starts_with('/') ? path : source.folder + path);
}

bool has_longer_line(std::size_t most, std::string_view text, const Source& source, const Self& self, int depth = 0) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > most) return true;
    const auto [key, value] = split_directive(trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (key != "include" || depth >= kIncludeDepth) continue;
    for (const std::string& pattern : words(value)) {
      for (const std::string& other : included(source, pattern, self)) {
        if (has_longer_line(most, other, source, self, depth + 1)) return true;
      }
    }
  }
  return false;
}

}  // namespace

std::pair<std::string, std::string_view> split_directive(std::string_view line) {
  const std::size_t end = std::min(line.find_first_of(" \t="), line.size());
  std::string_view value = trimmed(line.substr(end));
  if (!value.empty() && value.front() == '=') value = trimmed(value.substr(1));
  return {lowered(line.substr(0, end)), value};
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    if (text.front() == '"') {
      const std::size_t end = std::min(text.find('"', 1), text.size());
      out.emplace_back(text.substr(1, end - 1));
      text.remove_prefix(std::min(end + 1, text.size()));
    } else {
      const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
      out.emplace_back(text.substr(0, end));
      text.remove_prefix(end);
    }
  }
  return out;
}

Scan scan_config(std::string_view text, std::string_view host, const IncludeReader& include) {
  Scan scan;
  scan_into(scan, text, host, include, 0);
  return scan;
}

Scan scan_files(const Query& query, const Self& self) {
  Scan scan;
  for (const Source& source : sources_of(query, self)) {
    Result<std::string> text = read_file(source.file, kConfigLimit);
    if (!text) continue;
    scan_into(
        scan, *text, query.host, [&](std::string_view pattern) { return included(source, pattern, self); }, 0);
    if (scan.matters) break;
  }
  return scan;
}

std::string with_longer_line(std::size_t most, const Query& query, const Self& self) {
  for (const Source& source : sources_of(query, self)) {
    const Result<std::string> text = read_file(source.file, kConfigLimit);
    if (text && has_longer_line(most, *text, source, self)) return source.file;
  }
  return {};
}

}  // namespace plumb::host::ssh
