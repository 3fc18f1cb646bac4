#include "engine/run/retention.h"

#include "engine/base/time_text.h"

namespace plumb::run {
namespace {

std::optional<std::int64_t> with_a_tenth(std::optional<std::int64_t> bound) {
  return bound ? std::optional(*bound + *bound / 10) : std::nullopt;
}

}  // namespace

history::Keep keep_of(const config::Retention& retention, std::chrono::system_clock::time_point now) {
  return {.runs = retention.runs,
          .since = retention.age_seconds ? timestamp(now - std::chrono::seconds(*retention.age_seconds)) : "",
          .bytes = retention.bytes};
}

Result<> trim_after(const std::string& run, const config::Retention& retention, history::TrimStart start,
                    std::chrono::system_clock::time_point now, history::RunStore& store) {
  const config::Retention loose = {with_a_tenth(retention.runs), with_a_tenth(retention.age_seconds),
                                   with_a_tenth(retention.bytes)};
  PLUMB_TRY_ASSIGN(const bool too_much, store.exceeds(keep_of(loose, now)));
  if (!too_much) return {};
  start.id = run + "-trim";
  start.at = timestamp(now);
  PLUMB_TRY(store.trim(keep_of(retention, now), start));
  return {};
}

}  // namespace plumb::run
