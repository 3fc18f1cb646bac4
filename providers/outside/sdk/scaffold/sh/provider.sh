#!/bin/sh
. ./plumb-provider.sh

observe_@KIND@() {
  [ -e "$want_path" ] || [ -L "$want_path" ] || return 0
  if ! [ -f "$want_path" ]; then
    tell_exists
    tell_obstacle "$want_path is no file"
    return
  fi
  content_of "$want_path" || { failed "cannot read $want_path"; return; }
  tell text "$content"
}

apply_@KIND@() {
  case $verb in
  delete) rm -f "$want_path" || failed "cannot remove $want_path" ;;
  *) replace_file "$want_path" "${want_text-}" || failed "cannot write $want_path" ;;
  esac
}

plumb_provider @NAME@ 0.1.0
