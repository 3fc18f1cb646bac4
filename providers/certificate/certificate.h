// certificate: an X.509 certificate for a key of the host, signed by itself or by a CA of one's own, and renewed in
// time. certificate_request: what is sent to a CA of somebody else.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::certificate {

// Observed attributes beside those of the schema: `fits_key`, whether it is for the key that is there now; `signed_by`;
// `outdated`, whether it ends within the time in which it is renewed, and `ends`.
class CertificateProvider : public Provider {
 public:
  explicit CertificateProvider(bool request) : request_(request) {}

  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  std::vector<std::string> observed_with(const Desired& desired) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<Address> provides(const Desired& desired) const override;
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<std::string> replaces_paths(const Desired& desired) const override;
  // Keys and the CA's certificate are read.
  bool asks_about(const Desired& desired, std::string_view name) const override;
  Observed as_declared(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;

 private:
  Result<> look_inside(const Desired& desired, System& system, Observed& observed) const;
  std::string making_of(const Desired& desired) const;

  bool request_;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::certificate
