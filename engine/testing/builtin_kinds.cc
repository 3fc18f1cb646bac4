// For an executor that is tested: the made-up kinds in the place of the real ones.
#include "engine/testing/kinds.h"
#include "providers/sdk/builtin.h"

namespace plumb {

Registry builtin_kinds() {
  return testing::made_up_kinds();
}

}  // namespace plumb
