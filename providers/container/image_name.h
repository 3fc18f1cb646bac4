// Names of images: "nginx" is "docker.io/library/nginx:latest".
#pragma once

#include <string>
#include <string_view>

namespace plumb::providers::container {

struct ImageName {
  std::string repository;  // "docker.io/library/nginx"
  std::string tag;         // "latest"; "" beside a digest
  std::string digest;      // "sha256:…"; "" for none
  std::string id;          // of an image that is named by its own digest alone; "" for none

  friend bool operator==(const ImageName&, const ImageName&) = default;
};

// As the engines read what people write.
ImageName image_name(std::string_view text);

// What people wrote, without tag and digest.
std::string bare_name(std::string_view text);

// The registry that it comes from: "docker.io".
std::string registry_of(std::string_view text);

// "sha256:…" without what is before the colon.
std::string bare_id(std::string_view id);

}  // namespace plumb::providers::container
