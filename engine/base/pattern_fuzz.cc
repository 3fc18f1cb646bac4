// Arbitrary bytes as a pattern, and behind the first line as the text that it is looked for in: RE2 takes the same
// patterns and finds the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <re2/re2.h>

#include "engine/base/json.h"
#include "engine/base/pattern.h"
#include "engine/base/zone_form.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  const std::string text(bytes.substr(0, end));
  const std::string subject(bytes.substr(std::min(end + 1, bytes.size())));
  (void)has_zone_form(text);
  if (!valid_utf8(text)) return 0;  // patterns stand in configuration and in plans, which are UTF-8
  const Result<Pattern> ours = Pattern::parse(text);
  if (!ours) return 0;
  const auto found = ours->find(subject);
  if (found.has_value() != ours->matches(subject)) std::abort();
  // What is no UTF-8 is a character for us and none for RE2; nor does it count what is between a character's bytes.
  if (!valid_utf8(subject) || std::any_of(subject.begin(), subject.end(), [](char c) { return (c & 0x80) != 0; }))
    return 0;
  re2::RE2::Options options;
  options.set_log_errors(false);
  const re2::RE2 theirs(text, options);
  if (!theirs.ok()) {
    if (theirs.error_code() == re2::RE2::ErrorPatternTooLarge) return 0;
    std::abort();
  }
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(theirs.NumberOfCapturingGroups()) + 1);
  const bool matches =
      theirs.Match(subject, 0, subject.size(), re2::RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()));
  if (matches != found.has_value()) std::abort();
  for (std::size_t i = 0; matches && i < groups.size(); ++i) {
    if ((*found)[i].has_value() != (groups[i].data() != nullptr)) std::abort();
    if (groups[i].data() == nullptr) continue;
    if ((*found)[i]->data() != groups[i].data() || (*found)[i]->size() != groups[i].size()) std::abort();
  }
  return 0;
}
