# Modules from git: locked by commit and digest, fetched once, read without a network, refused when they are others.
. "$PLUMB_SOURCE/testdata/e2e/common.sh"
command -v git >/dev/null || skip 'no git here'

export HOME=$work GIT_CONFIG_NOSYSTEM=1
git config --global user.name tester
git config --global user.email tester@example.com
git config --global init.defaultBranch main
# What git would change in files must not count.
git config --global core.autocrlf true

commit() { # REPOSITORY: commits everything, prints the commit
  git -C "$1" -c core.autocrlf=false -c core.safecrlf=false add -A >/dev/null
  git -C "$1" commit -qm change
  git -C "$1" rev-parse HEAD
}

# A repository of two modules, of which one uses the other, and a second repository that uses the first.
git init -q library
mkdir -p library/motd/files library/base library/motd/tests
cat >library/motd/module.yaml <<'YAML'
plumb: v1
inputs: {greeting: {type: string, default: Hello}}
resources:
  - use: ../base
  - file: /etc/motd
    template: motd.txt
  - file: /etc/issue
    source: files/issue
outputs: {text: "${inputs.greeting}, all"}
YAML
printf '${inputs.greeting}\n' >library/motd/motd.txt
printf 'issue\n' | iconv -t UTF-16 >library/motd/files/issue
printf '* text eol=crlf\nmotd/files/* ident working-tree-encoding=UTF-16\n' >library/.gitattributes
printf 'not a case\n' >library/motd/tests/broken.yaml
cat >library/base/module.yaml <<'YAML'
plumb: v1
inputs: {name: {type: string, default: base}}
resources: [{directory: "/etc/${inputs.name}.d"}]
YAML
ln -s motd.txt library/motd/link
first=$(commit library)

git init -q site
cat >site/module.yaml <<YAML
plumb: v1
resources:
  - use: {git: "file://$work/library", commit: $first, path: base}
    id: lower
    with: {name: site}
  - file: /etc/site
    content: site
YAML
commit site >/dev/null

mkdir project root
mkdir root/etc
printf 'root:x:0:0:root:/root:/bin/sh\n' >root/etc/passwd
printf 'root:x:0:\n' >root/etc/group
write_project() { # COMMIT
  cat >project/plumb.yaml <<YAML
plumb: v1
project: modules
resources:
  - use: {git: "file://$work/library", commit: $1, path: motd}
  - use: {git: "file://$work/site", ref: main}
YAML
}
write_project "$first"
printf 'plumb: v1\nhosts: {localhost: {connection: local}}\n' >project/hosts.yaml
run() { "$plumb" -C project --root "$work/root" "$@"; }

# --- nothing is read that is not locked, and nothing is fetched by itself
exits 3 run validate
says 'error[PL1120]: the module `motd` is not locked'
says 'plumb.yaml:4:'
says 'plumb module update'
[ ! -e project/.plumb/modules ] || fail 'validate fetched something'
exits 0 run module list
says 'motd'
says 'not locked'
exits 0 run module fetch
says 'holds no modules'

# --- update locks everything, through modules too
exits 0 run module update
says "motd  ${first:0:12}  locked"
says "base  ${first:0:12}  locked"
says "site  "
grep -qF 'ref: "main"' project/plumb.lock || fail 'the ref is not in the lock'
[ "$(grep -c digest: project/plumb.lock)" = 3 ] || fail "three modules are used: $(cat project/plumb.lock)"
exits 0 run validate
says 'Valid: 5 resources'
exits 0 run plan -o plan.json
says 'motd/base/directory:/etc/base.d'
says 'site/lower/directory:/etc/site.d'
grep -qF ".plumb/modules/library@${first:0:12}/motd/module.yaml:" plan.json || fail 'the plan does not say where from'
exits 0 run eval 'modules.motd.text' --host localhost
[ "$output" = 'Hello, all' ] || [ "$output" = '"Hello, all"' ] || fail "eval prints $output"
printf 'issue\n' | cmp - "project/.plumb/modules/library@${first:0:12}/motd/files/issue" || fail 'git changed a file'
[ ! -e "project/.plumb/modules/library@${first:0:12}/.git" ] || fail 'the repository is kept'
cp project/plumb.lock lock.first
exits 0 run module update
says "motd  ${first:0:12}  as it was"
cmp lock.first project/plumb.lock || fail 'updating again changed the lock'

