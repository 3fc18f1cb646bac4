#include "testdata/meet/packages.h"

#include <fstream>
#include <sstream>

#include <sys/stat.h>

namespace plumb::meet {
namespace {

namespace fs = std::filesystem;

// One file a package in `db`: its version, and "auto" where it came along with another. In `holds` those that are held,
// in `left` those that are gone and have left configuration files. What is a package's own stands in the list of its
// name.
constexpr const char* kWriteStatus = R"sh(
db=/var/lib/dpkg/meet
holds=/var/lib/dpkg/holds
left=/var/lib/dpkg/left
write_status() {
  rm -f /var/lib/dpkg/info/*.list
  : >/var/lib/dpkg/status
  : >/var/lib/apt/extended_states
  for file in "$db"/*; do
    [ -e "$file" ] || continue
    read -r version how <"$file"
    name=${file##*/} wanted=install
    [ ! -e "$holds/$name" ] || wanted=hold
    printf '/.\n/usr\n/usr/lib\n/etc\n' >/var/lib/dpkg/info/"$name".list
    case $name in
    tool) echo /etc/tool.conf ;;
    app)
      printf '/usr/lib/systemd\n/usr/lib/systemd/system\n/usr/lib/systemd/system/app.service\n'
      printf '/etc/conf.d\n/etc/conf.d/app\n'
      ;;
    present) printf '/usr/lib/systemd\n/usr/lib/systemd/system\n/etc/conf.d\n' ;;
    esac >>/var/lib/dpkg/info/"$name".list
    printf 'Package: %s\nStatus: %s ok installed\nArchitecture: all\nVersion: %s\n\n' "$name" "$wanted" "$version" \
      >>/var/lib/dpkg/status
    [ "$how" != auto ] || printf 'Package: %s\nArchitecture: all\nAuto-Installed: 1\n\n' "$name" \
      >>/var/lib/apt/extended_states
  done
  for file in "$left"/*; do
    [ ! -e "$file" ] || printf 'Package: %s\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1.0\n\n' \
      "${file##*/}" >>/var/lib/dpkg/status
  done
}
)sh";

constexpr const char* kGet = R"sh(
simulate= action= words= uris= keeps= older= bare= changes_held= autoremove=
while [ $# -gt 0 ]; do
  case $1 in
  -s) simulate=1 ;;
  -o) shift ;;
  --print-uris) uris=1 ;;
  --no-remove) keeps=1 ;;
  --allow-downgrades) older=1 ;;
  --no-install-recommends) bare=1 ;;
  --allow-change-held-packages) changes_held=1 ;;
  -*) ;;
  --autoremove) autoremove=1 ;;
  install | update | purge | upgrade | dist-upgrade) action=$1 ;;
  *) words="$words $1" ;;
  esac
  shift
done
x=/etc/apt/sources.list.d/x.list
y=/etc/apt/sources.list.d/x.sources
if [ $action = update ]; then
  if [ "$uris" ]; then
    echo "'http://base/InRelease' base_InRelease 0"
    [ ! -e $x ] || echo "'http://x/InRelease' x_InRelease 0"
    [ ! -e $y ] || echo "'http://x/dists/one/InRelease' x_dists_one_InRelease 0"
  else
    rm -f /var/lib/apt/lists/x_* /var/lib/apt/old
    [ ! -e $x ] || { : >/var/lib/apt/lists/x_InRelease && : >/var/lib/apt/lists/x_Packages; }
    [ ! -e $y ] || { : >/var/lib/apt/lists/x_dists_one_InRelease && : >/var/lib/apt/lists/x_Packages; }
  fi
  exit
fi
if [ $action = purge ]; then
  for word in $words; do rm -f "$left/$word"; done
  write_status
  exit
fi
holds() { case " $1 " in *" $2 "*) return 0 ;; esac; return 1; }
there() { [ -e "$db/$1" ]; }
stop() { echo "E: $1" >&2; exit 100; }
version_of() { read -r version how <"$db/$1" && echo "$version"; }
case $action in
*upgrade)
  if there tool && [ "$(version_of tool)" = 1.0 ] && [ ! -e "$holds/tool" ]; then words=tool; fi
  how=
  ! there lib || read -r version how <"$db/lib"
  if [ "$autoremove" ] && [ "$how" = auto ] && ! there tool && ! there app && [ ! -e "$holds/lib" ]; then
    words="$words lib-"
  fi
  ;;
