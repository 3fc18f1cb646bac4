// A host with dnf, for the tests of the package kind.
#pragma once

#include <string>
#include <string_view>

#include "providers/package/back_end.h"
#include "providers/package/package.h"
#include "providers/package/upgrade.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::package::dnf {

const BackEnd& back_end();

// As rpm 4.18 tells of what is there; nothing more is.
inline constexpr std::string_view kThere =
    "jq\t0\t1.6-17.el9\tx86_64\tjq jq(x86-64) \n"
    "glibc\t0\t2.34-100.el9\tx86_64\tglibc libc.so.6 \n"
    "glibc\t0\t2.34-60.el9\ti686\tglibc libc.so.6 \n"
    "kernel-core\t0\t5.14.0-70.el9\tx86_64\tkernel-core \n"
    "kernel-core\t0\t5.14.0-427.el9\tx86_64\tkernel-core \n"
    "nginx\t1\t1.20.1-14.el9\tx86_64\tnginx webserver \n"
    "no package provides nothing\n";

class DnfPackage : public ProviderTest<PackageProvider> {
 protected:
  DnfPackage() {
    system.add_program("dnf");
    system.make_file("/var/lib/rpm/rpmdb.sqlite", "");
    system.make_file("/var/cache/dnf/base-0123456789abcdef/repodata/repomd.xml", "");
    system.make_file("/etc/dnf/plugins/versionlock.conf", "[main]\nenabled = 1\n");
    system.script("rpm -q --whatprovides *", {2, std::string(kThere), "", false});
    system.script("*repoquery --installed*", {0, "jq x86_64 user\nglibc x86_64 user\nnginx x86_64 user\n", "", false});
  }
  Desired want(Json attributes) { return wanted("package", "name", std::move(attributes)); }
  void dnf_says(std::string_view glob, std::string_view output, int code = 1) {
    system.script(std::string(glob), {code, std::string(output), "", false});
  }
  PackageTransaction transaction(const Change& change) { return std::get<PackageTransaction>(change.operations.at(0)); }
};

}  // namespace plumb::providers::package::dnf
