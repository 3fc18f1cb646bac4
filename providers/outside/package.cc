#include "providers/outside/package.h"

#include <algorithm>

#include "engine/base/digest.h"

namespace plumb::outside {
namespace {

constexpr std::string_view kHead = "plumb provider package 1\n";
constexpr std::size_t kLongestPath = 512;
constexpr std::size_t kMostDigits = 9;

}  // namespace

bool is_package_path(std::string_view path) {
  if (path.empty() || path.size() > kLongestPath || !valid_utf8(path)) return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view name = path.substr(begin, end - begin);
    const bool plain =
        std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '\\'; });
    if (name.empty() || name.front() == '.' || !plain) return false;
    begin = end + 1;
  }
  return true;
}

std::string pack(const std::map<std::string, std::string>& files) {
  std::string out(kHead);
  for (const auto& [path, bytes] : files) {
    out += std::to_string(bytes.size()) + " " + path + "\n";
    out += bytes;
  }
  return out;
}

Result<std::map<std::string, std::string>> unpack(std::string_view packed) {
  const auto broken = [] { return fail(Code::kProtocol, "the package of a provider is broken"); };
  if (!packed.starts_with(kHead)) return broken();
  packed.remove_prefix(kHead.size());
  std::map<std::string, std::string> files;
  while (!packed.empty()) {
    const std::size_t blank = packed.find(' ');
    const std::size_t end = packed.find('\n');
    if (blank == 0 || end == std::string_view::npos || blank > std::min(end, kMostDigits)) return broken();
    std::size_t size = 0;
    for (const char c : packed.substr(0, blank)) {
      if (c < '0' || c > '9') return broken();
      size = size * 10 + static_cast<std::size_t>(c - '0');
    }
    const std::string path(packed.substr(blank + 1, end - blank - 1));
    packed.remove_prefix(end + 1);
    const bool in_order = files.empty() || files.rbegin()->first < path;
    if (size > packed.size() || !in_order || !is_package_path(path) || files.size() == kMostFiles) return broken();
    files.emplace(path, packed.substr(0, size));
    packed.remove_prefix(size);
  }
  return files;
}

}  // namespace plumb::outside
