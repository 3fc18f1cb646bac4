# `plumb ci init`: the pipelines that it writes, each script of them run as its service would: a change is checked, planned,
# reviewed, and exactly that plan is applied, signed and approved.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
for program in python3 git ssh-keygen; do command -v $program >/dev/null || skip "no $program here"; done
export HOME=$work GIT_CONFIG_GLOBAL=$work/gitconfig GIT_CONFIG_SYSTEM=/dev/null
git config --global user.name test
git config --global user.email test@example.com
git config --global init.defaultBranch main
for who in ci ana; do
  ssh-keygen -q -t ed25519 -N '' -f $who
  printf '%s %s\n' $who "$(cut -d' ' -f1,2 $who.pub)" >>signers
done

# Each script of a job, in its order, into DIR/JOB-NN.sh.
cat >scripts.py <<'PY'
import re, sys
service, page, out = sys.argv[1:]
lines = open(page).read().split("\n")
job, number, i = None, 0, 0
def block(i, indent):  # the lines below that stand deeper
    body = []
    while i < len(lines) and (not lines[i].strip() or len(lines[i]) - len(lines[i].lstrip()) > indent):
        body.append(lines[i]); i += 1
    width = min(len(l) - len(l.lstrip()) for l in body if l.strip())
    return i, [l[width:] for l in body]
def write(body):
    global number
    number += 1
    open("%s/%s-%02d.sh" % (out, job, number), "w").write("\n".join(body) + "\n")
while i < len(lines):
    line = lines[i]; i += 1
    name = re.match(r"( *)([a-z]+):$", line)
    if name and len(name[1]) == (2 if service == "github" else 0) and name[2] not in ("push", "default"):
        job, number = name[2], 0
    if service == "github" and line.strip() == "run: |":
        i, body = block(i, len(line) - len(line.lstrip()))
        write(body)
    if service == "gitlab" and line == "  script:":
        i, items = block(i, 2)
        script, at = [], 0
        while at < len(items):
            item = items[at]; at += 1
            assert item.startswith("- "), item
            item = item[2:]
            if item == "|":
                while at < len(items) and items[at].startswith("  "):
                    script.append(items[at][2:]); at += 1
            elif item[0] == "'":
                assert item[-1] == "'" and "'" not in item[1:-1], item
                script.append(item[1:-1])
            else:
                assert not re.match(r"[\[{&*!>%@`\"]", item) and ": " not in item and " #" not in item, item
                script.append(item)
        write(script)
PY
# What stands in for the services: comments are kept, and shown again.
mkdir bin
ln -s "$plumb" bin/plumb
cat >bin/gh <<SH
#!/bin/sh
case "\$1 \$2" in
  'pr comment') cp "\${7:-plan.md}" "$work/comment" ;;
  'api repos/a/b/commits/abc/pulls') echo 7 ;;
  'pr view') cat "$work/comment" ;;
  *) echo "gh \$*" >&2; exit 1 ;;
esac
SH
cat >bin/curl <<SH
#!/bin/sh
for url; do :; done
case \$url in
  */merge_requests/7/notes) cp plan.md "$work/comment" ;;
  */repository/commits/abc/merge_requests) echo '[{"id":1,"iid":7,"project_id":3,"labels":[]}]' ;;
  */merge_requests/7/notes\\?per_page=100) cat "$work/comment" ;;
  *) echo "curl \$*" >&2; exit 1 ;;
