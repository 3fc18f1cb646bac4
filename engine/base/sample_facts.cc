#include "engine/base/sample_facts.h"

namespace plumb {

const Json& sample_facts() {
  static const Json kFacts = Json::parse(R"({
    "arch": "amd64",
    "cloud": {"instance_id": "", "provider": "none", "region": "", "zone": ""},
    "container": "none",
    "cpu": {"count": 4},
    "disks": [{"bytes": 53687091200, "device": "/dev/vda", "model": "", "name": "vda",
               "partitions": [{"bytes": 53686042624, "device": "/dev/vda1", "name": "vda1"}],
               "read_only": false, "removable": false, "rotational": false}],
    "dns": {"search": ["example.com"], "servers": ["192.0.2.53"]},
    "fqdn": "test.example.com",
    "homes": {"deploy": "/home/deploy", "root": "/root"},
    "hostname": "test",
    "image": false,
    "init": "systemd",
    "ip": {"ipv4": ["192.0.2.10"], "ipv6": ["2001:db8::10"]},
    "kernel": {"machine": "x86_64", "name": "Linux", "release": "6.1.0-25-amd64"},
    "locale": "C.UTF-8",
    "memory": {"bytes": 8589934592},
    "mounts": [{"bytes": 53687091200, "device": "/dev/vda1", "path": "/", "type": "ext4"}],
    "network": {"address": "192.0.2.10", "gateway": "192.0.2.1", "interface": "eth0",
                "interfaces": [{"ipv4": ["192.0.2.10"], "ipv6": ["2001:db8::10"], "mac": "02:00:00:00:00:0a",
                                "name": "eth0"}]},
    "os": {"codename": "bookworm", "family": "debian", "id": "debian", "like": [], "name": "Debian GNU/Linux",
           "version": "12", "version_major": 12},
    "package_manager": "apt",
    "selinux": "disabled",
    "swap": {"bytes": 1073741824},
    "timezone": "Etc/UTC",
    "user": {"gid": 0, "home": "/root", "name": "root", "uid": 0},
    "virtualization": "kvm"
  })");
  return kFacts;
}

}  // namespace plumb
