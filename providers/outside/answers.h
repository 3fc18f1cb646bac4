// The lines of provider protocol v1: requests are written, and what a program answers is judged. Nothing that it says
// is believed before.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "providers/outside/package.h"
#include "providers/outside/words.h"
#include "providers/sdk/operation.h"
#include "providers/sdk/provider.h"

namespace plumb::outside {

inline constexpr std::size_t kMostObserved = 256;  // resources of one start
inline constexpr std::size_t kMostOutput = std::size_t{8} << 20;
inline constexpr std::size_t kLongestLine = std::size_t{1} << 20;
inline constexpr int kDeepest = 32;
inline constexpr std::size_t kMostValues = 4096;

// Requests; each is one line.
std::string hello_line(const Package& package);
// Sensitive values of the resource that are not known here are withheld.
std::string observe_line(std::size_t id, const Words& words, const Desired& desired);
std::string apply_line(const CallProvider& call);

// What stands on standard output, one object for hello and one for each of so many requests; all have been compared
// with what was asked: their number, order and ids, and hello with the package. Errors are a sentence about the
// program: "wrote a line that is no JSON object: …" (kProviderFailed).
Result<std::vector<Json>> answers(std::string_view output, const Package& package, std::size_t requests);

// What an answer to observe means. An `error` of the program is one here (kCannotObserve), and so is what the protocol
// or the schema does not have (kProviderFailed). `desired` is as the program was told it.
Result<Observed> observed_from(const Json& answer, const Words& words, const Desired& desired);
// The first attribute that is not sensitive and holds what `hide` takes out of texts; "" where there is none. What is
// asked for in clear is no secret.
using Hide = std::function<std::string(std::string)>;
std::string leaks_under(const Json& attributes, const Desired& desired, const Hide& hide);

// Of an answer to apply.
Result<> applied_from(const Json& answer);

// A text of the program for people: cleaned, on one line, and not longer than the protocol says.
std::string said(std::string_view text);

}  // namespace plumb::outside
