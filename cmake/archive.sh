# Sourced by scripts that take files out of the package archive that this machine trusts, for machines of other kinds. Its
# lists stay out of the system's own.

# archive FOLDER TYPE [SUITE] [ARCHITECTURE]: sets apt=(...), an apt-get whose lists are in FOLDER. TYPE: deb or deb-src. Of
# SUITE where one is named and not of this machine's own: its first release, without what came as updates later.
archive() {
  local lists=$1 type=$2 suite=${3:-} architecture=${4:-} file
  rm -rf "$lists"
  mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial" "$lists/sources"
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] || continue
    if [ -z "$suite" ]; then
      sed "s/^Types:.*/Types: $type/" "$file"
    else
      awk -v RS= -v type="$type" -v suite="$suite" '
        !/(^|\n)URIs:[^\n]*debian/ || /(^|\n)(URIs|Suites):[^\n]*security/ { next }
        { gsub(/(^|\n)#[^\n]*/, ""); sub(/^\n/, ""); sub(/Types:[^\n]*/, "Types: " type); sub(/Suites:[^\n]*/, "Suites: " suite); print; print "" }' "$file"
    fi >"$lists/sources/${file##*/}"
  done
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$file" ] || continue
    if [ -z "$suite" ]; then
      sed -n "s/^deb /$type /p" "$file"
    else
      sed -n '/security/d; /debian/s/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) [^ ]*/'"$type"' \1\2 '"$suite"'/p' "$file" | sort -u
    fi >"$lists/sources/${file##*/}"
  done
  apt=(apt-get -qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$lists/sources"
    -o "Dir::State::Lists=$lists/lists" -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User=root)
  [ -z "$architecture" ] || apt+=(-o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" -o Dir::State::status=/dev/null)
  "${apt[@]}" update >"$lists/log" 2>&1 || true # of other archives than Debian's, some have no sources
}

# source_of PACKAGE FOLDER: the source of PACKAGE, unpacked into FOLDER. Exit code 77: the archive has it not.
source_of() {
  local lists
  lists=$(dirname "$2")/apt-$1
  archive "$lists" deb-src
  (cd "$lists" && "${apt[@]}" --download-only source "$1" >>log 2>&1) || {
    cat "$lists/log" >&2
    echo "$(basename "$0"): cannot fetch the source of $1" >&2
    return 77
  }
  rm -rf "$2"
  mkdir -p "$2"
  tar -xf "$lists/$1"_*.orig.tar.[gx]z --strip-components=1 -C "$2"
}

# packages_of FOLDER SUITE ARCHITECTURE PACKAGE...: packages unpacked into FOLDER. SUITE may be empty. Exit code 77, too.
packages_of() {
  local folder=$1 lists=$1.apt file
  archive "$lists" deb "$2" "$3"
  shift 3
  (cd "$lists/cache" && "${apt[@]}" download "$@" >>../log 2>&1) || {
    cat "$lists/log" >&2
    echo "$(basename "$0"): cannot fetch $*" >&2
    return 77
  }
  rm -rf "$folder"
  mkdir -p "$folder"
  for file in "$lists"/cache/*.deb; do dpkg-deb -x "$file" "$folder"; done
}
