// What images a host has, and what their names mean elsewhere.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "providers/container/host_engine.h"

namespace plumb::providers::container {

// An image as a host has it.
struct HeldImage {
  std::string id;                 // without "sha256:"
  std::string digest;             // "sha256:…" by which its repository knows it; else that of the image itself
  std::set<std::string> digests;  // all by which it is known in the repository of the name
  Json info;                      // as the engine tells
};

class HeldImages {
 public:
  // Those of these names, asked for at once.
  static Result<HeldImages> of(const Engine& engine, const std::vector<std::string>& names, System& system);
  std::optional<HeldImage> find(const std::string& name) const;

 private:
  Json all_ = Json::array();
};

// What a name means in its registry now.
struct Offer {
  std::string digest;          // what to pull by
  std::set<std::string> same;  // digests of manifests and of images of which one has it where it is that
  bool by_name = false;        // `digest` is the image's own, and no registry has it under that
};
// Nothing where the registry, or the host's means to ask it, tells nothing.
std::optional<Offer> ask_registry(const Engine& engine, const std::string& name, System& system);

// What bounds a pull by the name alone.
inline constexpr const char* kByName = "it is pulled by its name, since nothing tells the digest that its registry has";

bool is_current(const HeldImage& image, const Offer& offer);

// "amd64", as images name what the executor was made for.
std::string_view own_architecture();

// What brings the image: by its digest where that is known, and the name is given to it.
void add_pull(Steps& steps, const std::string& name, const std::string& digest);

}  // namespace plumb::providers::container
