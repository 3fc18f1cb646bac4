// container_image: an image that the host's engine has under a name: pulled, loaded from an archive, or built.
#pragma once

#include "providers/container/engine_provider.h"
#include "providers/sdk/kind.h"

namespace plumb::providers::container {

// Observed attributes: `digest`, by which the image is known; `offered`, by which it is to be had; `context`, the
// digest of the folder that it is built from, and `built_from`, of the one that it was.
class ContainerImageProvider : public EngineProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  void complete(Desired& desired, std::span<const Desired> host, const SecretOf& secret_of) const override;
  bool asks_about(const Desired& desired, std::string_view name) const override;
  std::vector<std::string> outlives() const override { return {"container", "compose"}; }
  Change triggered(const Desired& desired, const Observed& observed, Op op) const override;
  Observed as_declared(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_image_to(Registry& registry);

}  // namespace plumb::providers::container
