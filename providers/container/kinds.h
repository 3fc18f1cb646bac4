// The kinds beside containers and their images.
#pragma once

#include "providers/container/engine_provider.h"
#include "providers/sdk/kind.h"

namespace plumb::providers::container {

// Observed attributes: those that are asked for, as the engine tells them.
class ContainerNetworkProvider : public EngineProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::vector<std::string> outlives() const override { return {"container", "compose"}; }
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

class ContainerVolumeProvider : public EngineProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::vector<std::string> outlives() const override { return {"container", "compose"}; }
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

// Observed attributes: `username`, `password`, and `auth_file`, in which they are kept.
class ContainerRegistryProvider : public EngineProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

// Observed attributes: `services`, what the containers of each service were made from; `wanted`, what they would be
// made from now; `orphans`, services that no file has any more; `program`, the words that compose is run by.
class ComposeProvider : public EngineProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  void complete(Desired& desired, std::span<const Desired> host, const SecretOf& secret_of) const override;
  bool asks_about(const Desired& desired, std::string_view name) const override;
  Change triggered(const Desired& desired, const Observed& observed, Op op) const override;
  Observed as_declared(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

// See Adoption.
void survey_images(const SurveyedHost& host, Survey& found);
void survey_containers(const SurveyedHost& host, Survey& found);
void survey_volumes(const SurveyedHost& host, Survey& found);
void survey_networks(const SurveyedHost& host, Survey& found);

void add_network_to(Registry& registry);
void add_volume_to(Registry& registry);
void add_registry_to(Registry& registry);
void add_compose_to(Registry& registry);

}  // namespace plumb::providers::container
