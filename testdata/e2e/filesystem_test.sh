# File systems in files of this machine, by the real mkfs: made, found again, grown, and never made over another.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
for program in mkfs.ext4 blkid dumpe2fs resize2fs truncate; do command -v $program >/dev/null || skip "no $program here"; done

exits 0 "$plumb" init project
resources() { { printf 'plumb: v1\nproject: disks\nresources:\n'; cat; } >project/plumb.yaml; }
run() { "$plumb" -C project "$@"; }
truncate -s 16M disk
resources <<YAML
  - filesystem: $work/disk
    type: ext4
    label: data
    options: [-m, "1"]
YAML
exits 0 run plan
says "+ filesystem:$work/disk"
says 'mkfs.ext4'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
[ "$(blkid -p -s LABEL -o value disk)" = data ] || fail 'its label'

# --- it grows with its device
truncate -s 32M disk
resources <<YAML
  - filesystem: $work/disk
    type: ext4
    grow: true
YAML
exits 0 run plan
says 'unused'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
[ "$(dumpe2fs -h disk 2>/dev/null | awk -F: '/^Block count/ { c = $2 } /^Block size/ { s = $2 } END { print c * s }')" = 33554432 ] || fail 'its size'

# --- what is there does not go because something else is asked for
before=$(sha256sum <disk)
resources <<YAML
  - filesystem: $work/disk
    type: ext2
YAML
exits 1 run plan
says "there is ext4 on $work/disk"
says 'destroy: true'
[ "$(sha256sum <disk)" = "$before" ] || fail 'it was changed'
resources <<YAML
  - filesystem: $work/disk
    type: ext2
    destroy: true
YAML
exits 0 run plan
says 'is gone then'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
[ "$(blkid -p -s TYPE -o value disk)" = ext2 ] || fail 'its type'

# --- nor does what is no file system
seq 1000000 >notes
resources <<YAML
  - filesystem: $work/notes
    type: ext4
YAML
exits 1 run plan
says "there is something that is no file system on $work/notes"
[ "$(tail -n 1 notes)" = 1000000 ] || fail 'it was changed'

resources <<YAML
  - filesystem: $work/none
    type: ext4
YAML
exits 1 run plan
says "$work/none"
