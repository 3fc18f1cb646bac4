# Working copies whose tag or commit has to be signed by keys that are named: by those of ssh, and by OpenPGP's. What is not
# is refused, at plan where it is here already, and never checked out.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
for program in git ssh-keygen; do command -v $program >/dev/null || skip "no $program here"; done
version=$(git version | sed 's/[^0-9.]//g')
[ "$(printf '2.34\n%s\n' "$version" | sort -V | head -n 1)" = 2.34 ] || skip "git $version verifies no signatures of ssh"
unprivileged_host

export HOME=$work
git config --global --add safe.directory '*'
git_of_somebody
for who in good bad; do ssh-keygen -q -t ed25519 -N '' -C $who -f $who; done
echo "a@example.com $(cut -d' ' -f1,2 good.pub)" >signers
by() { local key=$1; shift; git -C origin -c gpg.format=ssh -c user.signingkey="$work/$key" "$@"; }
give() { [ -z "$as" ] || chown -R nobody origin; }
git init -q origin
commit() { echo "$2" >origin/page; git -C origin add page; by "$1" commit -q "${@:3}" -m "$2"; }
commit good one -S
first=$(git -C origin rev-parse HEAD)
by good tag -s -m signed v1
git -C origin tag light
give

resources() { { printf 'plumb: v1\nproject: signed\nresources:\n'; cat; } >plumb.yaml; }
copy() {
  resources <<YAML
  - git: $host/site
    repository: $work/origin
    $1
    signed_by: {${2:-allowed_signers: $work/signers}}
YAML
}
page() { cat "$host/site/page" 2>/dev/null || true; }

# --- a commit of the right one comes, and is looked at again by each plan
copy 'branch: main'
exits 0 "$plumb" plan
says 'nothing is checked out before its signature is'
exits 0 "$plumb" apply --yes
[ "$(page)" = one ] || fail "what came: $(page)"
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# --- one that is not signed, or by another, does not
for who in nobody bad; do
  if [ $who = nobody ]; then commit good two; else commit bad three -S; fi
  give
  exits 1 "$plumb" apply --yes
  [ "$(page)" = one ] || fail "what $who signed came"
done
# It was fetched by that, so the plan tells it from now on.
exits 1 "$plumb" plan
says 'has no signature that counts'
commit good four -S
give
exits 0 "$plumb" apply --yes
[ "$(page)" = four ] || fail "what came: $(page)"

# --- tags are signed themselves
rm -rf "$host/site"
copy 'tag: v1'
exits 0 "$plumb" apply --yes
[ "$(page)" = one ] || fail "the tag: $(page)"
[ "$(git -C "$host/site" rev-parse HEAD)" = "$first" ] || fail 'another commit'
exits 0 "$plumb" apply --yes
says 'Nothing to change'
copy 'tag: light'
exits 1 "$plumb" plan
says 'the tag light is a light one'
by bad tag -s -f -m moved v1 >/dev/null
give
copy 'tag: v1'
exits 1 "$plumb" apply --yes
[ "$(page)" = one ] || fail 'a tag of another was followed'

# --- nor what the remote says of a tag: another commit, or another name
by good tag -s -m signed v2
git -C origin update-ref refs/tags/v3 "$(git -C origin rev-parse v2)"
git -C origin pack-refs --all
sed -i "/refs.tags.v2\$/{n;s/.*/^$first/}" origin/.git/packed-refs
give
for tag in v2 v3; do
  rm -rf "$host/site"
  copy "tag: $tag"
  exits 1 "$plumb" apply --yes
  says "what was signed is not the tag $tag"
  [ ! -e "$host/site/page" ] || fail "the remote's word was taken for $tag"
done
git -C origin tag -d v2 v3 >/dev/null
give
copy 'tag: v1'

# --- a new working copy of what nobody signed holds nothing
rm -rf "$host/site"
exits 1 "$plumb" apply --yes
[ ! -e "$host/site/page" ] || fail 'it was checked out'
exits 1 "$plumb" plan
says 'has no signature that counts'

# --- OpenPGP's keys
command -v gpg >/dev/null || exit 0
export GNUPGHOME=$work/gnupg
mkdir -m 700 gnupg
trap 'gpgconf --kill all 2>/dev/null || true; rm -rf "$work"' EXIT
gpg --batch --quiet --passphrase '' --quick-gen-key a@example.com ed25519 sign never 2>/dev/null || exit 0
gpg --batch --export a@example.com >keys.gpg
rm -rf "$host/site"
echo five >origin/page
git -C origin -c user.signingkey=a@example.com commit -qa -S -m five
give
copy 'branch: main' "keyring: $work/keys.gpg"
exits 0 "$plumb" apply --yes
[ "$(page)" = five ] || fail "what came: $(page)"
exits 0 "$plumb" apply --yes
says 'Nothing to change'
commit good six -S
give
exits 1 "$plumb" apply --yes
[ "$(page)" = five ] || fail 'a signature of ssh counts for a keyring'