# --- a clone fetches the same, and needs nothing after that
cp -r project clone
rm -rf clone/.plumb
exits 3 "$plumb" -C clone validate
says 'error[PL1121]: the module `motd` is not here yet'
says 'plumb module fetch'
exits 0 "$plumb" -C clone module fetch
says 'fetched'
exits 0 "$plumb" -C clone module fetch
says 'is there'
says_not fetched
mv library library.away
mv site site.away
mkdir no-git
for program in env sh; do ln -s "$(command -v $program)" no-git/; done
exits 0 env PATH="$work/no-git" "$plumb" -C clone validate
exits 0 "$plumb" -C clone --root "$work/root" plan -o clone.json
digest() { grep -o '"config":"sha256:[0-9a-f]*"' "$1"; }
[ "$(digest plan.json)" = "$(digest clone.json)" ] || fail 'equal modules make other plans'
exits 0 "$plumb" -C clone module list --output json
says '"state": "ready"'
says '"used_at"'
rm -rf clone/.plumb
exits 1 "$plumb" -C clone module fetch
says 'error[PL1121]: git says: '
exits 1 env PATH="$work/no-git" "$plumb" -C clone module fetch
says 'not in PATH'
mv library.away library
mv site.away site

# --- what was changed in the store is refused: bytes, modes, more files, links
store=project/.plumb/modules/library@${first:0:12}/motd
refused() { # WHY
  exits 3 run plan
  says 'error[PL1120]: the module `motd` is not the one that plumb.lock holds'
  exits 0 run module list
  says changed
  exits 0 run module fetch
  says 'fetched'
  exits 0 run validate
}
printf 'evil' >>"$store/motd.txt"
refused
chmod +x "$store/files/issue"
refused
printf 'more' >"$store/more"
refused
rm "$store/link"
refused
ln -s /etc/passwd "$store/out"
refused
mkfifo "$store/pipe"
refused
printf 'more' >"project/.plumb/modules/library@${first:0:12}/elsewhere"
exits 0 run validate

# --- a lock that was changed is refused by fetch and by update, and by reading
sed -i 's/digest: sha256:..../digest: sha256:0000/' project/plumb.lock
exits 3 run validate
says 'PL1120'
rm -rf project/.plumb/modules
exits 1 run module fetch
says 'has another digest than plumb.lock holds'
exits 1 run module update
says 'has another digest than plumb.lock holds'
[ -z "$(ls -A project/.plumb/modules)" ] || fail 'what was refused is in the store'
printf 'plumb: v1\nmodules: [{git: x}]\n' >project/plumb.lock
exits 3 run validate
says 'plumb.lock:2:'
exits 3 run module fetch
printf '<<<<<<< ours\n' >project/plumb.lock
exits 3 run module list
says 'plumb.lock:1:'
cp lock.first project/plumb.lock
exits 0 run module fetch
exits 0 run validate

# --- new commits: a commit by configuration, a ref by update alone
printf 'plumb: v1\nresources: [{file: /etc/site, content: second}]\n' >site/module.yaml
site_second=$(commit site)
printf 'Welcome, ${inputs.greeting}\n' >library/motd/motd.txt
second=$(commit library)
exits 0 run validate
write_project "$second"
exits 3 run validate
says 'plumb.lock does not hold this commit of it'
exits 1 run module update stie
says 'did you mean `site`?'
cmp -s lock.first project/plumb.lock || fail 'a failed update wrote the lock'
exits 0 run module update motd
says "motd  ${second:0:12}  locked"
says "motd  ${first:0:12}  no longer used"
says_not "${site_second:0:12}"
exits 0 run module update site
says "→ ${site_second:0:12}"
exits 0 run validate
exits 0 run plan -o later.json
[ "$(digest plan.json)" != "$(digest later.json)" ] || fail 'other modules make equal plans'
grep -qF "$first" project/plumb.lock && fail 'what is not used is still locked'

