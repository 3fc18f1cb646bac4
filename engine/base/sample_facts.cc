#include "engine/base/sample_facts.h"

namespace plumb {

const Json& sample_facts() {
  static const Json kFacts = Json::parse(R"({
    "arch": "amd64",
    "container": "none",
    "cpu": {"count": 4},
    "fqdn": "test.example.com",
    "hostname": "test",
    "image": false,
    "init": "systemd",
    "ip": {"ipv4": ["192.0.2.10"], "ipv6": ["2001:db8::10"]},
    "kernel": {"machine": "x86_64", "name": "Linux", "release": "6.1.0-25-amd64"},
    "memory": {"bytes": 8589934592},
    "os": {"codename": "bookworm", "family": "debian", "id": "debian", "like": [], "name": "Debian GNU/Linux",
           "version": "12"},
    "package_manager": "apt",
    "selinux": "disabled",
    "user": {"name": "root", "uid": 0},
    "virtualization": "kvm"
  })");
  return kFacts;
}

}  // namespace plumb
