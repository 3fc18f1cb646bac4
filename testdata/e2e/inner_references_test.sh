# References to secrets that stand where their values are to be, in attributes: each is an input that nobody named.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
mkdir -p inner/module
inner() {
  cat >inner/plumb.yaml <<YAML
plumb: v1
project: inner
secrets: {ci: {type: environment, prefix: INNER_}}
resources:
  - file: $work/inner/token
    content: secret://ci/TOKEN
  - file: $work/inner/literal
    content: '\${"secret://ci/TOKEN"}'
  - command: asks
    run: [/bin/sh, -c, 'printf %s "\$TOKEN" >$work/inner/asked']
    env: {TOKEN: "secret://ci/TOKEN"}
    creates: $work/inner/asked
$1
YAML
}
inner ''
export INNER_TOKEN=inner-canary
exits 0 "$plumb" -C inner plan
says 'content  (sensitive)'
says_not inner-canary
exits 0 "$plumb" -C inner apply --yes
says_not inner-canary
[ "$(cat inner/token)" = inner-canary ] || fail 'the file has not the secret'
[ "$(stat -c %a inner/token)" = 600 ] || fail 'everybody can read it'
[ "$(cat inner/asked)" = inner-canary ] || fail 'the program was not told the secret'
[ "$(cat inner/literal)" = secret://ci/TOKEN ] || fail 'the text is another'
exits 0 "$plumb" -C inner plan --detailed-exitcode
! grep -rqF inner-canary inner/.plumb || fail 'it is in the history'
exits 0 "$plumb" -C inner secret list
says 'secret://ci/TOKEN'
inner '  - file: /x
    content: secret://nowhere/TOKEN'
exits 3 "$plumb" -C inner plan
says 'no store of secrets `nowhere`'
printf 'plumb: v1\nresources:\n  - file: %s/inner/of-module\n    content: secret://ci/TOKEN\n' "$work" >inner/module/module.yaml
inner '  - use: ./module'
exits 3 "$plumb" -C inner validate
says 'a module has no stores of secrets'
