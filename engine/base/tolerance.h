// How many hosts of a run may end badly before nothing more is begun.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/json.h"

namespace plumb {

// So many hosts, or so many of a hundred.
struct Amount {
  std::int64_t value = 0;
  bool percent = false;

  // Of `total` hosts; a share is rounded down.
  std::int64_t of(std::int64_t total) const { return percent ? total * value / 100 : value; }
  std::string str() const { return std::to_string(value) + (percent ? "%" : ""); }
  // 3, "3" or "20%"; nothing for anything else.
  static std::optional<Amount> parse(const Json& json);
  friend bool operator==(const Amount&, const Amount&) = default;
};

// How many hosts may end in a certain way before nothing more is begun. Shares are of the hosts of the run, or the
// wave.
struct Tolerance {
  Amount run;
  std::optional<Amount> wave;    // absent: the run's alone counts
  std::optional<Amount> canary;  // of a wave of canaries, in the place of `wave`
  friend bool operator==(const Tolerance&, const Tolerance&) = default;
};

struct Tolerances {
  Tolerance failed;
  Tolerance no_answer;
  // A host that was down before anything was done to it says nothing about the change, except as a canary.
  Tolerance unreachable{{100, true}, {}, Amount{0, false}};
  friend bool operator==(const Tolerances&, const Tolerances&) = default;
};

Json to_json(const Tolerances& tolerances);
// Nothing for what to_json() does not write.
std::optional<Tolerances> tolerances_from(const Json& json);

}  // namespace plumb
