// Arbitrary bytes as a plan and as one action of one: what is taken is written as the same.
#include <cstdint>
#include <cstdlib>

#include "engine/plan/artifact.h"
#include "engine/plan/slices.h"
#include "engine/testing/kinds.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb;
  static const Registry kinds = testing::made_up_kinds();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto plan = plan::read_artifact(bytes, kinds)) {
    const plan::Artifact written = plan::write_artifact(*plan);
    if (written.bytes != bytes) std::abort();
    (void)plan::slices(*plan, written.id);
  }
  const Result<Json> json = parse_json(bytes, Code::kPlanUnreadable);
  if (!json || !json->is_object()) return 0;
  if (const auto action = plan::action_from_json(*json)) {
    const Json written = plan::action_to_json(*action);
    const auto again = plan::action_from_json(written);
    if (!again || plan::action_to_json(*again) != written) std::abort();
  }
  return 0;
}
