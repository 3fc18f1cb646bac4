#include "providers/container/image_name.h"

#include "engine/base/digest.h"

namespace plumb::providers::container {
namespace {

constexpr std::size_t kDigits = 64;

bool is_hex(std::string_view text) {
  return text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Where the tag's colon stands: behind the last slash, since a port has one too.
std::size_t tag_of(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || (slash != std::string_view::npos && colon < slash)) return text.size();
  return colon;
}

std::string full_repository(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return "docker.io/library/" + std::string(text);
  const std::string_view first = text.substr(0, slash);
  const bool is_host = first.find_first_of(".:") != std::string_view::npos || first == "localhost";
  if (!is_host) return "docker.io/" + std::string(text);
  const bool is_hub = first == "docker.io" || first == "index.docker.io";
  if (!is_hub) return std::string(text);
  const std::string_view rest = text.substr(slash + 1);
  return std::string("docker.io/") + (rest.find('/') == std::string_view::npos ? "library/" : "") + std::string(rest);
}

}  // namespace

std::string bare_id(std::string_view id) {
  const std::size_t colon = id.find(':');
  return std::string(colon == std::string_view::npos ? id : id.substr(colon + 1));
}

std::string registry_of(std::string_view text) {
  const std::string repository = image_name(text).repository;
  return repository.substr(0, repository.find('/'));
}

std::string bare_name(std::string_view text) {
  const std::string_view named = text.substr(0, text.find('@'));
  return std::string(named.substr(0, tag_of(named)));
}

ImageName image_name(std::string_view text) {
  ImageName name;
  if (is_hex(bare_id(text)) && (is_hex(text) || text.starts_with("sha256:"))) {
    name.id = bare_id(text);
    return name;
  }
  const std::size_t at = text.find('@');
  if (at != std::string_view::npos) name.digest = text.substr(at + 1);
  const std::string_view named = text.substr(0, at);
  const std::size_t colon = tag_of(named);
  name.repository = full_repository(named.substr(0, colon));
  if (name.digest.empty()) name.tag = colon < named.size() ? std::string(named.substr(colon + 1)) : "latest";
  return name;
}

}  // namespace plumb::providers::container
