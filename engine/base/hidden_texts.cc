#include "engine/base/hidden_texts.h"

#include <algorithm>
#include <map>

namespace plumb {
namespace {

constexpr std::size_t kShortest = 4;
// Lines may be words like those of anybody.
constexpr std::size_t kShortestLine = 8;

}  // namespace

void HiddenTexts::add(const Json& value) {
  for (const Json& item : value) {
    if (item.is_structured()) add(item);
    if (!item.is_string()) continue;
    const std::string& text = item.get_ref<const std::string&>();
    if (text.size() >= kShortest) texts_.insert(text);
    if (text.find('\n') == std::string::npos) continue;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      if (end - begin >= kShortestLine) texts_.insert(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
}

std::string HiddenTexts::hide(std::string text) const {
  std::map<std::size_t, std::size_t> covered;  // begin -> end
  for (const std::string& secret : texts_) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 1)) {
      std::size_t& end = covered[at];
      end = std::max(end, at + secret.size());
    }
  }
  if (covered.empty()) return text;
  std::string shown;
  std::size_t told = 0;  // all before it is in `shown`
  for (auto it = covered.begin(); it != covered.end();) {
    shown.append(text, told, it->first - told).append("(sensitive)");
    for (told = it->second; it != covered.end() && it->first < told; ++it) told = std::max(told, it->second);
  }
  return shown.append(text, told);
}

}  // namespace plumb
