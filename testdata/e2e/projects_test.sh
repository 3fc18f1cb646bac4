# Two projects on one host: what both manage is told in each plan, with who ran the other one last; --take-over moves it.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
mkdir -p "$root/etc" shop office
for project in shop office; do
  printf 'plumb: v1\nhosts:\n  h: {connection: local}\n' >$project/hosts.yaml
  cat >$project/plumb.yaml <<YAML
plumb: v1
project: $project
resources:
  - file: /etc/motd
    content: "$project\n"
  - file: /etc/$project
    content: "own\n"
YAML
done
in_project() { "$plumb" -C "$@" --root "$root"; }

exits 0 in_project shop apply --yes
exits 0 in_project office plan
says 'project shop, which last ran at '
says ', manages file:/etc/motd on this host too'
says 'plumb apply --take-over'
says '~ file:/etc/motd'
says_not '/etc/shop'

# Telling is all, unless it is moved; then the other project is told.
exits 0 in_project office apply --yes --take-over
exits 0 in_project office plan
says_not 'on this host too'
exits 0 in_project shop plan
says 'project office, which last ran at '
says ', manages file:/etc/motd on this host too'

# A plan of one image is not for another one.
exits 0 in_project office plan -o office.json
sed -i 's/"own\\n"/"mine\\n"/' office/plumb.yaml
exits 0 in_project office plan -o "$work/office.json"
mkdir -p other/etc
exits 0 "$plumb" -C office apply --yes --root "$work/other"
exits 5 "$plumb" -C office apply "$work/office.json" --yes --root "$work/other"
says 'the plan is of another image than this one'
exits 0 in_project office apply "$work/office.json" --yes
