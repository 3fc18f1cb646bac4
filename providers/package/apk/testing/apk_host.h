// A host with apk, for the tests of the package kind.
#pragma once

#include <string>
#include <string_view>

#include "providers/package/back_end.h"
#include "providers/package/package.h"
#include "providers/package/upgrade.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::package::apk {

const BackEnd& back_end();

class ApkPackage : public ProviderTest<PackageProvider> {
 protected:
  ApkPackage() {
    system.add_program("apk");
    system.make_file("/etc/apk/repositories", "#none\nhttps://mirror.test/v3.20/main\n/srv/own\n");
    system.make_file("/var/cache/apk/APKINDEX.0a1b2c3d.tar.gz", "");
    system.make_file("/lib/apk/db/installed",
                     "C:Q1=\nP:jq\nV:1.7.1-r0\nA:x86_64\nD:so:libonig.so.5\np:cmd:jq=1.7.1-r0\nF:usr/bin\nR:jq\nF:etc\n"
                     "R:jq.conf\n\n"
                     "C:Q1=\nP:oniguruma\nV:6.9.9-r0\nA:x86_64\np:so:libonig.so.5=5.4.0 regex-library=6\nF:usr/lib\n"
                     "R:libonig.so.5\nF:etc\n\n");
    system.make_file("/etc/apk/world", "jq\n");
  }
  Desired want(Json attributes) { return wanted("package", "name", std::move(attributes)); }
  void apk_says(std::string_view words, const std::string& output, const std::string& errors = {}) {
    system.script("apk --simulate --no-progress " + std::string(words),
                  {errors.empty() ? 0 : 1, output, errors, false});
  }
  PackageTransaction transaction(const Change& change) { return std::get<PackageTransaction>(change.operations.at(0)); }
};

}  // namespace plumb::providers::package::apk
