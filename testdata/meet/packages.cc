#include "testdata/meet/packages.h"

#include <fstream>
#include <sstream>

#include <sys/stat.h>

namespace plumb::meet {
namespace {

namespace fs = std::filesystem;

// One file a package in `db`: its version, and "auto" where it came along with another. What is a package's own stands
// in the list of its name.
constexpr const char* kWriteStatus = R"sh(
db=/var/lib/dpkg/meet
write_status() {
  rm -f /var/lib/dpkg/info/*.list
  : >/var/lib/dpkg/status
  : >/var/lib/apt/extended_states
  for file in "$db"/*; do
    [ -e "$file" ] || continue
    read -r version how <"$file"
    name=${file##*/}
    printf '/.\n/usr\n/usr/lib\n/etc\n' >/var/lib/dpkg/info/"$name".list
    case $name in
    tool) echo /etc/tool.conf ;;
    app) printf '/usr/lib/systemd\n/usr/lib/systemd/system\n/usr/lib/systemd/system/app.service\n' ;;
    present) printf '/usr/lib/systemd\n/usr/lib/systemd/system\n' ;;
    esac >>/var/lib/dpkg/info/"$name".list
    printf 'Package: %s\nStatus: install ok installed\nArchitecture: all\nVersion: %s\n\n' "$name" "$version" \
      >>/var/lib/dpkg/status
    [ "$how" != auto ] || printf 'Package: %s\nArchitecture: all\nAuto-Installed: 1\n\n' "$name" \
      >>/var/lib/apt/extended_states
  done
}
)sh";

constexpr const char* kGet = R"sh(
simulate= action= words= uris= keeps= older=
while [ $# -gt 0 ]; do
  case $1 in
  -s) simulate=1 ;;
  -o) shift ;;
  --print-uris) uris=1 ;;
  --no-remove) keeps=1 ;;
  --allow-downgrades) older=1 ;;
  -*) ;;
  install | update) action=$1 ;;
  *) words="$words $1" ;;
  esac
  shift
done
x=/etc/apt/sources.list.d/x.list
if [ $action = update ]; then
  if [ "$uris" ]; then
    echo "'http://base/InRelease' base_InRelease 0"
    [ ! -e $x ] || echo "'http://x/InRelease' x_InRelease 0"
  else
    rm -f /var/lib/apt/lists/x_*
    [ ! -e $x ] || { : >/var/lib/apt/lists/x_InRelease && : >/var/lib/apt/lists/x_Packages; }
  fi
  exit
fi
holds() { case " $1 " in *" $2 "*) return 0 ;; esac; return 1; }
there() { [ -e "$db/$1" ]; }
stop() { echo "E: $1" >&2; exit 100; }
version_of() { read -r version how <"$db/$1" && echo "$version"; }
known() {
  case $1 in
  tool) echo 2.0 1.0 ;;
  lib | rival | app | present) echo 1.0 ;;
  extra) [ ! -e /var/lib/apt/lists/x_Packages ] || echo 1.0 ;;
  esac
}
install= remove= missing=
for word in $words; do
  case $word in
  *-) name=${word%-} wanted=- ;;
  *=*) name=${word%%=*} wanted=${word#*=} ;;
  *) name=$word wanted= ;;
  esac
  versions=$(known "$name")
  if [ -z "$versions" ]; then
    # Also what no source has any more can be removed.
    if [ "$wanted" != - ] || ! there "$name"; then
      echo "E: Unable to locate package $name" >&2
      missing=1
      continue
    fi
  fi
  if [ "$wanted" = - ]; then
    ! there "$name" || remove="$remove $name"
    continue
  fi
  chosen=
  for version in $versions; do
    case $version in ${wanted:-*}) chosen=$version; break ;; esac
  done
  if [ -z "$chosen" ]; then
    echo "E: Version '$wanted' for '$name' was not found" >&2
    missing=1
    continue
  fi
  if there "$name" && [ "$(version_of "$name")" = "$chosen" ]; then continue; fi
  install="$install $name=$chosen"
done
[ -z "$missing" ] || exit 100
comes() { case "$install " in *" $1="*) return 0 ;; esac; return 1; }
stays() { there "$1" && ! holds "$remove" "$1"; }
along=
if comes tool || stays tool; then
  if comes rival; then
    comes tool && stop 'Unable to correct problems, you have held broken packages.'
    remove="$remove tool"
  fi
fi
if comes tool; then
  holds "$words" lib- && stop 'Unable to correct problems, you have held broken packages.'
  ! stays rival || remove="$remove rival"
  if ! there lib && ! comes lib; then
    install=" lib=1.0$install"
    along=lib
    echo '  Installing lib:all as Depends of tool:all'
  fi
