// Cuts the executor off while it carries a case out, or lets what it writes fail, at each of its calls that write: each
// file is as before or as it is to be, the history has an account of it, and the next apply ends it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "testdata/meet/bench.h"
#include "testdata/meet/cut_short.h"

namespace plumb::meet {

class Kills {
 public:
  // The bench outlives this.
  explicit Kills(Bench& bench) : bench_(bench) {}

  // Carries the case out once as it is: how many calls there are to be cut off at; 0 for one that does not do anything
  // there.
  std::uint64_t calls_of(const Case& one);
  // The same once more, with a fault; only after calls_of() of this case. "" where all held, else what did not, first a
  // few words that are the same for the same reason.
  std::string cut(const Case& one, const Cut& cut);

 private:
  class Trial;

  Bench& bench_;
  Picture before_;
  Picture after_;
  // All is done by the executor itself, so that the next apply can end it in any case; what a program leaves half done,
  // when it is killed, is its own matter.
  bool by_itself_ = false;
};

}  // namespace plumb::meet
