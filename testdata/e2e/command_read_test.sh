# A command that says what is to be read: the plan compares it, drift is told, and what was done is read again.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

mkdir project
cat >project/hosts.yaml <<'YAML'
plumb: v1
hosts:
  here: {connection: local}
YAML
project() { # READS AND WANTS
  cat >project/plumb.yaml <<YAML
plumb: v1
project: reads
resources:
  - command: the number
    read: [cat, $work/number]
    $1
    run: echo ${2:-1000} >$work/number
YAML
}
plumb() { "$plumb" -C project "$@"; }

project 'want: "1000"'
exits 0 plumb apply --yes
says 'gave 1'
[ "$(cat number)" = 1000 ] || fail "it did not run: $(cat number)"
exits 0 plumb plan --detailed-exitcode
says 'Nothing to change'

# --- somebody changes it
echo 5 >number
exits 2 plumb plan --detailed-exitcode
says 'tells `5` instead of `1000`'
exits 0 plumb apply --yes
exits 0 plumb plan --detailed-exitcode

# --- a pattern
project 'want_match: "^1[0-9]*$"'
exits 0 plumb plan --detailed-exitcode
project 'want_match: "^2"' 21
exits 0 plumb plan
says 'tells `1000`, which `^2` does not match'
exits 0 plumb apply --yes
exits 0 plumb plan --detailed-exitcode

# --- what does not do its work has failed, and what cannot be is said beforehand
project 'want: "7"' 8
exits 1 plumb apply --yes
says PL4002
says 'its guard (read)'
project 'want_match: "("'
exits 3 plumb validate
says 'want_match'
project ''
exits 3 plumb validate
says 'want'
project 'want: "7 "'
exits 3 plumb validate
says 'white space'