# --- revisions of the project find the modules too
git init -q repository
cp project/plumb.yaml project/hosts.yaml project/plumb.lock repository/
commit repository >/dev/null
exits 0 "$plumb" -C repository module fetch
printf 'Welcome, dear ${inputs.greeting}\n' >library/motd/motd.txt
third=$(commit library)
sed -i "s/$second/$third/" repository/plumb.yaml
exits 0 "$plumb" -C repository module update
printf '.plumb/\n' >repository/.gitignore
commit repository >/dev/null
exits 2 "$plumb" -C repository --root "$work/root" diff HEAD~1..HEAD
says 'motd/file:/etc/motd'

# --- a server that gives only what branches and tags point to; a submodule, which stays empty
git config --global protocol.version 0
git -C library update-index --add --cacheinfo "160000,$first,motd/submodule"
git -C library commit -qm submodule
fourth=$(git -C library rev-parse HEAD)
commit library >/dev/null # goes on without it
write_project "$fourth"
exits 0 run module update
says "motd  ${fourth:0:12}  locked"
exits 0 run validate

# Another repository's surroundings, as in a hook of git, do not count.
rm -rf project/.plumb/modules
exits 0 env GIT_DIR=/nowhere GIT_WORK_TREE=/nowhere GIT_INDEX_FILE="$work/index" GIT_DEFAULT_HASH=sha256 \
  "$plumb" -C project module fetch
[ ! -e index ] || fail 'git wrote an index that is not its own'
exits 0 run validate

# --- what is not a source
wrong() { # SOURCE
  printf 'plumb: v1\nproject: wrong\nresources:\n  - use: %s\n' "$1" >wrong/plumb.yaml
  exits 3 "$plumb" -C wrong validate
}
mkdir wrong
wrong "{git: --upload-pack=touch x, commit: $first}"
says 'git would take it for an option'
wrong "{git: 'ext::sh -c touch%20x', commit: $first}"
says 'PL1117'
wrong "{git: 'https://me:secret@example.com/x', commit: $first}"
says 'password'
wrong "{git: ./library, commit: $first}"
says 'expected a URL'
wrong "{git: https://example.com/x, ref: --output=x}"
says 'is no branch or tag'
wrong "{git: https://example.com/x, commit: $first, path: ../x}"
says 'must lie in its repository'
wrong "{git: https://example.com/x, commit: main}"
says '40 hexadecimal digits'
wrong '{git: https://example.com/x}'
says 'needs `commit`'
wrong "{git: https://example.com/x, commit: $first, ref: main}"
says 'PL1104'
wrong './.plumb/modules/x'
says 'not used by where they are kept'

# --- repositories that lead out of themselves
git init -q hostile
mkdir hostile/escape hostile/linked
ln -s /etc hostile/escape/etc
printf 'plumb: v1\n' >hostile/escape/module.yaml
printf 'plumb: v1\nresources: [{use: ../../elsewhere}]\n' >hostile/linked/module.yaml
ln -s /etc hostile/etc
hostile=$(commit hostile)
hostile() { # PATH
  printf 'plumb: v1\nproject: wrong\nresources: [{use: {git: "file://%s", commit: %s, path: %s}}]\n' \
    "$work/hostile" "$hostile" "$1" >wrong/plumb.yaml
  rm -f wrong/plumb.lock
}
hostile escape
exits 1 "$plumb" -C wrong module update
says 'leads out of the module'
hostile etc
exits 1 "$plumb" -C wrong module update
says 'reached through a link'
hostile none
exits 1 "$plumb" -C wrong module update
says 'no folder none'
hostile linked
exits 3 "$plumb" -C wrong module update
says 'must lie in the repository'

# --- modules of others are neither formatted nor tested
exits 0 run fmt
says_not .plumb
mkdir project/tests
printf 'plumb: v1\ntests:\n  - {name: own, expect: {diagnostics: []}}\n' >project/tests/own.yaml
exits 0 run test
says '1 passed, 0 failed'
says_not .plumb

# --- the name of a use may come from a module that stands below it
mkdir -p named/front named/back
printf 'plumb: v1\nproject: named\nresources:\n  - use: ./front\n    id: at-${modules.back.name}\n  - use: ./back\n' >named/plumb.yaml
printf 'plumb: v1\nresources:\n  - file: /etc/front\n    content: front\n' >named/front/module.yaml
printf 'plumb: v1\noutputs:\n  name: the-back\nresources:\n  - file: /etc/back\n    content: back\n' >named/back/module.yaml
exits 0 "$plumb" -C named graph
says 'at-the-back/file:/etc/front'
echo ok
