#include <gtest/gtest.h>

#include "providers/container/testing/answers.h"

namespace plumb::providers::container {
namespace {

class Registries : public ProviderTest<ContainerRegistryProvider> {};

TEST_F(Registries, WhatTheAccountsFileSaysIsCompared) {
  system.add_program("docker");
  // "deploy:se:cret"
  system.make_file("/root/.docker/config.json", R"({"auths": {"r.example.com": {"auth": "ZGVwbG95OnNlOmNyZXQ="}}})");
  const auto want = [&](const std::string& password) {
    return wanted("container_registry", "registry",
                  {{"registry", "r.example.com"}, {"username", "deploy"}, {"password", password}});
  };
  EXPECT_TRUE(look(want("se:cret")).change.empty());
  EXPECT_EQ(look(want("other")).change.op, Op::kUpdate);
  system.make_file("/root/.docker/config.json", R"({"auths": {"r.example.com": {}}, "credsStore": "pass"})");
  EXPECT_TRUE(look(want("other")).change.empty()) << "a helper keeps it";
  // What a plan says was there is what is told of it: else nothing is ever taken away.
  const auto gone =
      look(wanted("container_registry", "registry", {{"registry", "r.example.com"}, {"state", "absent"}}));
  EXPECT_EQ(gone.change.op, Op::kDelete);
  for (const auto& [name, before] : gone.change.before.items())
    EXPECT_EQ(gone.observed->attribute(name), before) << name;
  system.make_file("/root/.docker/config.json", "{");
  EXPECT_EQ(obstacle(want("x")), "/root/.docker/config.json is no JSON");
}

}  // namespace
}  // namespace plumb::providers::container
