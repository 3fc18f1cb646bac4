// container: a container of podman or docker, created from an image and kept running.
#pragma once

#include "providers/container/engine_provider.h"
#include "providers/sdk/kind.h"

namespace plumb::providers::container {

// Observed attributes beyond the schema's: `digest`, of the image that it was created from; `offered`, of the one that
// the name means now; `offered_image`, whether that one is still to come; `asked`, what it was created from, as its
// label keeps it; `held`, the image by its id.
class ContainerProvider : public EngineProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  std::vector<std::string> observed_with(const Desired&) const override { return {"env"}; }
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  // Its image, networks and volumes, which the engine does not remove while it is there.
  std::vector<std::string> stands_on_claims(const Desired& desired) const override;
  void complete(Desired& desired, std::span<const Desired> host, const SecretOf& secret_of) const override;
  Change triggered(const Desired& desired, const Observed& observed, Op op) const override;
  Observed as_declared(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::container
