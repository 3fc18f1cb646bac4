// What the tests of kinds share: one provider over a fake system.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "providers/sdk/fake_system.h"

namespace plumb {

template <class KindProvider>
class ProviderTest : public ::testing::Test {
 protected:
  // `name`: the attribute that says which resource it is.
  static Desired wanted(const std::string& kind, const std::string& name, Json attributes) {
    Desired desired;
    desired.address = {"", kind, attributes.at(name).get<std::string>()};
    desired.attributes = std::move(attributes);
    return desired;
  }

  Seen look(const Desired& desired) { return see(provider, desired, system); }
  // Twice is once.
  void converge(const Desired& desired) {
    const Seen seen = look(desired);
    ASSERT_TRUE(seen.observed);
    ASSERT_FALSE(seen.observed->obstacle) << seen.observed->obstacle->summary;
    const auto done = system.apply(seen.change.operations);
    ASSERT_TRUE(done) << done.error().summary();
    const Seen again = look(desired);
    EXPECT_TRUE(again.change.empty()) << to_json(again.change).dump(2);
  }

  // "none" where there is none.
  std::string obstacle(const Desired& desired) {
    const std::optional<Diagnostic> found = found_obstacle(desired);
    return found ? found->summary : "none";
  }
  // With its code in front.
  std::string coded_obstacle(const Desired& desired) {
    const std::optional<Diagnostic> found = found_obstacle(desired);
    return found ? code_name(found->code) + " " + found->summary : "none";
  }

  FakeSystem system;
  KindProvider provider;

 private:
  std::optional<Diagnostic> found_obstacle(const Desired& desired) {
    const Seen seen = look(desired);
    if (!seen.observed || !seen.observed->obstacle) return std::nullopt;
    EXPECT_FALSE(seen.change.empty()) << "an obstacle only counts where something would change";
    return *seen.observed->obstacle;
  }
};

}  // namespace plumb
