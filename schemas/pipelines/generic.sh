#!/bin/sh
# Written by `plumb ci init generic`, and yours to change: the steps of a pipeline, for a service that runs a command a step.
#
#   plumb-pipeline check    what is wrong with the project: plumb.sarif, test.xml
#   plumb-pipeline plan     plan.json, plan.md and plan.html, to be reviewed; prints the plan's id
#   plumb-pipeline sign     plan.json.sig, with the key in the file PLUMB_SIGNING_KEY
#   plumb-pipeline apply    exactly that plan, where it is signed by one of the file PLUMB_SIGNERS: apply.xml
#
# `apply` wants the id of the plan that was reviewed in PLUMB_REVIEWED, from whoever reviewed it. plan.json and what stands
# beside it goes from step to step as the service keeps files.
set -eu
cd "$(dirname "$0")"
id() { sha256sum <plan.json | cut -d' ' -f1; }
{KEY}open_key() { @PLUMB@ project-key accept --identity "${PLUMB_PROJECT_KEY:?the file of a private key that opens the project key}"; }

case ${1:-} in
  check)
    @PLUMB@ validate --output sarif >plumb.sarif || { @PLUMB@ validate || exit $?; }
    [ ! -d @TESTS@ ] || @PLUMB@ test --junit test.xml
    ;;
  plan)
{KEY}    open_key
    @PLUMB@ plan -o plan.json --output markdown >plan.md
    @PLUMB@ show plan.json --output html >plan.html
    id
    ;;
  sign)
    @PLUMB@ sign plan.json --key "${PLUMB_SIGNING_KEY:?the file of the key that signs}"
    ;;
  apply)
    [ "$(id)" = "${PLUMB_REVIEWED:?the id of the plan that was reviewed}" ] || {
      echo "plumb-pipeline: $PLUMB_REVIEWED was reviewed, and this plan is $(id)" >&2
      exit 5
    }
{KEY}    open_key
{APPROVALS}    git fetch --quiet --depth 1 origin approvals
{APPROVALS}    mkdir -p plan.json.approvals
{APPROVALS}    git archive FETCH_HEAD "$(id)" | tar -x -C plan.json.approvals --strip-components 1
    @PLUMB@ apply plan.json --yes --require-signature @REQUIRED@--allowed-signers "${PLUMB_SIGNERS:?who may sign}" --junit apply.xml
    ;;
  *)
    echo 'usage: plumb-pipeline check|plan|sign|apply' >&2
    exit 2
    ;;
esac
