// A host with zypper, for the tests of the package kind.
#pragma once

#include <string>
#include <string_view>

#include "providers/package/back_end.h"
#include "providers/package/package.h"
#include "providers/package/upgrade.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::package::zypper {

const BackEnd& back_end();

class ZypperPackage : public ProviderTest<PackageProvider> {
 protected:
  ZypperPackage() {
    system.add_program("zypper");
    system.make_file("/etc/zypp/zypp.conf", "[main]\n");
    system.make_file("/usr/lib/sysimage/rpm/rpmdb.sqlite", "");
    system.make_file("/var/cache/zypp/raw/oss/repodata/repomd.xml", "");
    system.make_file("/var/lib/zypp/AutoInstalled", "# AutoInstalled generated\nlibonig5\n");
    system.script("rpm -q --whatprovides *",
                  {1,
                   "jq\t0\t1.6-150000.3.3.1\tx86_64\tjq \nlibonig5\t0\t6.7.0-1\tx86_64\tlibonig5 \n"
                   "no package provides nothing\n",
                   "", false});
  }
  Desired want(Json attributes) { return wanted("package", "name", std::move(attributes)); }
  void zypper_says(std::string_view glob, std::string_view output, int code = 0) {
    system.script(std::string(glob),
                  {code, "<?xml version='1.0'?>\n<stream>\n" + std::string(output) + "</stream>\n", "", false});
  }
  PackageTransaction transaction(const Change& change) { return std::get<PackageTransaction>(change.operations.at(0)); }
};

}  // namespace plumb::providers::package::zypper
