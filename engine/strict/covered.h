// What of a controller's request a strict host carries out: what people have approved of this very host, and of the
// controller's own words those alone that an approval leaves open.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/trust/charter.h"
#include "engine/wire/messages.h"

namespace plumb::strict {

struct Covered {
  wire::Apply apply;
  std::int64_t record = 0;  // serial of the host's record that the plan was made of
};

// The controller decides the run's id, who began it, whether a failure ends it, with which key sensitive values are
// sealed and, of those, the values that have the digests which the plan names. All else is from the cover.
// `version` is this program's. Errors: kNotCovered.
Result<Covered> covered(const trust::Charter& charter, const trust::Trust& trust, const wire::Apply& request,
                        std::string_view version, std::chrono::sys_seconds now);

// Whether the charter has something to do with the project. Errors: kNotCovered.
Result<> expect_project(const trust::Charter& charter, const std::string& project);

}  // namespace plumb::strict
