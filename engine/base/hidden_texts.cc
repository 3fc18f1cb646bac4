#include "engine/base/hidden_texts.h"

#include <algorithm>
#include <iterator>

#include "engine/base/trimmed.h"

namespace plumb {
namespace {

constexpr std::size_t kShortest = 4;
// Lines may be words like those of anybody.
constexpr std::size_t kShortestLine = 8;
constexpr std::string_view kHidden = "(sensitive)";
constexpr std::string_view kCut = "\xe2\x80\xa6";

}  // namespace

void HiddenTexts::add(const Json& value) {
  if (value.is_string()) {
    add_text(value.get_ref<const std::string&>());
  } else if (value.is_number()) {
    add_text(value.dump());
  } else if (value.is_structured()) {
    for (const Json& item : value) add(item);
  }
}

void HiddenTexts::add_text(std::string_view text) {
  // What a program is told to print is often followed by a line break, which is none of it.
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (text.size() >= kShortest) texts_.emplace(text);
  if (text.find('\n') == std::string_view::npos) return;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = trimmed(text.substr(begin, end - begin));
    if (line.size() >= kShortestLine) texts_.emplace(line);
    begin = end + 1;
  }
}

// How many bytes at the beginning of `text` are one of the texts, the longest of them; 0 for none. Whatever lies
// between such a text and `text` in their order begins with it, so each look either finds it or shortens what it can
// be.
std::size_t HiddenTexts::longest_at(std::string_view text) const {
  while (text.size() >= kShortest) {
    const auto behind = texts_.upper_bound(text);
    if (behind == texts_.begin()) return 0;
    const std::string_view near = *std::prev(behind);
    const auto differs = std::mismatch(near.begin(), near.end(), text.begin(), text.end()).first;
    const auto shared = static_cast<std::size_t>(differs - near.begin());
    if (shared == near.size()) return shared;
    text = text.substr(0, shared);
  }
  return 0;
}

std::string HiddenTexts::hide(std::string text, bool beginning_is_cut) const {
  if (texts_.empty()) return text;
  const std::string_view all = text;
  // Where a stretch that is hidden ends, as far as is known; what lies before `told` is in `shown`.
  std::size_t hidden = 0;
  std::size_t told = 0;
  std::string shown;
  const auto cover = [&](std::size_t begin, std::size_t end) {
    if (begin >= hidden) shown.append(all, told, begin - told).append(kHidden);
    hidden = told = std::max(hidden, end);
  };
  if (beginning_is_cut) {
    std::size_t rest = 0;
    for (const std::string& secret : texts_) {
      for (std::size_t size = std::min(secret.size() - 1, all.size()); size > rest && size >= kShortest; --size) {
        if (all.starts_with(std::string_view(secret).substr(secret.size() - size))) rest = size;
      }
    }
    if (rest > 0) cover(0, rest);
  }
  for (std::size_t at = 0; at + kShortest <= all.size(); ++at) {
    if (const std::size_t size = longest_at(all.substr(at)); size > 0) cover(at, at + size);
  }
  // A program may have cut what it says by itself; then less of a text may be no part of it at all.
  const bool end_is_cut = all.ends_with(kCut);
  const std::string_view kept = end_is_cut ? all.substr(0, all.size() - kCut.size()) : all;
  const std::size_t shortest = end_is_cut ? kShortest : kShortestLine;
  std::size_t begun = 0;
  for (const std::string& secret : texts_) {
    for (std::size_t size = std::min(secret.size() - 1, kept.size()); size > begun && size >= shortest; --size) {
      if (kept.ends_with(std::string_view(secret).substr(0, size))) begun = size;
    }
  }
  if (begun > 0) cover(kept.size() - begun, kept.size());
  if (told == 0) return text;
  return shown.append(all, told);
}

}  // namespace plumb
