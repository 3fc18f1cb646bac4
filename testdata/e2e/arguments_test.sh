# Arguments that cannot be used, outputs that cannot be written, and inputs from pipes.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

mkdir -p root/etc
cat >plumb.yaml <<'YAML'
plumb: v1
project: arguments
inputs:
  text: {type: string, default: hello}
  token: {type: string, sensitive: true}
resources:
  - file: /etc/motd
    content: ${inputs.text}
  - file: /etc/token
    content: ${inputs.token}
YAML

# Each is a diagnostic, for programs, too.
exits 3 "$plumb" plan --nonsense
says 'error[PL6001]: `plumb plan` has no option `--nonsense`'
says '`plumb plan --help`'
exits 3 "$plumb" plan --nonsense --output json
says '"code":"PL6001"'
exits 3 "$plumb" nonsense --output=json
says '"code":"PL6001"'
exits 0 "$plumb" --version
says 'plumb 0.'
exits 0 "$plumb" help apply
says 'Usage: plumb apply'
exits 0 "$plumb" help module update
says 'Usage: plumb module update'
exits 3 "$plumb" help aply
says 'did you mean `apply`?'
exits 3 "$plumb" --root nowhere plan --set token=x
says 'nowhere is no folder'
exits 3 "$plumb" --log-file nowhere/log plan --set token=x
says 'there is no folder nowhere'
[ ! -e nowhere ] || fail 'a folder was made for a log'
exits 0 "$plumb" --help
says 'Usage:'

# A difference that nobody could read is no difference.
exits 2 "$plumb" --root root diff --set token=x
[ ! -e /dev/full ] || exits 1 sh -c '"$0" --root root diff --set token=x >/dev/full' "$plumb"

# Inputs from a pipe and from standard input. A secret is not asked for as an argument.
exits 3 "$plumb" --root root plan
says 'PLUMB_INPUT_token or --inputs'
says_not '--set token'
exits 0 sh -c 'echo "token: x" | "$0" --root root plan --inputs -' "$plumb"
exits 0 bash -c '"$0" --root root plan --inputs <(echo "token: x")' "$plumb"
exits 3 sh -c 'echo "token: [x]" | "$0" --root root plan --inputs -' "$plumb"
says_not PL1115

# Who asks about addresses needs neither a secret nor the project's key: no address hangs on one.
rm -rf .plumb
for command in graph 'explain resource file:/etc/token' facts hosts locks 'lock all --items file:/etc/token --for 1m --reason test' \
  'unlock all' 'eval inputs.text' validate; do
  exits 0 "$plumb" --root root $command
  says_not PL1115
done
exits 0 "$plumb" --root root graph
says 'file:/etc/motd'
says 'file:/etc/token'
exits 0 "$plumb" --root root explain resource file:/etc/token
says 'file:/etc/token is on localhost'
[ ! -e .plumb/key ] || fail 'a command that only looks made a key'

# Who looks at hosts observes what can be observed without it.
exits 0 "$plumb" --root root observe -o snapshot.json
