# Kinds of the system over an image: files alone, nothing that runs; twice is once, drift is healed, all of it goes again.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
mkdir -p "$root"/etc/{sysctl.d,modules-load.d,modprobe.d,systemd/system,default} "$root"/usr/share/zoneinfo/Europe "$root"/srv
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
printf 'UUID=r / ext4 errors=remount-ro 0 1\n' >"$root/etc/fstab"
printf 'debian\n' >"$root/etc/hostname"
printf 'Etc/UTC\n' >"$root/etc/timezone"
echo TZif >"$root/usr/share/zoneinfo/Europe/Berlin"

exits 0 "$plumb" init project
run() { "$plumb" -C project --root "$root" "$@"; }
resources() { { printf 'plumb: v1\nproject: system\nresources:\n'; cat; } >project/plumb.yaml; }

everything() {
  resources <<'YAML'
  - hostname: web1
  - timezone: Europe/Berlin
  - sysctl: net.ipv4.ip_forward
    value: 1
  - sysctl: vm.swappiness
    value: 10
  - kernel_module: br_netfilter
    persistent: true
    params: [a=1]
  - mount: /srv/data
    source: LABEL=data
    type: ext4
    options: [noatime, nodev]
    pass: 2
  - swap: /dev/vg/swap
    priority: 5
  - systemd_unit: /etc/systemd/system/backup.service
    Service: {Type: oneshot, ExecStart: /usr/local/bin/backup}
  - systemd_unit: /etc/systemd/system/backup.timer
    Timer: {OnCalendar: daily, Persistent: true}
    Install: {WantedBy: timers.target}
  - systemd_unit: /etc/systemd/system/nginx.service.d/limits.conf
    Service: {LimitNOFILE: 65536}
YAML
}
everything
exits 0 run validate
exits 0 run plan
says '~ hostname:web1'
says '+ mount:/srv/data'
says '+ systemd_unit:/etc/systemd/system/backup.timer'
says_not bounded
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode

same() { # FILE TEXT
  [ "$(cat "$root$1")" = "$2" ] || fail "$1 is: $(cat "$root$1")"
}
same /etc/hostname web1
same /etc/timezone Europe/Berlin
[ "$(readlink "$root/etc/localtime")" = /usr/share/zoneinfo/Europe/Berlin ] || fail 'the link of the zone'
same /etc/sysctl.d/90-plumb.conf 'net.ipv4.ip_forward = 1
vm.swappiness = 10'
same /etc/modules-load.d/br_netfilter.conf br_netfilter
same /etc/modprobe.d/plumb-br_netfilter.conf 'options br_netfilter a=1'
same /etc/fstab 'UUID=r / ext4 errors=remount-ro 0 1
LABEL=data /srv/data ext4 noatime,nodev 0 2
/dev/vg/swap none swap sw,pri=5 0 0'
same /etc/systemd/system/backup.timer '[Timer]
OnCalendar=daily
Persistent=true

[Install]
WantedBy=timers.target'

# --- drift in each, found and healed
echo other >"$root/etc/hostname"
ln -sfn /usr/share/zoneinfo/Etc/UTC "$root/etc/localtime"
sed -i s/10/60/ "$root/etc/sysctl.d/90-plumb.conf"
rm "$root/etc/modules-load.d/br_netfilter.conf"
sed -i s/noatime,// "$root/etc/fstab"
echo '# a remark alone' >>"$root/etc/systemd/system/backup.service"
echo OnBootSec=5 >>"$root/etc/systemd/system/nginx.service.d/limits.conf"
exits 0 run plan
for one in hostname:web1 timezone:Europe/Berlin sysctl:vm.swappiness kernel_module:br_netfilter mount:/srv/data limits.conf; do says "$one"; done
says_not backup.service
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode

# --- what a later file takes back is told beforehand
echo 'vm.swappiness = 60' >"$root/etc/sysctl.d/95-later.conf"
exits 1 run plan
says 'vm.swappiness is set to 60 in /etc/sysctl.d/95-later.conf'
rm "$root/etc/sysctl.d/95-later.conf"

# --- all of it goes
resources <<'YAML'
  - sysctl: net.ipv4.ip_forward
    state: absent
  - kernel_module: br_netfilter
    state: absent
  - mount: /srv/data
    state: absent
  - swap: /dev/vg/swap
    state: absent
  - systemd_unit: /etc/systemd/system/backup.timer
    state: absent
YAML
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
same /etc/fstab 'UUID=r / ext4 errors=remount-ro 0 1'
[ ! -e "$root/etc/systemd/system/backup.timer" ] || fail 'the timer stays'
[ ! -e "$root/etc/modprobe.d/plumb-br_netfilter.conf" ] || fail 'the options stay'

# --- what is wrong is told where it stands
resources <<'YAML'
  - sysctl: vm..swappiness
    value: 1
  - systemd_unit: /etc/systemd/system/backup.txt
    Service: {Type: onceshot}
  - mount: /srv/data
YAML
exits 3 run validate
says 'expected a key such as net.ipv4.ip_forward'
says 'expected the file of a unit'
says 'onceshot'
says 'source'
