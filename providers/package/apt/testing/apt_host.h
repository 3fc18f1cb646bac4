// A host with apt, for the tests of the package kind.
#pragma once

#include <string>
#include <string_view>

#include "providers/package/apt/dpkg_status.h"
#include "providers/package/back_end.h"
#include "providers/package/package.h"
#include "providers/package/upgrade.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::package::apt {

const BackEnd& back_end();

inline constexpr std::string_view kStatus = R"(Package: dpkg
Status: install ok installed
Architecture: amd64
Version: 1.21.22

Package: jq
Status: install ok installed
Architecture: amd64
Version: 1.6-2.1

Package: libc6
Status: install ok installed
Architecture: i386
Version: 2.35

Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 2.36-9

Package: tzdata
Status: install ok installed
Architecture: all
Version: 2025b

Package: cross
Status: install ok installed
Architecture: i386
Version: 7

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1.0

Package: half
Status: install ok half-configured
Architecture: amd64
Version: 3.0

Package: held
Status: hold ok installed
Architecture: amd64
Version: 4.0

Package: g++
Status: install ok triggers-pending
Architecture: amd64
Version: 4:12.2

Package: exim4-daemon-light
Status: install ok installed
Architecture: amd64
Version: 4.96
Provides: mail-transport-agent, default-mta (= 1)
Description: a text
 Package: not a field)";

// As apt 2.6 writes it.
inline constexpr std::string_view kSimulation = R"(Reading package lists...
Building dependency tree...
  Installing redis-tools:amd64 as Depends of redis-server:amd64
    Installing libatomic1:amd64 as Depends of redis-tools:amd64
          ignore old unsatisfied important dependency on krb5-locales:amd64
  Installing nginx-common:amd64 as Depends of nginx:amd64
The following NEW packages will be installed:
  libatomic1 nginx nginx-common redis-server redis-tools
0 upgraded, 5 newly installed, 0 to remove and 10 not upgraded.
Inst libatomic1 (12.2.0-14+deb12u1 Debian:12.15/oldstable [amd64])
Inst redis-tools (5:7.0.15-1~deb12u10 Debian-Security:12/oldstable-security [amd64])
Inst redis-server (5:7.0.15-1~deb12u10 Debian-Security:12/oldstable-security [amd64])
Inst nginx-common (1.22.1-9+deb12u10 Debian-Security:12/oldstable-security [all])
Inst nginx (1.22.1-9+deb12u10 Debian-Security:12/oldstable-security [amd64])
Conf nginx (1.22.1-9+deb12u10 Debian-Security:12/oldstable-security [amd64])
)";

class Package : public ProviderTest<PackageProvider> {
 protected:
  Package() {
    system.add_program("apt-get");
    system.make_file("/var/lib/dpkg/status", kStatus);
    system.make_file("/var/lib/apt/lists/mirror_dists_stable_main_binary-amd64_Packages", "");
  }
  Desired want(Json attributes) { return wanted("package", "name", std::move(attributes)); }
  void apt_says(std::string_view output, int code = 0, std::string_view glob = "apt-get *") {
    system.script(std::string(glob), {code, std::string(output), "", false});
  }
  PackageTransaction transaction(const Change& change) { return std::get<PackageTransaction>(change.operations.at(0)); }
};

}  // namespace plumb::providers::package::apt
