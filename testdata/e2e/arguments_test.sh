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
says 'error[PL6001]: The following argument was not expected: --nonsense'
says '`plumb plan --help`'
exits 3 "$plumb" plan --nonsense --output json
says '"code":"PL6001"'
exits 3 "$plumb" nonsense --output=json
says '"code":"PL6001"'
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

# Who only looks needs no secret; what reads it is left out.
exits 0 "$plumb" --root root graph
says 'file:/etc/motd'
says 'warning[PL1115]'
says_not 'file:/etc/token'
exits 0 "$plumb" --root root observe -o snapshot.json
