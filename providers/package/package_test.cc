#include "providers/package/package.h"

#include <gtest/gtest.h>

#include "providers/package/back_end.h"
#include "providers/sdk/fake_system.h"

namespace plumb::providers::package {
namespace {

TEST(PackageKind, WhatMayBelongToAPackage) {
  const auto belongs = [](const char* address, std::vector<std::string> packages) {
    return may_belong(*Address::parse(address), packages);
  };
  EXPECT_TRUE(belongs("user:postgres", {"postgresql-15"}));
  EXPECT_TRUE(belongs("user:mysql", {"default-mysql-server", "mysql-common"}));
  EXPECT_TRUE(belongs("group:redis", {"redis-server"}));
  EXPECT_TRUE(belongs("user:Debian-exim", {"exim4-base"}));
  EXPECT_TRUE(belongs("user:_chrony", {"chrony"}));
  EXPECT_TRUE(belongs("user:memcache", {"memcached"}));
  EXPECT_FALSE(belongs("user:www-data", {"nginx", "geoip-data"}));
  EXPECT_FALSE(belongs("user:deploy", {"nginx", "nginx-common"}));
  EXPECT_FALSE(belongs("user:app", {"apparmor"}));
  EXPECT_FALSE(belongs("user:nginx", {"redis-server"}));
  EXPECT_TRUE(belongs("directory:/etc/nginx/conf.d", {"nginx-common"}));
  EXPECT_TRUE(belongs("directory:/etc/php/8.2/fpm", {"php8.2-fpm"}));
  EXPECT_TRUE(belongs("directory:/etc/ssh", {"openssh-server"}));
  EXPECT_TRUE(belongs("file:/usr/bin/zsh", {"zsh"}));
  EXPECT_FALSE(belongs("directory:/srv/www", {"nginx"}));
  EXPECT_FALSE(belongs("directory:/var/lib/data", {"geoip-data", "x-common"}));
  EXPECT_TRUE(belongs("unit:anything.service", {"nginx"}));
  EXPECT_FALSE(belongs("unit:anything.service", {}));
}

TEST(PackageKind, TheRegistryHasWhatItsBackEndsDrive) {
  Registry registry;
  add_to(registry);
  ASSERT_EQ(registry.managers().all_packages().size(), back_ends().size());
  for (const PackageManager* manager : registry.managers().all_packages()) EXPECT_FALSE(manager->name().empty());
}

TEST(PackageKind, AHostThatDoesNotTellWhatItHasIsNoneWithoutAManager) {
  FakeSystem system;
  system.add_program("apt-get");
  system.make_link("/var/lib/dpkg", "dpkg");
  const Result<const BackEnd*> untold = find_back_end(system);
  ASSERT_FALSE(untold);
  EXPECT_NE(untold.error().summary().find("/var/lib/dpkg/status"), std::string::npos) << untold.error().summary();
  EXPECT_EQ(package_manager(system), "unknown");
  system.add_program("apk");
  system.make_file("/lib/apk/db/installed", "");
  const Result<const BackEnd*> told = find_back_end(system);
  ASSERT_TRUE(told) << told.error().summary();
  EXPECT_EQ((*told)->name(), "apk");
}

}  // namespace
}  // namespace plumb::providers::package
