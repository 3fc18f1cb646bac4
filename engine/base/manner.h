// How the actions of a resource are carried out, whatever its kind.
#pragma once

namespace plumb {

struct Manner {
  int tries = 1;            // in all, until one does it
  int every_seconds = 0;    // between two of them
  int timeout_seconds = 0;  // of one try; 0: as long as it takes
  bool may_fail = false;    // then the host goes on, but for what needs it

  friend bool operator==(const Manner&, const Manner&) = default;
};

}  // namespace plumb
