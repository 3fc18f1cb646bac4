# A profile of controls judges hosts: what is met, what is not and why, what is waived, and evidence that stock tools verify.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v ssh-keygen >/dev/null || skip 'no ssh-keygen here'

mkdir -p project/compliance root/srv root/etc
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: judged
policy: [baseline]
inputs:
  mode: {type: string, default: "0644"}
resources:
  - file: /srv/notes
    content: "hello\n"
    mode: ${inputs.mode}
  - directory: /srv/drop
    mode: "0750"
YAML
printf 'plumb: v1\nhosts:\n  here: {connection: local}\n' >project/hosts.yaml
cat >project/compliance/house.yaml <<'YAML'
plumb: v1
profile: house
title: Rules of the house
controls:
  - {id: "1.1", level: "1", title: Notes are there, resources: ["file:/srv/notes"]}
  - {id: "1.2", level: "1", title: "The drop is closed", resources: ["directory:*"], rules: [world-writable]}
  - {id: "1.3", title: Only on a Mac, applies: facts.os.family == 'macos', resources: ["file:*"]}
  - {id: "2.1", title: There is a letter, resources: ["file:/srv/letter"]}
YAML
run() { exits "$1" "$plumb" -C project --root "$work/root" "${@:2}"; }

run 2 compliance
says 'file:/srv/notes: create'
says 'no resource file:/srv/letter'
[ ! -e root/srv/notes ] || fail 'a host that is judged was changed'
run 0 --yes apply
run 2 compliance house
says '2 compliant, 1 not compliant, 1 not applicable'
says_not 'Notes are there'
run 2 compliance house --full
says 'Notes are there'
run 0 compliance --control '1.*'
says 'Compliant: 2 compliant, 1 not applicable'
run 3 compliance --control 2.11
says 'did you mean `2.1`?'

# What somebody changed is told.
chmod 666 root/srv/notes
run 2 compliance --control 1.1
says 'file:/srv/notes: update: mode 0666 → 0644'
run 2 compliance --control 1.1 --output csv
says 'here,1.1,1,Notes are there,not compliant,file:/srv/notes: update: mode 0666 → 0644'
run 2 compliance --output markdown
says '| 2.1 |'
run 2 compliance --output json
[ "$(jq -r '.hosts.here["1.1"].state' <<<"$output")" = 'not compliant' ] || fail "$output"
run 0 --yes apply

# A waiver lets it be for a time.
cat >project/waived.yaml <<'YAML'
plumb: v1
profile: waived
extends: [compliance/house.yaml]
waivers: [{control: "2.1", reason: the letter comes later, until: 2999-01-01}]
YAML
run 0 compliance waived.yaml
says 'waived until 2999-01-01: the letter comes later'
sed -i 's/2999/2001/' project/waived.yaml
run 2 compliance waived.yaml
says 'ended on 2001-01-01'

# What cannot be judged by is an error, with its place.
printf 'plumb: v1\nprofile: bad\ncontrols: [{id: "1", title: A, rules: [world-writeable]}]\n' >project/bad.yaml
run 3 compliance bad.yaml
says 'PL7201'
says 'did you mean `world-writable`?'
says 'bad.yaml:3:17'
run 3 compliance nothing.yaml

# A stranger verifies the evidence with stock tools, and sees what was changed since.
ssh-keygen -q -t ed25519 -N '' -C ana -f ana
printf 'ana@example.com %s\n' "$(cut -d' ' -f1,2 ana.pub)" >signers
run 1 compliance house --evidence "$work/evidence" --key "$work/nobody"
[ ! -e evidence ] || fail 'evidence without its signature'
run 2 compliance house --evidence "$work/evidence" --key "$work/ana"
run 3 compliance house --evidence "$work/evidence"
verify() {
  (cd evidence && ssh-keygen -Y verify -f ../signers -I ana@example.com -n compliance@plumbline -s SHA256SUMS.sig <SHA256SUMS &&
    sha256sum --check --strict --quiet SHA256SUMS)
}
verify >verified 2>&1 || fail "the evidence does not verify: $(cat verified)"
[ "sha256:$(sha256sum evidence/plan.json | cut -d' ' -f1)" = "$(jq -r .plan evidence/report.json)" ] || fail 'the report names another plan'
[ "$(jq -r '.hosts.here["2.1"].state' evidence/report.json)" = 'not compliant' ] || fail 'the report says something else'
cmp evidence/profile/compliance/house.yaml project/compliance/house.yaml
jq -e .head evidence/history.json >/dev/null || fail 'no end of the history is in it'
sed -i 's/"not compliant"/"compliant"/' evidence/report.json
! verify >verified 2>&1 || fail 'a report that was changed verifies'

