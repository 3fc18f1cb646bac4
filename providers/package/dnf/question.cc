#include "providers/package/dnf/question.h"

#include "providers/package/rpm.h"

namespace plumb::providers::package::dnf {
namespace {

// dnf writes logs, locks and caches whatever it is asked, and reads its records as one who may write them. So it has
// folders of its own in which the host's caches are by links, and the records as a copy.
constexpr const char* kApart = R"(d=$(mktemp -d) || exit 70
trap 'rm -rf "$d"' EXIT
mkdir "$d/cache" "$d/state" || exit 70
for file in "$2"/*; do
  case $file in *.pid | *.lock | *"/*") ;; *) ln -s "$file" "$d/cache/" ;; esac
done
for file in $3; do
  if [ -f "$file" ]; then cp "$file" "$d/state/"; fi
done
program=$1
shift 3
"$program" -C --setopt=cachedir="$d/cache" --setopt=persistdir="$d/state" --setopt=logdir="$d" "$@")";

constexpr const char* kThoseThere = R"(set -f
there=
while [ "$1" != -- ]; do
  if rpm -q "$1" >/dev/null 2>&1; then there="$there $1"; fi
  shift
done
shift
if [ -z "$there" ]; then
  echo 'Nothing to do.'
  exit 0
fi
exec "$@" $there)";

}  // namespace

std::string spec(const std::string& name, const std::string& version) {
  const std::size_t colon = name.find(':');
  if (version.empty()) return rpm_argument(name);
  const std::string architecture = colon == std::string::npos ? "" : '.' + name.substr(colon + 1);
  return name.substr(0, colon) + '-' + version + architecture;
}

ProcessRequest ask(const Flavour& flavour, std::vector<std::string> words) {
  ProcessRequest request;
  request.argv = {
      "sh", "-c", kApart, "plumb", std::string(flavour.name), std::string(flavour.cache), std::string(flavour.records)};
  request.argv.insert(request.argv.end(), std::make_move_iterator(words.begin()), std::make_move_iterator(words.end()));
  // Somebody's short words for commands are none of ours.
  request.env = {{"DNF_DISABLE_ALIASES", "1"}};
  request.changes_nothing = true;
  request.decided_by = {"/var/lib/rpm", "/usr/lib/sysimage/rpm", std::string(flavour.cache),
                        "/etc/dnf",     "/etc/yum.conf",         "/etc/yum.repos.d",
                        "/etc/yum"};
  for (const std::string& word : request.argv) {
    if (word.starts_with('/') && word.ends_with(".rpm")) request.decided_by.push_back(word);
  }
  request.timeout = std::chrono::seconds(300);
  request.output_limit = std::size_t{16} << 20U;
  return request;
}

std::vector<std::string> words_for(const char* verb, const Leeway& leeway) {
  // What is not needed any more stays, since nobody declared that it goes.
  std::vector<std::string> words = {"--setopt=clean_requirements_on_remove=0"};
  if (leeway.may_erase) words.emplace_back("--allowerasing");
  if (!leeway.recommended) words.emplace_back("--setopt=install_weak_deps=0");
  words.emplace_back(verb);
  words.emplace_back("--");
  return words;
}

void add_those_there(ProcessRequest& program, const std::vector<std::string>& packages) {
  std::vector<std::string> argv = {"sh", "-c", kThoseThere, "plumb"};
  for (const std::string& package : packages) argv.push_back(rpm_argument(package));
  argv.emplace_back("--");
  argv.insert(argv.end(), std::make_move_iterator(program.argv.begin()), std::make_move_iterator(program.argv.end()));
  program.argv = std::move(argv);
}

ProcessRequest ask_reasons(const Flavour& flavour, const std::vector<std::string>& packages) {
  std::vector<std::string> words = {
      "--disablerepo=*", "repoquery", "--installed", "--qf", "%{name} %{arch} %{reason}\n", "--"};
  words.insert(words.end(), packages.begin(), packages.end());
  return ask(flavour, std::move(words));
}

std::map<std::string, bool> parse_reasons(std::string_view answer) {
  std::map<std::string, bool> automatic;
  while (!answer.empty()) {
    const std::string_view line = take_line(answer);
    const std::size_t name = line.find(' ');
    const std::size_t architecture = line.find(' ', name == std::string_view::npos ? name : name + 1);
    if (architecture == std::string_view::npos) continue;
    // Also "Weak Dependency".
    automatic[name_with_architecture(line.substr(0, name), line.substr(name + 1, architecture - name - 1))] =
        line.ends_with("ependency");
  }
  return automatic;
}

}  // namespace plumb::providers::package::dnf
