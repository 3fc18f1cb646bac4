// Which tasks only look, and whether something asks for what they find.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/task_words.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Node;

bool among(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A program that tells something and changes nothing, as far as its words say.
bool tells(const std::vector<std::string>& words) {
  if (words.empty()) return false;
  const std::string name = words[0].substr(words[0].rfind('/') + 1);
  const std::string_view second = words.size() > 1 ? std::string_view(words[1]) : std::string_view();
  if (std::find(words.begin(), words.end(), "--version") != words.end()) return true;
  const auto says = [&](std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); };
  if (words.size() == 2 && among(second, {"-V", "-v", "version", "-version", "--help"}) &&
      among(name,
            {"openssl", "nginx",   "apache2", "httpd",     "php",          "node",     "npm",    "ruby",    "gem",
             "python",  "python3", "perl",    "go",        "java",         "docker",   "podman", "kubectl", "helm",
             "vault",   "consul",  "nomad",   "terraform", "sshd",         "ssh",      "psql",   "mysql",   "mysqld",
             "mariadb", "git",     "pip",     "pip3",      "redis-server", "postgres", "k3s"}))
    return true;
  if (name == "openssl") return second == "x509" && !says("-out") && !says("-signkey");
  if (name == "git") return among(second, {"rev-parse", "describe", "status", "ls-remote"});
  if (name == "docker" || name == "podman") return among(second, {"ps", "info", "images", "inspect"});
  if (name == "ip")
    return !says("add") && !says("del") && !says("delete") && !says("set") && !says("flush") && !says("replace");
  if (name == "command") return second == "-v" || second == "-V";
  if (name == "dpkg") return among(second, {"-l", "-s", "-L", "-S", "--list", "--status", "--print-architecture"});
  if (name == "rpm") return second.starts_with("-q") || second == "--query" || second == "--eval";
  if (name == "systemctl")
    return among(second, {"is-active", "is-enabled", "is-failed", "show", "cat", "list-units", "list-unit-files"});
  if (name == "sed")
    return std::none_of(words.begin(), words.end(), [](const std::string& word) {
      return word.starts_with("-i") || word.starts_with("--in-place");
    });
  return among(name,
               {"cat",        "ls",      "grep",  "egrep",  "fgrep",    "zgrep",    "head",       "wc",        "sort",
                "uniq",       "cut",     "tr",    "stat",   "test",     "[",        "which",      "whereis",   "type",
                "id",         "getent",  "uname", "whoami", "readlink", "realpath", "dpkg-query", "apt-cache", "pgrep",
                "getenforce", "findmnt", "lsblk", "nproc",  "arch",     "awk",      "gawk",       "lsmod"});
}

// A line of a shell of which each program only tells something.
bool only_tells(std::string line) {
  for (const std::string_view quiet : {"2>&1", "2> /dev/null", "2>/dev/null", ">/dev/null", "> /dev/null"}) {
    for (std::size_t at = line.find(quiet); at != std::string::npos; at = line.find(quiet))
      line.erase(at, quiet.size());
  }
  if (line.find_first_of(">;&`\n") != std::string::npos || line.find("$(") != std::string::npos ||
      line.find("||") != std::string::npos || line.find("{%") != std::string::npos)
    return false;
  for (std::size_t at = 0; at <= line.size();) {
    std::size_t end = at;
    // A `|` between quotes or in an expression parts nothing.
    char quote = '\0';
    int depth = 0;
    for (; end < line.size() && (quote != '\0' || depth > 0 || line[end] != '|'); ++end) {
      const char c = line[end];
      if (quote != '\0' ? c == quote : c == '"' || c == '\'') quote = quote == '\0' ? c : '\0';
      if (line.compare(end, 2, "{{") == 0) ++depth;
      if (line.compare(end, 2, "}}") == 0) --depth;
    }
    if (!tells(shell_words(line.substr(at, end - at)))) return false;
    at = end + 1;
  }
  return true;
}

