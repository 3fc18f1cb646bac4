#include "testdata/meet/pairs.h"
namespace plumb::meet {
std::vector<Pair> all_pairs() { return {}; }
}
