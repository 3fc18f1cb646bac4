// known_hosts of ssh, and names of addresses as /etc/hosts has them.

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <arpa/inet.h>

#include "engine/import/listed_hosts.h"

namespace plumb::imports {
namespace {

constexpr std::size_t kMostHostFileBytes = std::size_t{16} << 20;

// Where repositories are, and no host to keep.
constexpr std::array<std::string_view, 7> kForges = {"github.com",        "ssh.github.com", "gitlab.com",
                                                     "altssh.gitlab.com", "bitbucket.org",  "codeberg.org",
                                                     "ssh.dev.azure.com"};

std::vector<std::string> line_fields(std::string_view line) {
  std::vector<std::string> fields;
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t begin = line.find_first_not_of(" \t\r", i);
    if (begin == std::string_view::npos || line[begin] == '#') break;
    i = std::min(line.find_first_of(" \t\r", begin), line.size());
    fields.emplace_back(line.substr(begin, i - begin));
  }
  return fields;
}

bool is_internet_address(const std::string& text) {
  in6_addr buffer;
  return inet_pton(AF_INET, text.c_str(), &buffer) == 1 || inet_pton(AF_INET6, text.c_str(), &buffer) == 1;
}

bool is_nobodys(const std::string& address) {
  return address.starts_with("127.") || address.starts_with("0.") || address == "255.255.255.255" || address == "::1" ||
         address.starts_with("fe00:") || address.starts_with("ff0");
}

// 2001:db8::1 -> 2001_db8__1: colons separate the terms of a pattern of hosts.
std::string name_for(std::string address) {
  std::replace(address.begin(), address.end(), ':', '_');
  return address;
}

struct KnownName {
  std::string name;
  int port = 0;
};

// "web1" or "[web1]:2222". Nothing where it is neither, or a pattern.
std::optional<KnownName> known_name(const std::string& text) {
  if (text.find_first_of("*?!|") != std::string::npos) return std::nullopt;
  if (!text.starts_with('[')) return KnownName{text, 0};
  const std::size_t end = text.find("]:");
  KnownName known{text.substr(1, end == std::string::npos ? 0 : end - 1), 0};
  if (end == std::string::npos) return std::nullopt;
  const char* last = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data() + end + 2, last, known.port);
  if (problem != std::errc() || stop != last || known.port < 1 || known.port > 65535) return std::nullopt;
  return known;
}

class HostFile {
 public:
  HostFile(std::string file, ListedHosts& into) : file_(std::move(file)), into_(into) {}

  void read(std::string_view text) {
    for (std::size_t begin = 0; begin < text.size(); ++line_) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::vector<std::string> fields = line_fields(text.substr(begin, end - begin));
      begin = end + 1;
      if (!fields.empty()) take(fields);
    }
    add_known();
    if (hashed_ > 0)
      into_.note(file_ + ": " + std::to_string(hashed_) + (hashed_ == 1 ? " name is" : " names are") +
                 " hashed, which nobody can read; `HashKnownHosts no` in ssh's settings keeps later ones");
  }

 private:
  void note(const std::string& what) { into_.note(file_ + ":" + std::to_string(line_) + ": " + what); }

  void take(const std::vector<std::string>& fields) {
    if (fields.front().starts_with('@')) {
      note("`" + fields.front() + "` is about keys, not about one host");
    } else if (fields.front().starts_with("|1|")) {
      ++hashed_;
    } else if (fields.size() >= 3 && is_key_type(fields[1])) {
      take_known(fields);
    } else if (fields.size() >= 2 && is_internet_address(fields.front())) {
      take_address(fields);
    } else {
      note("neither a host and its key nor an address and its names");
    }
  }

  static bool is_key_type(const std::string& text) {
    return text.starts_with("ssh-") || text.starts_with("ecdsa-") || text.starts_with("sk-");
  }

  void take_known(const std::vector<std::string>& fields) {
    Known known{line_, {}};
    for (std::size_t begin = 0; begin <= fields[0].size();) {
      const std::size_t end = std::min(fields[0].find(',', begin), fields[0].size());
      const std::string text = fields[0].substr(begin, end - begin);
      begin = end + 1;
      if (const auto one = known_name(text)) {
        known.names.push_back(*one);
      } else {
        note("`" + text + "` is a pattern, and names no one host");
      }
    }
    known_.emplace_back(fields[1] + " " + fields[2], std::move(known));
  }

  // A host stands on a line for each of its keys, and addresses often on lines of their own: what has a key of a name
  // is that host.
  void add_known() {
    std::set<std::string> named;
    for (const auto& [key, known] : known_) {
      const bool name = std::any_of(known.names.begin(), known.names.end(),
                                    [](const KnownName& one) { return !is_internet_address(one.name); });
      if (name) named.insert(key);
    }
    for (const auto& [key, known] : known_) {
      line_ = known.line;
      for (const KnownName& one : known.names) {
        if (is_internet_address(one.name) && (named.contains(key) || is_nobodys(one.name))) continue;
        add(one);
      }
    }
  }

  void add(const KnownName& known) {
    if (std::find(kForges.begin(), kForges.end(), known.name) != kForges.end()) {
      if (forges_.insert(known.name).second) note("`" + known.name + "` has repositories, and is no host to keep");
      return;
    }
    const bool number = is_internet_address(known.name);
    const std::string name = number ? name_for(known.name) : known.name;
    if (name == "localhost") return;
    if (!can_be_listed(name)) return note("`" + name + "` is no name that a host can have here");
    const auto [at, is_new] = into_.hosts.try_emplace(name);
    if (is_new && name != known.name) at->second.address = known.name;
    if (at->second.port == 0) at->second.port = known.port == 22 ? 0 : known.port;
  }

  void take_address(const std::vector<std::string>& fields) {
    if (is_nobodys(fields[0])) return;
    const std::string& name = fields[1];
    if (!can_be_listed(name)) return note("`" + name + "` is no name that a host can have here");
    ListedHost& host = into_.hosts[name];
    if (host.address.empty()) {
      host.address = fields[0];
    } else if (host.address != fields[0]) {
      note("`" + name + "` has the address " + host.address + " already; " + fields[0] + " was left out");
    }
    for (std::size_t i = 2; i < fields.size() && host.remark.size() < 60; ++i)
      host.remark += (host.remark.empty() ? "also " : ", ") + fields[i];
  }

  struct Known {
    int line = 0;
    std::vector<KnownName> names;
  };

  std::string file_;
  ListedHosts& into_;
  int line_ = 1;
  int hashed_ = 0;
  std::vector<std::pair<std::string, Known>> known_;  // by their keys
  std::set<std::string> forges_;
};

}  // namespace

Result<> add_hosts_of(const Files& files, const std::filesystem::path& file, ListedHosts& into) {
  PLUMB_TRY_ASSIGN(const std::string text, files.read(file, kMostHostFileBytes));
  HostFile(file.string(), into).read(text);
  return {};
}

}  // namespace plumb::imports
