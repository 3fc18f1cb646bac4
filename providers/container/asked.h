// What is asked for of a container, as the words by which an engine creates one.
#pragma once

#include <string>
#include <vector>

#include "providers/sdk/provider.h"

namespace plumb::providers::container {

// The label that keeps what a container was created from.
inline constexpr const char* kAskedLabel = "plumbline.asked";

// Attributes of which `inspect` tells in forms that are no use for a comparison, or nothing: the label has them.
std::vector<std::string> labelled_attributes();
// Those that a container is created with, however they are compared.
std::vector<std::string> created_attributes();

// All that is asked for and is not sensitive, for the label.
Json asked_for_creation(const Desired& desired);

// Behind `create --name NAME`. `podman`: for podman.
std::vector<std::string> creation_words(const Desired& desired, bool podman);

// The names in `networks`, or what stands in their place.
std::vector<std::string> networks_of(const Desired& desired);
// Whether a network has a name of its own, and so is made by somebody.
bool is_own_network(const std::string& network);

// "SOURCE:TARGET:OPTIONS" in its parts. Source "" for a volume without a name.
struct VolumeText {
  std::string source;
  std::string target;
  bool read_only = false;

  bool is_bind() const { return source.starts_with('/') || source.starts_with('.') || source.starts_with('~'); }
};
VolumeText volume_text(const std::string& text);

// "ADDRESS:PORT:PORT/PROTOCOL", ranges as one each. `published` "" for whichever is free, `address` "" for all.
struct PortText {
  std::string address;
  std::string published;
  std::string inside;  // "80/tcp"
  friend auto operator<=>(const PortText&, const PortText&) = default;
};
std::vector<PortText> port_texts(const std::string& text);

}  // namespace plumb::providers::container