// Whether the task itself says that it changes nothing.
bool says_it_looks(const Task& one) {
  if (says_no(one.keyword("changed_when")) || says_no(one.keyword("check_mode"))) return true;
  const Node* line = one.argument({"cmd", "_raw_params"});
  if (one.argument({"argv"}) != nullptr || one.keyword("changed_when") != nullptr) return false;
  return only_tells(line != nullptr ? line->text : one.free_form);
}

}  // namespace

bool Unit::is_probe(const Task& one) const {
  if (asks_url(one)) return true;
  if (one_of(one.module, {"stat", "slurp", "find", "getent", "package_facts", "service_facts"})) return true;
  if (!one_of(one.module, {"command", "shell", "raw"})) return false;
  if (one.keyword("register") == nullptr) return false;
  return one.argument({"creates", "removes"}) == nullptr && says_it_looks(one);
}

bool Unit::is_read(const std::string& name, const Task& by) {
  const auto holds = [&](std::string_view text) {
    const auto letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    int count = 0;
    for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      if ((at == 0 || !letter(text[at - 1])) && (end == text.size() || !letter(text[end]))) ++count;
    }
    return count;
  };
  const std::string& own = file_text(by.file);
  const std::size_t from = line_start(by.file, by.line());
  const std::size_t to = line_start(by.file, by.node->span.end_line + 1);
  int inside = to > from ? holds(std::string_view(own).substr(from, to - from)) : 0;
  // What other tasks that give their results the same name say of their own reads nothing of this one's.
  if (const auto all = registered_.find(name); all != registered_.end()) {
    for (const Registered& other : all->second) {
      for (const char* word : {"register", "until", "failed_when", "changed_when"}) {
        const Node* said = other.task == &by ? nullptr : other.task->keyword(word);
        if (said == nullptr) continue;
        inside += holds(said->text);
        for (const Node& one : said->items) inside += holds(one.text);
      }
    }
  }
  return holds(all_text_) > inside;
}

bool Unit::is_folder(const std::string& path, const std::string& here) const {
  if (here.ends_with('/') || directories_.contains(here)) return true;
  static constexpr std::string_view kOfTheSystem[] = {"/bin",
                                                      "/boot",
                                                      "/etc",
                                                      "/etc/default",
                                                      "/etc/nginx",
                                                      "/etc/ssl",
                                                      "/etc/systemd/system",
                                                      "/home",
                                                      "/lib",
                                                      "/media",
                                                      "/mnt",
                                                      "/opt",
                                                      "/root",
                                                      "/run",
                                                      "/sbin",
                                                      "/srv",
                                                      "/tmp",
                                                      "/usr",
                                                      "/usr/bin",
                                                      "/usr/lib",
                                                      "/usr/local",
                                                      "/usr/local/bin",
                                                      "/usr/local/sbin",
                                                      "/usr/local/src",
                                                      "/usr/sbin",
                                                      "/usr/share",
                                                      "/usr/src",
                                                      "/var",
                                                      "/var/cache",
                                                      "/var/lib",
                                                      "/var/log",
                                                      "/var/tmp",
                                                      "/var/www",
                                                      "/lib/systemd/system"};
  const std::string known = constant_text(path, *this).value_or(here);
  if (std::find(std::begin(kOfTheSystem), std::end(kOfTheSystem), known) != std::end(kOfTheSystem)) return true;
  if (here.starts_with("/etc/") && (here.ends_with(".d") || here.starts_with("/etc/cron.")) &&
      std::count(here.begin(), here.end(), '/') == 2)
    return true;
  // Something of the role lies below it.
  if (path.size() < 2) return false;
  for (std::size_t at = all_text_.find(path + "/"); at != std::string::npos; at = all_text_.find(path + "/", at + 1)) {
    const char before = at == 0 ? ' ' : all_text_[at - 1];
    const char behind = at + path.size() + 1 < all_text_.size() ? all_text_[at + path.size() + 1] : ' ';
    const auto in_path = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
             c == '.' || c == '/' || c == '}' || c == '{';
    };
    if (!in_path(before) && in_path(behind) && behind != '/') return true;
  }
  return false;
}

bool Unit::is_fetched(const std::string& path) const {
  return std::any_of(fetched_.begin(), fetched_.end(),
                     [&](const std::string& place) { return path.starts_with(place); });
}

}  // namespace plumb::imports
