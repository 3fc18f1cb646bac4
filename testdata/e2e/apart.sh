# Sourced behind common.sh by tests that change what a whole machine has: files, packages, rules of its network.
#
# apart SCRIPT PACKAGE...: runs the script once more on a copy of this machine that has the packages: its files under a layer
# in memory, in namespaces of mounts, network and processes of its own, so that nothing outside changes and nothing stays.
# Packages are downloaded once, and installed in the copy alone.
apart() {
  local script=$1 code=0
  shift
  if [ -n "${PLUMB_APART:-}" ]; then
    trap - EXIT
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    [ -z "$(ls "$PLUMB_APART")" ] || DEBIAN_FRONTEND=noninteractive dpkg -i "$PLUMB_APART"/*.deb >/tmp/dpkg.log 2>&1 ||
      skip "the packages cannot be installed: $(tail -n 3 /tmp/dpkg.log)"
    return 0
  fi
  [ "$(id -u)" = 0 ] && unshare --mount --net --pid --fork true 2>/dev/null || skip 'this needs root, and namespaces'
  command -v apt-get >/dev/null && command -v ip >/dev/null || skip 'no apt-get or no ip here'
  local packages=${PLUMB_LAB_DIR:-/var/cache/plumb-lab}/packages/$1
  if ! compgen -G "$packages/*.deb" >/dev/null; then
    mkdir -p "$packages/partial"
    timeout 300 apt-get -qq -y --download-only -o "Dir::Cache::archives=$packages" install "$@" >/dev/null 2>&1 ||
      skip "these packages are not to be had: $*"
    rm -rf "$packages/partial" "$packages/lock"
  fi
  unshare --mount --propagation private --net --pid --fork --kill-child bash -c '
    set -e
    mount -t tmpfs tmpfs "$1"
    mkdir "$1/upper" "$1/inner" "$1/root"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/inner" "$1/root" 2>/dev/null || exit 77
    cd "$1/root"
    mount -t proc proc proc
    mount --rbind /dev dev
    mount -t tmpfs tmpfs run
    for folder in "$PLUMB_SOURCE" "$PLUMB_BIN" "$3"; do
      mkdir -p "./$folder"
      mount --bind "$folder" "./$folder"
      mount -o remount,bind,ro "./$folder"
    done
    ip link set lo up
    PLUMB_APART=$3 exec chroot . bash "$2"' apart "$work" "$script" "$packages" || code=$?
  [ "$code" != 77 ] || skip 'no layered file systems here, or what the test needs is missing'
  exit $code
}
