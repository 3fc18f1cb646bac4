// A host with pacman, for the tests of the package kind.
#pragma once

#include <string>
#include <string_view>

#include "providers/package/back_end.h"
#include "providers/package/package.h"
#include "providers/package/upgrade.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::package::pacman {

const BackEnd& back_end();

class PacmanPackage : public ProviderTest<PackageProvider> {
 protected:
  PacmanPackage() {
    system.add_program("pacman");
    system.make_file("/etc/pacman.conf", "[options]\nArchitecture = auto\n\n[extra]\nServer = https://mirror.test\n");
    system.make_file("/var/lib/pacman/local/ALPM_DB_VERSION", "9\n");
    system.make_file("/var/lib/pacman/sync/extra.db", "");
    has("jq", "1.7-1");
    has("oniguruma", "6.9-1", "%REASON%\n1\n\n%PROVIDES%\nregex-library=6\n");
  }
  void has(const std::string& name, const std::string& version, const std::string& more = {}) {
    const std::string folder = "/var/lib/pacman/local/" + name + '-' + version;
    system.make_file(folder + "/desc", "%NAME%\n" + name + "\n\n%VERSION%\n" + version + "\n\n" + more);
    system.make_file(folder + "/files", "%FILES%\netc/\netc/" + name + ".conf\nusr/\nusr/bin/\nusr/bin/" + name +
                                            "\n\n%BACKUP%\netc/" + name + ".conf\t0\n");
  }
  Desired want(Json attributes) { return wanted("package", "name", std::move(attributes)); }
  // To what is asked with words that end so.
  void pacman_says(std::string_view end, const std::string& output, const std::string& errors = {}) {
    system.script("sh -c *plumb * * " + std::string(end), {1, output, errors, false});
  }
  static std::string would(const std::string& packages) {
    return "resolving dependencies...\nlooking for conflicting packages...\n\nPackages (2) " + packages +
           "\n\nTotal Download Size:   0.01 MiB\n\n";
  }
  PackageTransaction transaction(const Change& change) { return std::get<PackageTransaction>(change.operations.at(0)); }
};

}  // namespace plumb::providers::package::pacman
