# Roles of others, in the folder that PLUMB_ROLES names: Ansible applies each to a host of the lab, the role is imported,
# and a plan for that very host says what is left to change: nothing, where the translation is true. What a role needs
# to be told stands in NAME.yml beside it.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

[ -d "${PLUMB_ROLES:-}" ] || skip 'PLUMB_ROLES names no folder of roles'
command -v ansible-playbook >/dev/null || skip 'no ansible-playbook here'
command -v jq >/dev/null || skip 'no jq here'
with_lab 1

# A host as it was made, with what Ansible needs.
fresh_host() {
  # What it wrote last may still be on its way.
  "$PLUMB_SOURCE/testdata/lab/lab" fresh 1 >lab.log 2>&1 || "$PLUMB_SOURCE/testdata/lab/lab" fresh 1 >lab.log 2>&1 ||
    fail "no fresh host: $(cat lab.log)"
  on_host h1 'apt-get update -q && apt-get install -qy --no-install-recommends python3 python3-apt sudo' </dev/null \
    >prepared.log 2>&1 || fail "the host cannot be prepared: $(tail -3 prepared.log)"
}

# Prints what a plan leaves to change, one address a line, behind the number of all.
left_of() { # PROJECT
  "$plumb" -C "$1" plan -o "$1.json" --yes >"$1.log" 2>&1 || return 1
  jq -r '.hosts[] | [(.actions // [])[] | select(.op != "none") | .address] | unique[]' "$1.json"
}

printf '%-28s %9s %9s %9s\n' role declared empty 'by hand'
all=0 empty=0
for role in "$PLUMB_ROLES"/*/; do
  name=$(basename "$role")
  [ -e "$role/tasks/main.yml" ] || continue
  mkdir -p "$name/roles"
  cp -r "$role" "$name/roles/$name"
  {
    printf -- '- hosts: all\n  become: true\n'
    if [ -e "$PLUMB_ROLES/$name.yml" ]; then
      printf '  vars:\n'
      sed 's/^/    /' "$PLUMB_ROLES/$name.yml"
    fi
    printf '  roles: [%s]\n' "$name"
  } >"$name/site.yml"
  fresh_host
  printf 'h1 ansible_ssh_common_args="-F %s/ssh_config"\n' "$lab_run" >"$name/inventory"
  if ! (cd "$name" && ansible-playbook -i inventory site.yml) >"$name.ansible" 2>&1; then
    printf '%-28s Ansible itself cannot apply it here: %s\n' "$name" \
      "$(grep -m 1 'fatal:\|ERROR!' "$name.ansible" | cut -c1-200)"
    continue
  fi
  exits 0 "$plumb" import ansible "$name/site.yml" -o "$name.project"
  by_hand=$(sed -n 's/^  by hand *//p' <<<"$output")
  cp hosts.yaml "$name.project/hosts.yaml"
  if ! left_of "$name.project" >"$name.left"; then
    printf '%-28s no plan: %s\n' "$name" "$(grep -m 1 '^error' "$name.project.log")"
    continue
  fi
  declared=$("$plumb" -C "$name.project" graph --output json 2>/dev/null | jq '[.. | objects | select(has("address"))] | length')
  printf '%-28s %9s %9s %9s\n' "$name" "$declared" $((declared - $(wc -l <"$name.left"))) "$by_hand"
  sed 's/^/    /' "$name.left"
  all=$((all + declared)) empty=$((empty + declared - $(wc -l <"$name.left")))
done
printf '%s of %s are as Ansible left them\n' "$empty" "$all"
[ $((100 * empty)) -ge $((80 * all)) ] || fail 'less than 80 of 100'