# A plan that was applied, with who stood behind it, goes along; one that never was does not.
rm root/srv/notes
run 0 plan -o "$work/applied.json"
exits 3 "$plumb" -C project --root "$work/root" compliance house --evidence "$work/early" --applied "$work/applied.json"
says 'no run of this plan'
[ ! -e early ] || fail 'evidence of nothing'
exits 0 "$plumb" sign applied.json --key ana
exits 0 "$plumb" --yes approve applied.json --key ana --reason 'ticket 4711'
printf '{}' >applied.json.approvals/other.json && : >applied.json.approvals/other.sig
run 0 --yes apply "$work/applied.json"
run 2 compliance house --evidence "$work/whole" --key "$work/ana" --applied "$work/applied.json" --control '*'
stood_behind() { # NAMESPACE FILE SIGNATURE
  ssh-keygen -Y verify -f signers -I ana@example.com -n "$1" -s "$3" <"$2" >verified 2>&1 || fail "$2: $(cat verified)"
}
(cd whole && sha256sum --check --strict --quiet SHA256SUMS) || fail 'the evidence does not verify'
applied=$(jq -r '.applied[0].plan' whole/report.json)
place=whole/$(jq -r '.applied[0].files' whole/report.json)
[ "sha256:$(sha256sum "${place}plan.json" | cut -d' ' -f1)" = "$applied" ] || fail 'the report names another plan'
[ "$(jq -c '.applied[0].hosts' whole/report.json)" = '["here"]' ] || fail 'the report names other hosts'
stood_behind plan@plumbline "${place}plan.json" "${place}plan.json.sig"
[ "$(ls "${place}plan.json.approvals" | wc -l)" = 2 ] || fail "not one approval: $(ls "${place}plan.json.approvals")"
for one in "${place}"plan.json.approvals/*.json; do
  stood_behind approval@plumbline "$one" "${one%.json}.sig"
  [ "$(jq -r .plan "$one")" = "$applied" ] || fail 'the approval is of another plan'
done

# Each control of the profile that comes with the module means resources of the module, as it is with all that it can do.
mkdir -p cis/modules cis/tests
cp -r "$PLUMB_SOURCE/docs/modules/cis_baseline" cis/modules/
profile=cis/modules/cis_baseline/profile.yaml
[ "$(grep -c '^  - id: ' $profile)" -ge 120 ] || fail 'the profile has fewer than 120 controls'
[ -z "$(sed -n 's/^  - id: //p' $profile | tr -d '"' | sort | uniq -d)" ] || fail 'two controls have one number'
[ "$(grep -c '^    cites: controls/cis_debian12.yml, ' $profile)" = "$(grep -c '^  - id: ' $profile)" ] || fail 'a control cites nothing'
cat >cis/plumb.yaml <<'YAML'
plumb: v1
project: hardened
resources:
  - use: ./modules/cis_baseline
    with:
      strict: true
      tmp: 512m
      partitions:
        /home: {source: /dev/vdb1, type: ext4}
        /var: {source: /dev/vdb2, type: ext4}
        /var/tmp: {source: /dev/vdb3, type: ext4}
        /var/log: {source: /dev/vdb4, type: ext4}
        /var/log/audit: {source: /dev/vdb5, type: ext4}
YAML
cp project/hosts.yaml cis/
if grep -q '^ID=debian' /etc/os-release; then
  exits 0 "$plumb" -C cis validate
  exits 0 "$plumb" -C cis graph
  sed -n 's/^  cis_baseline\///p' <<<"$output" >addresses
  while read -r pattern; do
    # shellcheck disable=SC2053 # the right side is a glob
    found=''
    while IFS= read -r address; do
      [[ $address == $pattern || $address == "$pattern" ]] && found=1 && break
    done <addresses
    [ -n "$found" ] || fail "no resource of the module is meant by $pattern"
  done < <(sed -n 's/^    resources: \[\(.*\)\]$/\1/p' $profile | sed 's/, /\n/g' | tr -d '"' | sort -u)
fi
