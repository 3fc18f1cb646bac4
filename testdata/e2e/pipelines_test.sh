# What pipelines show: findings, plans, what became of an apply. The pipelines themselves are ci_test.sh's.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v python3 >/dev/null || skip 'no python3 here'

mkdir -p infra target
cat >infra/plumb.yaml <<YAML
plumb: v1
project: shop
inputs:
  token: {type: string, sensitive: true, default: correct-horse}
resources:
  - file: $work/target/motd
    contnet: hello
YAML
printf 'plumb: v1\nhosts:\n  here: {connection: local}\n' >infra/hosts.yaml
python() { python3 -c "import json, sys; d = json.load(open(sys.argv[1])); $2" "$1" || fail "$2: $(cat "$1")"; }

# --- findings
report() { # FORMAT WANTED
  local code=0
  "$plumb" -C infra validate --output "$1" >report 2>errors || code=$?
  [ "$code" = "$2" ] || fail "exit code $code: $(cat errors)"
  [ ! -s errors ] || fail "standard error says $(cat errors)"
}
report github 3
grep -q '^::error file=infra/plumb.yaml,line=7,col=5,endColumn=11,title=PL1007%3A .*::unknown key `contnet`.*`content`' report ||
  fail "$(cat report)"
report gitlab 3
python report 'one = d[0]; assert one["check_name"] == "PL1007" and one["location"]["path"] == "infra/plumb.yaml" and one["location"]["lines"]["begin"] == 7'
cp report before
sed -i '1a # a line more' infra/plumb.yaml
report gitlab 3
python report 'old = json.load(open("before")); assert d[0]["location"]["lines"]["begin"] == 8 and d[0]["fingerprint"] == old[0]["fingerprint"]'
report sarif 3
python report 'r = d["runs"][0]; l = r["results"][0]["locations"][0]["physicalLocation"]; assert d["version"] == "2.1.0" and l["artifactLocation"]["uri"] == "infra/plumb.yaml" and l["region"]["startLine"] == 8'
code=0
"$plumb" -C "$work/infra" validate --output github >report || code=$?
grep -q '^::error file=infra/plumb.yaml,' report || fail "an absolute folder: $(cat report)"
sed -i 's/contnet/content/; 2d' infra/plumb.yaml
report github 0
[ ! -s report ] || fail "$(cat report)"
report gitlab 0
python report 'assert d == []'
report sarif 0
python report 'assert d["runs"][0]["results"] == []'
exits 3 "$plumb" -C infra plan --output sarif
says 'sarif is for validate; `plumb plan` takes json, jsonl, markdown and html'
exits 3 "$plumb" -C infra apply --output html
says 'html is for plan, diff, show and history; `plumb apply` takes json and jsonl'
exits 3 "$plumb" -C infra validate --output markdown
says '`plumb validate` takes json, sarif, github and gitlab'
exits 3 "$plumb" -C infra fmt --output dot
says 'dot is for graph; `plumb fmt` takes json'

# --- drawings of the order, of one host each
exits 0 "$plumb" -C infra graph --output svg
says '<svg xmlns="http://www.w3.org/2000/svg"'
says 'motd</text>'
exits 0 "$plumb" -C infra graph --output mermaid
says 'flowchart TD'
exits 3 "$plumb" -C infra plan --output svg
says 'svg is for graph'

# --- plans
cat >>infra/plumb.yaml <<YAML
  - file: $work/target/token
    content: \${inputs.token}
YAML
printf 'old\n' >target/motd
"$plumb" -C infra plan -o plan.json --output markdown >plan.md 2>errors
grep -q '^### Plan: 2 actions on 1 host$' plan.md || fail "$(cat plan.md)"
grep -q '^-     old$' plan.md || fail "no difference: $(cat plan.md)"
[ "$(tail -n 1 plan.md | cut -d' ' -f1)" = Project ] || fail "something follows the comment: $(cat plan.md)"
plan_file=plan.json
[ -e plan.json ] || plan_file=infra/plan.json
"$plumb" show $plan_file --output markdown >again.md
cmp plan.md again.md || fail 'the saved plan is another comment'
"$plumb" show $plan_file --output html >plan.html
grep -q '<title>Plan of shop</title>' plan.html || fail "$(head -c 2000 plan.html)"
! grep -q 'correct-horse' plan.md plan.html $plan_file || fail 'the secret is told'
code=0
"$plumb" -C infra diff --output markdown >diff.md || code=$?
[ "$code" = 2 ] || fail "exit code $code of diff"
grep -q '^### Plan: 2 actions' diff.md || fail "$(cat diff.md)"

# Where planning failed there is no plan, and none that changes nothing.
printf 'plumb: v1\nhosts:\n  gone[1:3]: {connection: {command: ["false"]}}\n' >gone.yaml
for format in markdown html; do
  code=0
  "$plumb" -C infra -i "$work/gone.yaml" plan --output $format >none.$format 2>errors || code=$?
  [ "$code" = 4 ] || fail "exit code $code: $(cat errors)"
done
grep -q '^### No plan for 3 hosts$' none.markdown || fail "$(cat none.markdown)"
grep -q '^    PL3[0-9]*: ' none.markdown || fail "no error: $(cat none.markdown)"
! grep -q 'othing to change' none.markdown none.html || fail "$(cat none.markdown)"
grep -q '<title>No plan of shop</title>' none.html || fail "$(head -c 2000 none.html)"
grep -q '^    PL3[0-9]*: ' none.html || fail "no error: $(head -c 4000 none.html)"

