# The pages "Images, and the first start" and "After Terraform": their blocks, as they stand there.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v python3 >/dev/null || skip 'no python3 here'
mkdir bin
ln -s "$plumb" bin/plumb
export PATH="$work/bin:$PATH" HOME=$work

# blocks PAGE FOLDER: each block becomes FOLDER/NN.LANGUAGE, in the order of the page.
blocks() {
  mkdir -p "$2"
  python3 - "$PLUMB_SOURCE/docs/guide/$1" "$2" <<'PY'
import re, sys
page, folder = sys.argv[1:]
for number, (kind, text) in enumerate(re.findall(r"^```(\w+)\n(.*?)^```$", open(page).read(), re.M | re.S), 1):
    open(f"{folder}/{number:02d}.{kind}", "w").write(text)
PY
}
with() { grep -l -- "$1" "$2"/* | head -n 1; } # TEXT FOLDER: the first block that holds it
in_place() { cd project && exits 0 "$@" && cd ..; }

# --- images
blocks images.md images
for script in images/*.sh; do bash -n "$script" || fail "$script is no shell script: $(cat "$script")"; done
mkdir project
cp "$(with 'project: image' images)" project/plumb.yaml
cp "$(with 'golden: {connection: local}' images)" project/hosts.yaml
in_place bash -e "../$(with '--root tree diff' images)"
[ "$(cat project/tree/etc/shop/site.conf)" = 'port = 8080' ] || fail 'the image is not as it should be'
[ ! -e project/tree/var/cache ] || fail 'a command was run in an image'
# mkosi calls its script with these.
mkdir -p source buildroot/etc
cp -r project source/plumb
exits 0 env SRCDIR="$work/source" BUILDROOT="$work/buildroot" sh "$(with mkosi.finalize images)"
[ -e buildroot/etc/shop/site.conf ] || fail 'mkosi would have made an image without it'
# Packer's, with a host of this machine's making in the place of the machine.
sed 's/^plumb -C plumb .*/plumb -C plumb -i "$work\/hosts.yaml" hosts --output json/' "$(with 'known_hosts: "$work/known_hosts"' images)" >packer
cd source
exits 0 env HOST=2001:db8::7 PORT=2222 KEY='a key' sh ../packer
cd ..
says 'ssh root@2001:db8::7:2222'
grep -q '^ *plumb -C plumb -i .* apply --yes' "$(with 'KEY" >"$work/key"' images)" || fail 'that script applies nothing'
# What cloud-init is given names the program and options that there are.
grep -o 'ExecStart=/usr/bin/plumb.*' images/*.yaml | grep -q -- '--on localhost apply --yes' || fail 'cloud-init calls something else'

# --- Terraform
blocks terraform.md terraform
for script in terraform/*.sh; do bash -n "$script" || fail "$script is no shell script: $(cat "$script")"; done
rm -r project
mkdir project
cp "$(with 'project: shop' terraform)" project/plumb.yaml
cp "$(with 'tofu, show' terraform)" project/hosts.yaml
cat >bin/tofu <<'SH'
#!/bin/sh
case "$*" in
  'show -json')
    cat <<'JSON'
{"format_version": "1.0", "terraform_version": "1.6.0", "values": {"root_module": {"resources": [
  {"address": "hcloud_server.web", "mode": "managed", "type": "hcloud_server", "name": "web", "index": 0,
   "values": {"name": "web1", "ipv4_address": "192.0.2.10", "labels": {"role": "web"}}}]}}}
JSON
    ;;
  'output -json plumb')
    echo '{"plumb": "v1", "groups": {"web": {"inputs": {"database": "db.example.com"}}}, "hosts": {"web1": {"address": "192.0.2.10", "groups": ["web"]}}}'
    ;;
  *) exit 1 ;;
esac
SH
chmod +x bin/tofu
in_place plumb hosts --output json
says '192.0.2.10'
says '"web"'
says '"cloud"'
cp "$(with 'tofu, output' terraform)" project/hosts.yaml
in_place plumb explain input database --host web1
says 'db.example.com'
in_place plumb validate
# A value of another type than the project wants is told where it was handed over.
sed -i 's/"db.example.com"/[1]/' bin/tofu
code=0
output=$(cd project && plumb hosts --refresh 2>&1 && plumb validate 2>&1) || code=$?
[ "$code" = 3 ] || fail "exit code $code: $output"
says 'database'
