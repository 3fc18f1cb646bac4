#include "engine/lsp/uri.h"

#include "engine/base/ascii.h"
#include "engine/base/percent_encoded.h"

namespace plumb::lsp {
namespace {

constexpr std::string_view kScheme = "file://";

bool stands_for_itself(char c) {
  return is_letter(c) || is_digit(c) || c == '/' || c == '-' || c == '_' || c == '.' || c == '~';
}

}  // namespace

std::string uri_of(const std::filesystem::path& path) {
  return std::string(kScheme) + percent_encoded(path.generic_string(), stands_for_itself);
}

std::optional<std::filesystem::path> path_of(std::string_view uri) {
  if (!uri.starts_with(kScheme)) return std::nullopt;
  uri.remove_prefix(kScheme.size());
  const std::size_t slash = uri.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view machine = uri.substr(0, slash);
  if (!machine.empty() && machine != "localhost") return std::nullopt;
  uri = uri.substr(slash, uri.find_first_of("?#", slash) - slash);
  std::string path;
  for (std::size_t i = 0; i < uri.size(); ++i) {
    if (uri[i] != '%') {
      path += uri[i];
      continue;
    }
    const int high = i + 2 < uri.size() ? hex_digit(uri[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_digit(uri[i + 2]);
    if (low < 0 || high * 16 + low == 0) return std::nullopt;
    path += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return std::filesystem::path(path).lexically_normal();
}

}  // namespace plumb::lsp
