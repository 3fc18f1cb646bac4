// http: a request to a web server that changes something there, where a question says that it is needed.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::http {

// Observed attributes, none of them in the schema: `guard`, "run" or "skip", and `why` in words.
class HttpProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  // What the question is asked with.
  std::vector<std::string> observed_with(const Desired& desired) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  // What a server answers cannot be foreseen, and has no path by which it could be named.
  bool is_foreseeable(const Desired&) const override { return false; }
  Observed as_declared(const Desired& desired) const override;
  Observed as_declared_before(const Desired& before, const Desired& desired) const override;
  std::string why_passed_over(const Desired& desired, const Observed& observed) const override;
  Change triggered(const Desired& desired, const Observed& observed, Op op) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::http