esac
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
  /*)
    [ -f "$word" ] || stop "Unsupported file $word given on commandline"
    name=tool wanted=1.0
    echo "Note, selecting 'tool' instead of '$word'"
    ;;
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
if comes app && [ -z "$bare" ] && ! there lib && ! comes lib && ! holds "$words" lib-; then
  install=" lib=1.0$install"
  along=lib
  echo '  Installing lib:all as Recommends of app:all'
fi
touched=
for name in $remove; do [ ! -e "$holds/$name" ] || touched="$touched $name"; done
for one in $install; do [ ! -e "$holds/${one%%=*}" ] || touched="$touched ${one%%=*}"; done
if [ "$touched" ]; then
  printf 'The following held packages will be changed:\n %s\n' "$touched"
  [ "$changes_held" ] || stop 'Held packages were changed and -y was used without --allow-change-held-packages.'
fi
for name in $remove; do echo "Remv $name [$(version_of "$name")]"; done
for one in $install; do
  name=${one%%=*} old=
  ! there "$name" || old="[$(version_of "$name")] "
  echo "Inst $name $old(${one#*=} base [all])"
done
[ -z "$simulate" ] || exit 0
for name in $remove; do
  rm -f "$db/$name" "$holds/$name"
  case $name in
  tool) rm -f /etc/tool.conf ;;
  rival) : >"$left/$name" ;;
  app) rm -f /usr/lib/systemd/system/app.service /etc/conf.d/app ;;
  esac
done
for one in $install; do
  name=${one%%=*} version=${one#*=} how=
  ! there "$name" || read -r unused how <"$db/$name"
  [ "$name" != "$along" ] || how=auto
  echo "$version $how" >"$db/$name"
  rm -f "$left/$name"
  case $name in
  tool) [ -e /etc/tool.conf ] || echo "version=$version" >/etc/tool.conf ;;
  app)
    mkdir -p /usr/lib/systemd/system
    printf '[Service]\nExecStart=/usr/bin/true\n[Install]\nWantedBy=multi-user.target\n' \
      >/usr/lib/systemd/system/app.service
    [ -d /etc/conf.d ] || mkdir /etc/conf.d
    [ -e /etc/conf.d/app ] || echo default >/etc/conf.d/app
    ;;
  esac
done
write_status
)sh";

constexpr const char* kMark = R"sh(
verb=$1
for name; do
  [ -e "$db/$name" ] || continue
  case $verb in
  hold) : >"$holds/$name" ;;
  unhold) rm -f "$holds/$name" ;;
  manual)
    read -r version how <"$db/$name"
    echo "$version" >"$db/$name"
    ;;
  esac
done
write_status
)sh";

// It is only asked whether the lists are young.
constexpr const char* kFind = R"sh(
[ -e /var/lib/apt/old ] || echo /var/lib/apt/lists
)sh";

// Any file is one of tool 1.0.
constexpr const char* kDeb = R"sh(
[ -f "$2" ] || { echo "dpkg-deb: error: failed to read archive '$2'" >&2; exit 2; }
printf 'Package: tool\nVersion: 1.0\n'
)sh";

void write_script(const fs::path& path, const char* text) {
  std::ofstream(path, std::ios::binary) << "#!/bin/sh\n" << kWriteStatus << text;
  ::chmod(path.c_str(), 0755);
}

}  // namespace

void install_package_manager(const fs::path& root) {
  write_script(root / "usr/bin/apt-get", kGet);
  write_script(root / "usr/bin/apt-mark", kMark);
  write_script(root / "usr/bin/find", kFind);
  write_script(root / "usr/bin/dpkg-deb", kDeb);
}

bool is_of_packages(const std::string& path) {
  return path == "/etc/tool.conf" || path == "/etc/conf.d" || path == "/etc/conf.d/app" ||
         path.starts_with("/var/lib/dpkg/") || path.starts_with("/var/lib/apt/");
}

void reset_packages(const fs::path& root, const std::vector<std::string>& installed) {
  std::error_code problem;
  fs::remove_all(root / "usr/lib/systemd/system", problem);
  fs::create_directories(root / "usr/lib/systemd/system", problem);
  for (const char* folder : {"var/lib/dpkg/meet", "var/lib/dpkg/info", "var/lib/dpkg/holds", "var/lib/dpkg/left",
                             "var/lib/apt/lists", "etc/apt/sources.list.d", "etc/apt/keyrings"})
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
    if (name == "lists") {
      std::ofstream(root / "var/lib/apt/old").flush();
      continue;
    }
    if (how == "left") {
      std::ofstream(root / "var/lib/dpkg/left" / name).flush();
      status << "Package: " << name << "\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1.0\n\n";
      continue;
    }
    const bool held = how == "held";
    if (held) std::ofstream(root / "var/lib/dpkg/holds" / name).flush();
    std::ofstream(root / "var/lib/dpkg/meet" / name) << version << ' ' << (held ? "" : how) << '\n';
    status << "Package: " << name << "\nStatus: " << (held ? "hold" : "install")
           << " ok installed\nArchitecture: all\nVersion: " << version << "\n\n";
    std::ofstream list(root / "var/lib/dpkg/info" / (name + ".list"), std::ios::binary);
    list << "/.\n/usr\n/usr/lib\n/etc\n";
    if (name == "app" || name == "present") list << "/usr/lib/systemd\n/usr/lib/systemd/system\n";
    if (name == "app") list << "/usr/lib/systemd/system/app.service\n/etc/conf.d/app\n";
    if (name == "app" || name == "present") list << "/etc/conf.d\n";
    if (name == "tool") list << "/etc/tool.conf\n";
    if (how == "auto") states << "Package: " << name << "\nArchitecture: all\nAuto-Installed: 1\n\n";
    if (name == "tool") std::ofstream(root / "etc/tool.conf") << "version=" << version << '\n';
    if (name == "app") {
      std::ofstream(root / "usr/lib/systemd/system/app.service")
          << "[Service]\nExecStart=/usr/bin/true\n[Install]\nWantedBy=multi-user.target\n";
      fs::create_directories(root / "etc/conf.d", problem);
      std::ofstream(root / "etc/conf.d/app") << "default\n";
    }
  }
}

}  // namespace plumb::meet
