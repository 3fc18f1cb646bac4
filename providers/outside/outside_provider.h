// A kind from outside as the engine has every kind: a value. What is observed its provider's program tells; all else
// follows from the schema, on both sides alike.
#pragma once

#include <memory>

#include "providers/outside/package.h"
#include "providers/outside/words.h"
#include "providers/sdk/kind.h"

namespace plumb::outside {

// Of resources whose provider runs on the controller: what it tells, asked from the host.
class Elsewhere {
 public:
  virtual ~Elsewhere() = default;
  // Sealed.
  virtual Result<Observed> observe(const Desired& desired) = 0;
  // Of the action whose turn it is; what the program prints is added to `output`.
  virtual Result<> apply(const Address& address, const std::string& verb, std::string& output) = 0;
};

class OutsideProvider : public Provider {
 public:
  // The package's folder is known where observe() is called; `elsewhere` is asked where it runs on the controller, and
  // may be null where nobody observes.
  OutsideProvider(std::shared_ptr<const Package> package, const KindOf& kind, std::shared_ptr<Elsewhere> elsewhere);

  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  std::vector<std::string> observed_with(const Desired& desired) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  Change triggered(const Desired& desired, const Observed& observed, Op op) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<std::string> edits_paths(const Desired& desired) const override;
  bool asks_about(const Desired& desired, std::string_view name) const override;

  const Words& words() const { return words_; }

 private:
  Result<Observed> observe_elsewhere(const Desired& desired) const;
  std::vector<std::string> paths_of(const Desired& desired, PathUse use) const;

  std::shared_ptr<const Package> package_;
  Words words_;
  bool undo_;
  std::shared_ptr<Elsewhere> elsewhere_;
};

// The package's kinds, those with schemas where `described`: configuration is read by them.
std::vector<Kind> kinds_of(const std::shared_ptr<const Package>& package, bool described,
                           const std::shared_ptr<Elsewhere>& elsewhere = nullptr);

}  // namespace plumb::outside