esac
SH
chmod +x bin/*
export PATH="$work/bin:$PATH" PLUMB_SIGNERS=$work/signers PULL_REQUEST=7 GITHUB_REPOSITORY=a/b GITHUB_SHA=abc
export GITHUB_STEP_SUMMARY=$work/summary GITHUB_OUTPUT=$work/outputs SIGNING_KEY="$(cat ci)" PROJECT_KEY="$(cat ci)"
export CI_API_V4_URL=https://git.example/api/v4 CI_PROJECT_ID=3 CI_MERGE_REQUEST_IID=7 CI_COMMIT_SHA=abc PLUMB_COMMENT_TOKEN=t

# project SERVICE OPTION...: a repository with a project in infra/, whose key is shared, and the pipeline in it.
project() {
  service=$1
  shift
  rm -rf repository origin clone target scripts
  mkdir -p repository/infra target scripts
  git init -q repository
  git init -q --bare origin
  cat >repository/infra/plumb.yaml <<YAML
plumb: v1
project: shop
inputs:
  token: {type: string, sensitive: true, default: correct-horse}
resources:
  - file: $work/target/motd
    content: hello
  - file: $work/target/token
    content: \${inputs.token}
YAML
  printf 'plumb: v1\nhosts:\n  here: {connection: local}\n' >repository/infra/hosts.yaml
  [ "$service" = gitlab ] || {
    mkdir repository/infra/tests
    printf 'plumb: v1\ntests:\n  - name: it says hello\n    inputs: {token: x}\n    expect: {resources: {"file:%s/target/motd": {content: hello}}}\n' "$work" >repository/infra/tests/motd.yaml
  }
  (cd repository && exits 0 "$plumb" -C infra init && exits 0 "$plumb" -C infra project-key share ../ci.pub)
  (cd repository && exits 0 "$plumb" -C infra ci init "$service" "$@" && printf '%s\n' "$output" >../told)
  (cd repository && printf '.plumb/\n' >.gitignore && git add . && git commit -qm project && git push -q ../origin main)
  git clone -q origin clone
}
# run JOB...: its scripts, in a checkout as the service makes one.
run() {
  local job script
  for job; do
    set -- scripts/"$job"-*.sh
    [ -e "$1" ] || fail "there is no job $job in $(ls scripts)"
    for script; do (cd clone && bash -eo pipefail "$work/$script") >log 2>&1 || fail "$script: $(cat "$script" log)"; done
  done
}
approve() {
  local id
  id=$(sha256sum <clone/plan.json | cut -d' ' -f1)
  rm -rf approvals
  git init -q approvals
  exits 0 "$plumb" -C clone/infra --yes approve clone/plan.json --key ana
  cp -r clone/plan.json.approvals "approvals/$id"
  rm -r clone/plan.json.approvals
  (cd approvals && git add . && git commit -qm yes && git push -qf ../origin HEAD:approvals)
}
applied() {
  [ "$(cat target/motd 2>/dev/null)" = hello ] || fail "nothing was applied: $(cat log)"
  grep -q 'failures="0"' clone/apply.xml || fail "$(cat clone/apply.xml)"
}

for service in github gitlab; do
  project $service --approvals 1
  case $service in
    github) file=.github/workflows/plumb.yaml ;;
    gitlab) file=.gitlab-ci.yml ;;
  esac
  grep -q "made .*$file" told && grep -q PLUMB_PROJECT_KEY told || fail "$(cat told)"
  ! grep -q '@\|{KEY}\|{APPROVALS}' <(sed 's/@v[0-9]//; s/body@plan//' repository/$file) || fail "words that are not filled in: $(cat repository/$file)"
  python3 -c 'import yaml' 2>/dev/null && { python3 -c 'import sys, yaml; yaml.safe_load(open(sys.argv[1]))' repository/$file || fail 'it is no YAML'; }
  # What is there stays, unless one asks.
  cp repository/$file before
  exits 1 "$plumb" -C repository/infra ci init $service --branch trunk
  says 'is there already'
  says '--force'
  cmp before repository/$file || fail 'it was written over'
  exits 0 "$plumb" -C repository/infra ci init $service --approvals 1 --force
  says 'wrote over'
  cmp before repository/$file || fail 'the same settings gave another file'
  # A file beside oneself.
  exits 0 "$plumb" -C repository/infra ci init $service --approvals 1 --file elsewhere
  cmp before elsewhere || fail 'another file elsewhere'
  rm elsewhere

  [ $service = github ] || export PLUMB_PROJECT_KEY=$work/ci PLUMB_SIGNING_KEY=$work/ci
  python3 scripts.py $service repository/$file scripts || fail 'the scripts cannot be read'
  case $service in github) checks=check ;; *) checks='validate test' ;; esac
  : >summary
  run $checks review
  grep -q '^### Plan: 2 actions' comment || fail "$(cat comment)"
  ! grep -rq correct-horse comment clone/plan.* || fail 'the secret is told'
  # The host drifts after the review: another plan, and whoever says yes is told.
  printf 'mine\n' >target/motd
  run plan
  grep -q 'not reviewed\|Nobody' clone/compared || fail "$(cat clone/compared)"
  rm -f target/motd
  run plan
  grep -q 'byte for byte, the plan that was reviewed in [#!]7[.]$' clone/compared || fail "$(cat clone/compared)"
  [ $service = gitlab ] || { grep -q '^changes=yes' outputs && grep -q '^### Plan: 2 actions' summary; } || fail "$(cat outputs summary)"
  # Not without an approval, nor for another plan.
  approve
  cp clone/plan.json kept
  sed -i 's/hello/heLlo/' clone/plan.json
  (cd clone && bash -eo pipefail "$(ls "$work"/scripts/apply-*.sh | tail -n 1)") >log 2>&1 && fail 'another plan was applied'
  cp kept clone/plan.json
  run apply
  applied
done

# The script for other services, at the root of a project that is the repository, with neither key nor approvals.
project generic
cp repository/plumb-pipeline clone/
step() { PLUMB_SIGNING_KEY=$work/ci PLUMB_PROJECT_KEY=$work/ci clone/plumb-pipeline "$@"; }
exits 0 step check
exits 0 step plan
id=$(tail -n 1 <<<"$output")
exits 0 step sign
exits 5 env PLUMB_REVIEWED=0123 PLUMB_PROJECT_KEY="$work/ci" clone/plumb-pipeline apply
says '0123 was reviewed, and this plan is'
[ ! -e target/motd ] || fail 'it was applied'
PLUMB_REVIEWED=$id exits 0 step apply
applied
exits 2 step
rm -r repository/infra/project-key.age
exits 0 "$plumb" -C repository/infra ci init generic --file "$work/plain"
! grep -q 'project-key\|approvals' plain || fail "$(cat plain)"
[ -x plain ] || fail 'it cannot be run'
exits 3 "$plumb" -C target ci init github
says 'no plumb.yaml'
exits 3 "$plumb" -C repository/infra ci init jenkins
exits 3 "$plumb" -C repository/infra ci init github --force --branch 'a b'
