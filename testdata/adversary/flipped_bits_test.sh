# One bit of what people have signed, approved or locked is another: in a saved plan, its signature, an approval and its
# signature, a content beside the plan, a module and a provider that came from git, and their signatures. Nothing is carried out, and the reason is
# named. FLIPS: how many bits of each file, spread over it (12; 200 with PLUMB_LONG).
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v ssh-keygen >/dev/null || skip 'no ssh-keygen here'
command -v git >/dev/null || skip 'no git here'
command -v python3 >/dev/null || skip 'no python3 here'
flips=${FLIPS:-12}
[ -z "${PLUMB_LONG:-}" ] || flips=${FLIPS:-200}
export HOME=$work GIT_CONFIG_NOSYSTEM=1
git config --global user.name tester
git config --global user.email tester@example.com
git config --global protocol.file.allow always

# A module and a provider, each a repository, and a project that uses both.
repository() { # FOLDER: its commit
  git init -q -b main "$1"
  git -C "$1" add -A
  git -C "$1" commit -qm one
  git -C "$1" rev-parse HEAD
}
commit() { # FOLDER: the same of what changed
  git -C "$1" add -A
  git -C "$1" commit -qm more >/dev/null || true
  git -C "$1" rev-parse HEAD
}
mkdir -p module project root store
printf 'plumb: v1\nresources:\n  - file: /from-module\n    content: "one\\n"\n' >module/module.yaml
provider_of_notes provider
module=$(repository module)
provider=$(repository provider)
head -c 1200000 /dev/zero | tr '\0' x >project/large
declare_it() { # WHAT…
  printf 'plumb: v1\nproject: flipped\n%s\nresources:\n  - file: /large\n    source: large\n' "${2:-}" >project/plumb.yaml
  printf '%s\n' "$1" >>project/plumb.yaml
}
ssh-keygen -q -t ed25519 -N '' -C ana -f ana
printf 'ana %s\n' "$(cut -d' ' -f1,2 ana.pub)" >signers

# flip FILE PLACE: the bit of the PLACE-th of so many parts of it.
flip() {
  python3 - "$1" "$2" "$flips" <<'PY'
import sys
name, place, parts = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
data = bytearray(open(name, "rb").read())
bit = (place * 8 * len(data) + 8 * len(data) // 2) // parts
bit = min(bit + place % 8, 8 * len(data) - 1)
data[bit // 8] ^= 1 << bit % 8
open(name, "wb").write(data)
PY
}
# each FILE CODES COMMAND…: refused with one of these codes, whichever bit it is; nothing is changed.
each() {
  local file=$1 codes=$2 place code
  shift 2
  cp -p "$file" kept
  chmod u+w "$file"
  for ((place = 0; place < flips; ++place)); do
    flip "$file" "$place"
    code=0
    output=$("$@" 2>&1) || code=$?
    [ "$code" != 0 ] && [ "$code" -lt 128 ] || fail "$file, bit $place of $flips: it ended with $code
$output"
    grep -qE "error\[($codes)\]" <<<"$output" || fail "$file, bit $place of $flips: another reason
$output"
    [ -z "$(ls -A root)" ] || fail "$file, bit $place of $flips: something was carried out"
    cp -p kept "$file"
  done
}

declare_it "$(printf '  - file: /motd\n    content: "hello\\n"')"
exits 0 "$plumb" -C project --root "$work/root" plan -o "$work/plan.json" --with-contents
exits 0 "$plumb" sign plan.json --key ana
exits 0 "$plumb" --yes approve plan.json --key ana
apply() {
  "$plumb" -C project --root "$work/root" --yes apply "$work/plan.json" --require-signature --require-approvals 1 --allowed-signers signers
}
# Of a plan the id is another; where it is no plan any more, that is told first.
each plan.json 'PL7002|PL21[0-9]*' apply
each plan.json.sig 'PL700[12]' apply
each plan.json.approvals/*.json PL7004 apply
each plan.json.approvals/*.sig PL7004 apply
each plan.json.contents/* PL2107 apply

# What plumb.lock holds is what is used.
declare_it "$(printf '  - use: {git: "%s", commit: %s}\n    id: used\n  - note: one' "$work/module" "$module")" \
  "$(printf 'providers: {notes: {git: "%s", commit: %s}}' "$work/provider" "$provider")"
exits 0 "$plumb" -C project module update
locked() { "$plumb" -C project --root "$work/root" --yes apply; }
files=0
while read -r file; do
  files=$((files + 1))
  each "$file" 'PL[0-9]*' locked
  grep -qE 'plumb.lock|locked|PL11' <<<"$output" || fail "the lock is not named: $output"
done < <(find project/.plumb -type f \( -name module.yaml -o -name notes.py -o -name provider.yaml \))
[ $files = 3 ] || fail "files that came from git: $files"

# Nor is one with another signature, or with other files than it was signed with, whatever the lock says.
for part in module provider; do exits 0 "$plumb" sign $part --key ana; done
signed='trust: {allowed_signers: signers, require_signature: false, require_signed_modules: true, require_signed_providers: true}'
cp signers project/signers
declare_parts() {
  declare_it "$(printf '  - use: {git: "%s", commit: %s}\n    id: used' "$work/module" "$(commit module)")" \
    "$(printf 'providers: {notes: {git: "%s", commit: %s}}\n%s' "$work/provider" "$(commit provider)" "$signed")"
  rm -f project/plumb.lock
  exits 0 "$plumb" -C project module update
}
declare_parts
exits 0 "$plumb" -C project validate
rm -rf root && mkdir root
while read -r file; do each "$file" 'PL700[12]' locked; done \
  < <(find project/.plumb -type f \( -name module.sig -o -name provider.sig \))
sed -i s/one/ond/ module/module.yaml
sed -i 's/(3)/(2)/' provider/notes.py
declare_parts
exits 3 locked
for what in module provider; do says "error[PL7002]: the $what"; done

# As it was made it is carried out.
declare_it "$(printf '  - file: /motd\n    content: "hello\\n"')"
exits 0 apply
[ "$(cat root/motd)" = hello ] || fail 'it was not applied'
