#include "providers/package/survey_parts.h"

#include <algorithm>
#include <array>
#include <string>

namespace plumb::providers::package {
namespace {

// Below these packages' files matter by their paths.
constexpr std::array<std::string_view, 5> kPlaces = {"/etc/", "/usr/local/", "/lib/systemd/", "/usr/lib/systemd/",
                                                     "/usr/lib/sysctl.d/"};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '/';
}

}  // namespace

void add_script_words(std::string_view text, Packaged& packaged) {
  constexpr std::size_t kShortest = 2;
  constexpr std::size_t kLongest = 128;
  for (std::size_t at = 0; at < text.size();) {
    while (at < text.size() && !is_word(text[at])) ++at;
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    const std::string_view word = text.substr(at, end - at);
    if (word.size() >= kShortest && word.size() <= kLongest && !packaged.script_words.contains(word))
      packaged.script_words.emplace(word);
    at = end;
  }
}

void add_packaged_path(std::string_view path, Packaged& packaged) {
  if (std::any_of(kPlaces.begin(), kPlaces.end(), [&](std::string_view place) { return path.starts_with(place); }))
    packaged.paths.emplace(path);
}

}  // namespace plumb::providers::package