# --- what became of it
# A report that cannot be written is told while nothing is changed.
exits 1 "$plumb" -C infra --yes apply --junit "$work/missing/apply.xml"
says "$work/missing/apply.xml"
[ "$(cat target/motd)" = old ] || fail 'something was changed'
cat >>infra/plumb.yaml <<YAML
  - command: exit-3
    run: echo no luck; exit 3
  - command: later
    run: "true"
    after: [command:exit-3]
YAML
exits 1 "$plumb" -C infra --yes apply --junit "$work/apply.xml"
python3 - apply.xml <<'PY' || fail "$(cat apply.xml)"
import sys, xml.etree.ElementTree as tree
suites = tree.parse(sys.argv[1]).getroot()
assert suites.get("tests") == "4" and suites.get("failures") == "1", suites.attrib
(suite,) = suites
assert suite.get("name") == "here" and suite.get("skipped") == "1", suite.attrib
cases = {case.get("name"): case for case in suite}
failure = cases["run command:exit-3"].find("failure")
assert "exit code 3" in failure.get("message"), failure.get("message")
assert "plumb.yaml:" in failure.text and "no luck" in failure.text, failure.text
assert "was skipped" in cases["run command:later"].find("skipped").get("message")
PY

# What kept it from beginning is a failure too.
mkdir broken
printf 'plumb: v1\nproject: broken\nresources:\n  - file: /etc/motd\n    contnet: "<hello>"\n' >broken/plumb.yaml
cp infra/hosts.yaml broken/
for command in 'apply --yes' test; do
  exits 3 "$plumb" -C broken $command --junit "$work/broken.xml"
  python3 - broken.xml <<'PY' || fail "of $command: $(cat broken.xml)"
import sys, xml.etree.ElementTree as tree
suites = tree.parse(sys.argv[1]).getroot()
assert suites.get("tests") == "1" and suites.get("failures") == "1", suites.attrib
failure = suites.find("testsuite/testcase/failure")
assert failure.get("message") == "PL1007: unknown key `contnet` for file", failure.get("message")
assert "plumb.yaml:5:5" in failure.text and "did you mean `content`" in failure.text, failure.text
PY
done
exits 3 "$plumb" -C infra --set nothing=1 --yes apply --junit /dev/stdout
says 'failures="1"'

# --- the page in a browser: what is filtered, by its address
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo 'The page of a plan was not tried: no chromium here.'
  exit 0
}
# Equal hosts, and one that is otherwise.
mkdir fleet
cat >fleet/plumb.yaml <<'YAML'
plumb: v1
project: fleet
resources:
  - file: /etc/motd
    content: "<b>hello</b>\n"
  - file: /etc/db.conf
    content: "db\n"
    when: host.name == "h0007"
YAML
printf 'plumb: v1\ndefaults:\n  connection: {command: [plumb:simulated]}\nhosts:\n  h[0001:2000]:\n' >fleet/hosts.yaml
"$plumb" -C fleet plan --output html >fleet.html 2>errors || fail "$(cat errors)"
shows() { # ADDRESS WANTED…
  timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --virtual-time-budget=5000 --user-data-dir="$work/browser" \
    --dump-dom "file://$work/fleet.html$1" >dom 2>browser.log || fail "the browser failed: $(tail -n 5 browser.log)"
  local wanted
  for wanted in "${@:2}"; do grep -qF -- "$wanted" dom || fail "$1 does not show $wanted: $(grep -o 'id="count".*' dom | head -c 600)"; done
}
shows '' '2 different actions, 2001 on all hosts together' '(2000 hosts)' '>file:/etc/db.conf<'
shows '#host=h0007&kind=file' '2 different actions'
shows '#host=h0008' '1 action, 2000 on all' '>file:/etc/motd<'
! grep -q '>file:/etc/db.conf<' dom || fail 'a host has what is not its own'
shows '#search=db.conf&op=create' '1 action, 1 on all'
shows '#op=delete' '0 different actions'
! grep -qi 'content security policy\|Uncaught' browser.log || fail "$(cat browser.log)"

# --- and as a reviewer uses it, where `make site` has brought what plays one
SITE_TOOLS=$(realpath -m "$PLUMB_BIN/../site-tools")
if ! command -v node >/dev/null || [ ! -e "$SITE_TOOLS/installed" ]; then
  echo 'The page was not clicked through: `make site` was not run here.'
  exit 0
fi
export SITE_TOOLS
mkdir -p page/root/etc
cat >page/plumb.yaml <<'YAML'
plumb: v1
project: page
resources:
  - file: /etc/nginx.conf
    content: |
      user www-data;
      worker_processes 4;
      listen 8080 default_server reuseport;
      keepalive 60;
  - file: /etc/motd
    content: "new\n"
YAML
printf 'user www-data;\nworker_processes auto;\nlisten 80 default_server;\n' >page/root/etc/nginx.conf
exits 0 sh -c 'cd page && "$0" --root root plan --output html >plan.html' "$plumb"
exits 0 timeout 300 node "$PLUMB_SOURCE/testdata/e2e/plan_page.mjs" page/plan.html "$chromium"
says 'The page works in a browser.'
