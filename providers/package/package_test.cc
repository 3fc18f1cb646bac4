#include "providers/package/package.h"

#include <gtest/gtest.h>

#include "providers/package/back_end.h"

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

}  // namespace
}  // namespace plumb::providers::package
