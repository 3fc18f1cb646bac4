# Modules and providers that are signed: made by plumb and by ssh-keygen, checked by both, asked for by a project.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
for program in ssh-keygen git python3; do command -v $program >/dev/null || skip "no $program here"; done
export HOME=$work GIT_CONFIG_NOSYSTEM=1
git_of_somebody
command git config --global protocol.file.allow always

mkdir -p module/files project root
printf 'plumb: v1\nresources:\n  - file: /from-module\n    source: files/one\n' >module/module.yaml
printf 'one\n' >module/files/one
printf '#!/bin/sh\n' >module/files/run && chmod 755 module/files/run
ln -s one module/files/link
provider_of_notes provider
for who in ana ben; do ssh-keygen -q -t ed25519 -N '' -C $who -f $who; done
ana=$(cut -d' ' -f1,2 ana.pub)
ben=$(cut -d' ' -f1,2 ben.pub)
allow() { printf '%s\n' "$@" | tee signers >project/signers; }
allow "ana $ana"
commit() {
  git -C "$1" init -q
  git -C "$1" add -A
  git -C "$1" commit -qm change >/dev/null || true
  git -C "$1" rev-parse HEAD
}

# What plumb signs, ssh-keygen verifies: the digest of plumb.lock, as a line.
commit module >/dev/null
exits 0 "$plumb" sign module --key ana
says 'Wrote module/module.sig'
exits 0 "$plumb" sign provider --key ana
says 'Wrote provider/provider.sig'
exits 3 "$plumb" sign project --key ana
says 'neither a module nor a provider'
exits 0 "$plumb" verify module --allowed-signers signers
says 'The module is signed by ana (ssh-ed25519'
exits 0 "$plumb" --output json verify provider --allowed-signers signers
says '"type": "provider"'
exits 3 "$plumb" verify module --allowed-signers signers --require-approvals 1
write_project() { # TRUST
  cat >project/plumb.yaml <<YAML
plumb: v1
project: parts
trust: $1
providers: {notes: {git: "$work/provider", commit: $provider}}
resources:
  - use: {git: "$work/module", commit: $module}
    id: used
YAML
}
asked='{allowed_signers: signers, require_signature: false, require_signed_modules: true, require_signed_providers: true}'
use_them() {
  module=$(commit module) provider=$(commit provider)
  write_project "${1:-$asked}"
  rm -f project/plumb.lock
  exits "${2:-0}" "$plumb" -C project module update
}
use_them
places() { sed -n 's/^ *digest: //p' project/plumb.lock; }
of_module=$("$plumb" -C project --output json module list | python3 -c 'import json, sys
print(next(one["digest"] for one in json.load(sys.stdin) if one["name"] == "module"))')
places | grep -qx "$of_module" || fail "the lock holds another digest than $of_module"
echo "$of_module" | ssh-keygen -q -Y verify -f signers -I ana -n module@plumbline -s module/module.sig
! echo "$of_module" | ssh-keygen -q -Y verify -f signers -I ana -n provider@plumbline -s module/module.sig 2>/dev/null ||
  fail 'a module is a provider'
# The digest by other means than plumb's.
again=$(python3 - module <<'PY'
import hashlib, json, os, sys
root, rows = sys.argv[1], []
for folder, folders, files in os.walk(root):
    folders[:] = [one for one in folders if os.path.join(folder, one) != root + "/.git"]
    for name in files:
        path = os.path.join(folder, name)
        shown = os.path.relpath(path, root)
        if shown in ("module.sig", "provider.sig"): continue
        if os.path.islink(path): rows.append([shown, "link", os.readlink(path)]); continue
        what = "executable" if os.stat(path).st_mode & 0o100 else "file"
        rows.append([shown, what, "sha256:" + hashlib.sha256(open(path, "rb").read()).hexdigest()])
rows.sort(key=lambda row: row[0].encode())
print("sha256:" + hashlib.sha256(json.dumps(rows, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest())
PY
)
[ "$again" = "$of_module" ] || fail "the digest is another: $again, $of_module"

# Signed by who may: they are used. What ssh-keygen signs counts as well.
here() { exits "$1" "$plumb" -C project --root "$work/root" --yes "${@:2}"; }
here 0 validate
here 0 apply
[ "$(cat root/from-module)" = one ] || fail 'the module was not applied'
rm root/from-module module/module.sig
echo "$of_module" | ssh-keygen -q -Y sign -f ana -n module@plumbline >module/module.sig
use_them
here 0 validate

# Whatever is wrong with them is told at their use, and nothing is done.
refused() { # CODE TEXT
  here 3 validate
  says "error[$1]"
  says "$2"
  says '┌─ plumb.yaml:'
  here 3 apply
  [ ! -e root/from-module ] || fail "applied: $2"
}
sign_as() { # NAMESPACE KEY
  echo "$of_module" | ssh-keygen -q -Y sign -f "$2" -n "$1" >module/module.sig
  use_them
}
sign_as provider@plumbline ana
refused PL7002 'the module `module` is not used: while checking project/.plumb/modules/module@'
says 'it was signed as `provider@plumbline`'
sign_as module@plumbline ben
refused PL7001 'is not among the allowed signers'
allow "ana $ana" "ben namespaces=\"plan@plumbline\" $ben"
refused PL7001 'for module@plumbline'
allow "ana $ana" "ben valid-before=\"20200101Z\" $ben"
refused PL7001 'error[PL7001]'
allow "ana $ana" "ben $ben"
here 0 validate
cp ben.pub project/revoked
write_project "${asked%\}}, revoked_keys: revoked}"
refused PL7001 'was revoked'
rm module/module.sig
use_them
refused PL7001 'it is not signed: there is no project/.plumb/modules/module@'
says 'plumb sign FOLDER --key FILE'
write_project "$(sed 's/require_signed_modules: true, //' <<<"$asked")"
here 0 validate
write_project '{require_signed_modules: true}'
here 3 validate
says 'does not say whose signatures count'

# Changed after it was signed, and locked as it is now.
sign_as module@plumbline ana
here 0 validate
printf 'two\n' >module/files/one
use_them
refused PL7002 'project/.plumb/modules/module@'
printf 'one\n' >module/files/one

# A provider in the project's own folder is one as well.
use_them
here 0 validate
cp -r provider project/notes && rm -rf project/notes/.git
sed -i 's/^providers.*/providers: {notes: .\/notes}/' project/plumb.yaml
here 0 validate
printf '# more\n' >>project/notes/notes.py
refused PL7002 'the provider `notes` is not used: while checking project/notes/provider.sig'
rm project/notes/provider.sig
refused PL7001 'there is no project/notes/provider.sig'
