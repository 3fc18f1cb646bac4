# plumb-provider.sh: speaks the provider protocol, version 1, for a script of a POSIX shell. It needs awk. In the script:
#
#   . ./plumb-provider.sh
#   observe_KIND() { ... }        # reads; says what is there by the functions below
#   apply_KIND() { ... }          # makes it so; `$verb` is create, update, replace, delete, restart or reload
#   plumb_provider NAME VERSION   # as in provider.yaml
#
# Both find `$identity`, what is asked for in `$want_ATTRIBUTE` (texts as they are, lists and maps as JSON, unset where
# it is not asked for), and apply what was there in `$before_ATTRIBUTE` and the names of what changes in `$changes`.
# A provider whose observe says nothing has a resource that is not there.

# What observe_KIND says. An attribute is a text, or JSON.
tell() { told="$told,$(plumb_text "$1"):$(plumb_text "$2")"; exists=true; }
tell_json() { told="$told,$(plumb_text "$1"):$2"; exists=true; }
tell_exists() { exists=true; }
tell_same() { same="$same,$(plumb_text "$1")"; } # written otherwise than asked for, and means the same
tell_missing() { missing="$missing,{\"what\":$(plumb_text "$1"),\"attribute\":$(plumb_text "$2")}"; }
tell_obstacle() { obstacle=$(plumb_message "$1" "${2-}"); }
# Either function may give up: `failed MESSAGE [HINT]; return`. One that ends with another code than 0 has failed too.
failed() { error=$(plumb_message "$1" "${2-}"); }

# Of lists of texts. `items_of "$want_LIST"` prints each item on a line of its own, as it is; `tell_items NAME LINES` tells
# lines as a list. No item may hold a line end.
items_of() { printf '%s\n' "$1" | LC_ALL=C awk "$plumb_json"'{ s = $0; for (p = 2; p < length(s); p++) print value() }'; }
tell_items() { tell_json "$1" "[$([ -z "$2" ] || plumb_text "$2" '","')]"; }

# Of files. `content_of FILE` puts all of it into `$content`, line ends at its end too.
content_of() { content=$(cat "$1" && echo x) || return; content=${content%x}; }
# `replace_file FILE TEXT`: whoever looks finds the old file or the new one.
replace_file() {
  set -- "$1" "$2" "${1%/*}/.plumb-${1##*/}"
  printf '%s' "$2" >"$3" && { [ ! -e "$1" ] || { chmod --reference="$1" "$3" && chown --reference="$1" "$3"; } 2>/dev/null || :; } &&
    mv -f "$3" "$1"
}

# A text as JSON; the second argument stands between its lines.
plumb_text() {
  printf '%s\n' "$1" | LC_ALL=C awk -v between="${2-\\\\n}" 'BEGIN { printf "\"" } NR > 1 { printf "%s", between } {
    gsub(/["\\]/, "\\\\&")
    for (i = 1; i < 32; i++) if (index($0, sprintf("%c", i))) {
      n = split($0, part, sprintf("%c", i)); $0 = part[1]
      for (k = 2; k <= n; k++) $0 = $0 sprintf("\\u%04x", i) part[k]
    }
    printf "%s", $0 } END { printf "\"" }'
}
plumb_message() { printf '{"message":%s,"hint":%s}' "$(plumb_text "$1")" "$(plumb_text "$2")"; }

# In awk: value() reads the JSON in `s` from `p` on, and gives texts as they are and all else as JSON.
plumb_json='
    function utf8(n) {
      if (n < 128) return sprintf("%c", n)
      if (n < 2048) return sprintf("%c%c", 192 + int(n / 64), 128 + n % 64)
      if (n < 65536) return sprintf("%c%c%c", 224 + int(n / 4096), 128 + int(n / 64) % 64, 128 + n % 64)
      return sprintf("%c%c%c%c", 240 + int(n / 262144), 128 + int(n / 4096) % 64, 128 + int(n / 64) % 64, 128 + n % 64)
    }
    function hex(text, n, i) {
      for (i = 1; i <= 4; i++) n = n * 16 + index("0123456789abcdef", tolower(substr(text, i, 1))) - 1
      return n
    }
    function text(out, c, n) {
      for (p++; match(substr(s, p), /["\\]/); ) {
        out = out substr(s, p, RSTART - 1); p += RSTART
        if (substr(s, p - 1, 1) == "\"") return out
        c = substr(s, p++, 1)
        if (c != "u") { out = out (c == "n" ? "\n" : c == "t" ? "\t" : c == "r" ? "\r" : c == "b" ? "\b" : c == "f" ? "\f" : c); continue }
        n = hex(substr(s, p, 4)); p += 4
        if (n >= 55296 && n < 56320) { n = 65536 + (n - 55296) * 1024 + hex(substr(s, p + 2, 4)) - 56320; p += 6 }
        out = out utf8(n)
      }
    }
    function value(begin, depth, c) {
      begin = p; c = substr(s, p, 1)
      if (c == "\"") return text()
      if (c != "{" && c != "[") { match(substr(s, p), /^[^],} ]+/); p += RLENGTH; return substr(s, begin, p - begin) }
      do {
        c = substr(s, p, 1)
        if (c == "\"") { text(); continue }
        depth += (c == "{" || c == "[") - (c == "}" || c == "]"); p++
      } while (depth > 0)
      return substr(s, begin, p - begin)
    }
'
# A request as assignments of the shell.
plumb_assignments() {
  LC_ALL=C awk "$plumb_json"'
    function blanks() { while (substr(s, p, 1) ~ /[ \t\r]/) p++ }
    function members(object, prefix, was, at, name, v) {
      was = s; at = p; s = object; p = 2
      for (blanks(); substr(s, p, 1) == "\""; blanks()) {
        name = text(); blanks(); p++; blanks(); v = value(); blanks()
        if (substr(s, p, 1) == ",") p++
        if (prefix == "" && (name == "desired" || name == "before")) { members(v, name == "desired" ? "want_" : "before_"); continue }
        if (prefix == "" && (name == "changes" || name == "withheld")) gsub(/[][",]+/, " ", v)
        if (v == "null" || (prefix == "" && name !~ /^(call|id|kind|identity|verb|changes|withheld)$/)) continue
        gsub(/\047/, "\047\\\047\047", v)
        print prefix name "=\047" v "\047"; names = names " " prefix name
      }
      s = was; p = at
    }
    { members($0, ""); print "plumb_names=\047" names "\047" }'
}

plumb_provider() {
  while IFS= read -r plumb_line; do
    verb='' changes='' withheld='' told='' same='' missing='' obstacle='' error='' exists=false
    eval "$(printf '%s\n' "$plumb_line" | plumb_assignments)"
    case $call in
    hello) printf '{"id":%s,"protocol":1,"name":"%s","version":"%s"}\n' "$id" "$1" "$2" ;;
    observe | apply)
      "${call}_$kind" </dev/null >&2 || [ -n "$error" ] || failed "$call of $kind ended with exit code $?"
      if [ -n "$error" ]; then
        printf '{"id":%s,"error":%s}\n' "$id" "$error"
      elif [ "$call" = apply ]; then
        printf '{"id":%s,"done":true}\n' "$id"
      else
        [ "$exists" = false ] || exists="true,\"attributes\":{${told#,}}"
        printf '{"id":%s,"exists":%s' "$id" "$exists"
        printf '%s%s%s}\n' "${same:+,\"same\":[${same#,}]}" "${missing:+,\"missing\":[${missing#,}]}" "${obstacle:+,\"obstacle\":$obstacle}"
      fi
      ;;
    esac
    unset $plumb_names plumb_names
  done
}
