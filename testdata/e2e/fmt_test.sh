# One layout for a project's files: in place, as a check, as a diff, as a filter.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

exits 0 "$plumb" init project
exits 0 "$plumb" -C project fmt --check
[ -z "$output" ] || fail "init writes what fmt would change: $output"

mkdir -p project/more project/modules/web
write_project() {
  cat >project/plumb.yaml <<'YAML'


plumb:   v1
project: fmt     # the name
include: [ more/*.yaml ]
resources:
# the module
- use: ./modules/web
- file:  /srv/a
  content: |
        kept
          as it is   
  mode: '0644'
YAML
  printf 'resources:\n- directory: /srv' >project/more/a.yaml
  printf 'plumb: v1\nresources: []\n' >project/modules/web/module.yaml
  chmod 600 project/more/a.yaml
}
write_project
cat >wanted.yaml <<'YAML'
plumb: v1
project: fmt     # the name
include: [more/*.yaml]
resources:
  # the module
  - use: ./modules/web
  - file: /srv/a
    content: |
      kept
        as it is   
    mode: '0644'
YAML
fmt() { "$plumb" -C project fmt "$@"; }

# Asking changes nothing.
cp -r project before
exits 1 fmt --check
[ "$output" = 'project/more/a.yaml
project/plumb.yaml' ] || fail "fmt --check says: $output"
exits 0 fmt --diff
says '+  - use: ./modules/web'
says '\ No newline at end of file'
diff -r before project || fail 'asking changed a file'
exits 1 fmt --check --diff

# The difference is one that patch takes.
if command -v patch >/dev/null; then
  fmt --diff | (cd before && patch -s -p2)
  cmp before/plumb.yaml wanted.yaml || fail 'the difference leads elsewhere'
fi

exits 0 "$plumb" -C project validate
exits 0 fmt
[ "$output" = 'project/more/a.yaml
project/plumb.yaml' ] || fail "fmt says: $output"
cmp project/plumb.yaml wanted.yaml || fail 'the layout is wrong'
[ "$(stat -c %a project/more/a.yaml)" = 600 ] || fail 'the mode of a file was changed'
exits 0 fmt --check
exits 0 fmt
[ -z "$output" ] || fail "formatting twice says: $output"
exits 0 "$plumb" -C project validate

# Files by name, through links; inside the folder; for programs.
write_project
ln -s project/plumb.yaml link.yaml
exits 0 "$plumb" fmt link.yaml
[ -L link.yaml ] || fail 'a link was replaced'
cmp project/plumb.yaml wanted.yaml || fail 'a link was not followed'
cd project
exits 1 "$plumb" fmt --check --output json
[ "$output" = '{"files":[{"file":"more/a.yaml"}]}' ] || fail "as JSON: $output"
cd ..

# A filter.
[ "$(printf 'a:   [ 1,2 ]' | "$plumb" fmt -)" = 'a: [1, 2]' ] || fail 'the filter is wrong'
exits 1 "$plumb" fmt --check - <<<'a:  1'
exits 0 "$plumb" fmt --check - <<<'a: 1'
exits 3 "$plumb" fmt - wanted.yaml
says 'formatted alone'

# What is not YAML is left alone and told; the others are still formatted.
printf 'resources: [\n' >project/more/broken.yaml
exits 3 fmt
says 'PL1002'
says 'project/more/broken.yaml:'
says 'project/more/a.yaml'
[ "$(cat project/more/broken.yaml)" = 'resources: [' ] || fail 'a broken file was changed'
exits 3 "$plumb" fmt - <<<'a: ['
says '<stdin>:'

exits 3 "$plumb" fmt missing.yaml
says PL1001
mkdir empty
exits 3 "$plumb" -C empty fmt
says PL1108
echo ok
