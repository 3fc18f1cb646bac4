#include "testdata/meet/getting.h"

#include <cstdio>
#include <fstream>

#include <sys/stat.h>

#include "engine/base/digest.h"

namespace plumb::meet {
namespace {

namespace fs = std::filesystem;

const std::string kCommit(40, '1');
constexpr const char* kArchive = "/usr/share/one.tar";
constexpr const char* kRemote = "/usr/share/repository";

constexpr const char* kGit = R"sh(
hash=1111111111111111111111111111111111111111
if [ "$1" = -C ]; then cd "$2" || exit 128; shift 2; fi
while [ "$1" = -c ]; do shift 2; done
tell() { [ -e ".git/$1" ] || exit 1; read -r word <".git/$1"; echo "$word"; }
verb=$1
shift
last=
for word; do before=$last last=$word; done
case $verb in
ls-remote)
  case $* in
  *--symref*) printf 'ref: refs/heads/main\tHEAD\n%s\tHEAD\n' $hash ;;
  *refs/tags/*) printf '%s\trefs/tags/v1\n' $hash ;;
  *) printf '%s\t%s\n' $hash "$last" ;;
  esac ;;
clone)
  mkdir -p "$last/.git" || exit 128
  echo "$before" >"$last/.git/url"
  echo main >"$last/.git/branch"
  echo $hash >"$last/.git/head"
  echo one >"$last/file" ;;
init) mkdir -p "$last/.git" || exit 128 ;;
rev-parse) tell head ;;
config) tell url ;;
symbolic-ref) tell branch ;;
remote) echo "$last" >.git/url ;;
checkout)
  echo "$last" >.git/head
  case $* in
  *--detach*) rm -f .git/branch ;;
  *) echo "$before" >.git/branch ;;
  esac ;;
esac
)sh";

void write_script(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << "#!/bin/sh\n" << text;
  ::chmod(path.c_str(), 0755);
}

// A tar archive of one file, which is text from its beginning to its end.
std::string archive_text() {
  constexpr std::size_t kSum = 148, kSumSize = 8;
  std::string head = "d/" + std::string(98, 'x') + "0000644 " + std::string(16, ' ') + "00000000004 " + "00000001750 ";
  head += std::string(kSumSize, ' ') + "0";
  head.resize(512, ' ');
  unsigned sum = 0;
  for (const char c : head) sum += static_cast<unsigned char>(c);
  char digits[kSumSize] = {};
  std::snprintf(digits, sizeof digits, "%06o", sum);
  head.replace(kSum, 6, digits);
  return head + "one\n" + std::string(508, ' ');
}

}  // namespace

void install_servers(const fs::path& root) {
  std::error_code problem;
  fs::create_directories(root / "usr/share", problem);
  write_script(root / "usr/bin/curl", "echo one\n");
  write_script(root / "usr/bin/find", "exit 0\n");  // nothing is old
  write_script(root / "usr/bin/git", kGit);
  write_archive(root / (kArchive + 1));
}

void write_archive(const fs::path& path) {
  std::ofstream(path, std::ios::binary) << archive_text();
}

std::vector<Json> downloads() {
  return {{{"url", "http://one"},
           {"digest", digest("one\n")},
           {"mode", "0600"},
           {"backup", true},
           {"validate", "test -e %s"},
           {"headers", {{"X-A", "b"}}},
           {"timeout", 60}},
          {{"url", "http://one"},
           {"owner", "web"},
           {"group", "www"},
           {"follow", true},
           {"max_age", 3600},
           {"username", "u"},
           {"password", "p"},
           {"proxy", "http://p:1"},
           {"ca_file", "/etc/passwd"},
           {"validate_certs", true}},
          {{"state", "absent"}}};
}

std::vector<Json> archives() {
  return {{{"source", "one.tar"}, {"strip", 1}, {"exclude", {"x"}}, {"owner", "web"}},
          {{"file", kArchive}, {"digest", digest(archive_text())}, {"group", "www"}},
          {{"file", kArchive}, {"creates", "/usr"}},
          {{"content", archive_text()}, {"include", {"d/*"}}}};
}

std::vector<Json> working_copies() {
  return {{{"repository", kRemote}, {"branch", "main"}, {"depth", 1}, {"submodules", true}, {"update", true}},
          {{"repository", kRemote}, {"tag", "v1"}, {"force", true}, {"key_file", "/etc/passwd"}, {"timeout", 60}},
          {{"repository", kRemote}, {"commit", kCommit}, {"signed_by", {{"allowed_signers", "/etc/passwd"}}}},
          {{"repository", kRemote}, {"branch", "main"}, {"as", "web"}},
          {{"state", "absent"}, {"force", true}}};
}

std::vector<Json> repositories() {
  const Json base = {{"uris", {"http://x"}}, {"suites", {"one"}}, {"components", {"main"}}};
  const auto with = [&](const Json& more) {
    Json all = base;
    all.update(more);
    return all;
  };
  return {with({{"key", "one\n"}, {"refresh", true}, {"enabled", true}, {"mode", "0644"}}),
          with({{"types", {"deb", "deb-src"}},
                {"architectures", {"amd64"}},
                {"languages", {"none"}},
                {"targets", {"Packages"}},
                {"trusted", true},
                {"options", {{"By-Hash", "no"}}},
                {"signed_by", kArchive}}),
          with({{"key_source", "one.txt"}}),
          with({{"key_url", "http://one"}, {"key_digest", digest("one\n")}}),
          {{"state", "absent"}, {"key", "one\n"}}};
}

Resource getting(const Words& words, Random& random) {
  switch (random.below(4)) {
    case 0:
      return {"download", random.of(words.paths), random.of(downloads())};
    case 1:
      return {"archive", random.of(words.paths), random.of(archives())};
    case 2:
      return {"git", random.of(words.paths), random.of(working_copies())};
    default:
      return {"apt_repository", "x", random.of(repositories())};
  }
}

}  // namespace plumb::meet