elif holds "$remove" lib && stays tool; then
  remove="$remove tool"
fi
[ -z "$remove" ] || [ -z "$keeps" ] || stop 'Packages need to be removed but remove is disabled.'
for one in $install; do
  name=${one%%=*}
  there "$name" && [ "$(version_of "$name")" '>' "${one#*=}" ] || continue
  printf 'The following packages will be DOWNGRADED:\n  %s\n' "$name"
  [ "$older" ] || stop 'Packages were downgraded and -y was used without --allow-downgrades.'
done
for name in $remove; do echo "Remv $name [$(version_of "$name")]"; done
for one in $install; do echo "Inst ${one%%=*} (${one#*=} base [all])"; done
[ -z "$simulate" ] || exit 0
for name in $remove; do
  rm -f "$db/$name"
  case $name in
  tool) rm -f /etc/tool.conf ;;
  app) rm -f /usr/lib/systemd/system/app.service ;;
  esac
done
for one in $install; do
  name=${one%%=*} version=${one#*=} how=
  ! there "$name" || read -r unused how <"$db/$name"
  [ "$name" != "$along" ] || how=auto
  echo "$version $how" >"$db/$name"
  case $name in
  tool) [ -e /etc/tool.conf ] || echo "version=$version" >/etc/tool.conf ;;
  app)
    mkdir -p /usr/lib/systemd/system
    printf '[Service]\nExecStart=/usr/bin/true\n[Install]\nWantedBy=multi-user.target\n' \
      >/usr/lib/systemd/system/app.service
    ;;
  esac
done
write_status
)sh";

constexpr const char* kMark = R"sh(
for name; do
  [ -e "$db/$name" ] || continue
  read -r version how <"$db/$name"
  echo "$version" >"$db/$name"
done
write_status
)sh";

void write_script(const fs::path& path, const char* text) {
  std::ofstream(path, std::ios::binary) << "#!/bin/sh\n" << kWriteStatus << text;
  ::chmod(path.c_str(), 0755);
}

}  // namespace

void install_package_manager(const fs::path& root) {
  write_script(root / "usr/bin/apt-get", kGet);
  write_script(root / "usr/bin/apt-mark", kMark);
}

bool is_of_packages(const std::string& path) {
  return path == "/etc/tool.conf" || path.starts_with("/var/lib/dpkg/") || path.starts_with("/var/lib/apt/");
}

void reset_packages(const fs::path& root, const std::vector<std::string>& installed) {
  std::error_code problem;
  fs::remove_all(root / "usr/lib/systemd/system", problem);
  fs::create_directories(root / "usr/lib/systemd/system", problem);
  for (const char* folder : {"var/lib/dpkg/meet", "var/lib/dpkg/info", "var/lib/apt/lists", "etc/apt/sources.list.d"})
    fs::create_directories(root / folder, problem);
  std::ofstream(root / "var/lib/apt/lists/base_Packages").flush();
  std::ofstream status(root / "var/lib/dpkg/status", std::ios::binary);
  std::ofstream states(root / "var/lib/apt/extended_states", std::ios::binary);
  std::vector<std::string> all = installed;
  all.emplace_back("present 1.0");
  for (const std::string& one : all) {
    std::istringstream words(one);
    std::string name, version, how;
    words >> name >> version >> how;
    std::ofstream(root / "var/lib/dpkg/meet" / name) << version << ' ' << how << '\n';
    status << "Package: " << name << "\nStatus: install ok installed\nArchitecture: all\nVersion: " << version
           << "\n\n";
    std::ofstream list(root / "var/lib/dpkg/info" / (name + ".list"), std::ios::binary);
    list << "/.\n/usr\n/usr/lib\n/etc\n";
    if (name == "app" || name == "present") list << "/usr/lib/systemd\n/usr/lib/systemd/system\n";
    if (name == "app") list << "/usr/lib/systemd/system/app.service\n";
    if (name == "tool") list << "/etc/tool.conf\n";
    if (how == "auto") states << "Package: " << name << "\nArchitecture: all\nAuto-Installed: 1\n\n";
    if (name == "tool") std::ofstream(root / "etc/tool.conf") << "version=" << version << '\n';
    if (name == "app")
      std::ofstream(root / "usr/lib/systemd/system/app.service")
          << "[Service]\nExecStart=/usr/bin/true\n[Install]\nWantedBy=multi-user.target\n";
  }
}

}  // namespace plumb::meet
