// The provider of a kind whose resources are edits of a file: all but what the edit is.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "providers/sdk/kind.h"

namespace plumb {

// Desired and observed attributes: see providers/sdk/edited_files.h.
class EditProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<Address> provides(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  std::vector<std::string> edits_paths(const Desired& desired) const override;
  std::optional<Edit> edit_of(const Desired& desired) const override { return edit(desired); }
  void complete(Desired& desired, std::span<const Desired> host, const SecretOf& secret_of) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;

 protected:
  virtual Edit edit(const Desired& desired) const = 0;
  // Whether the kind has `create`.
  virtual bool makes_files() const { return true; }
};

// A kind of that provider.
template <class KindProvider>
Kind edit_kind(std::string name) {
  return {.name = std::move(name),
          .provider = std::make_shared<KindProvider>(),
          .operations = OperationSet::of<EditFile>(),
          .stands_on_inferred = true,
          .confirmable = true};
}

// Whether it can be put back: texts that are known, and whose bytes were told.
bool can_be_written_again(const Json& text);

// Of resources that have an edit, of any kinds: each as those before it leave the file.
std::vector<Result<Observed>> observe_edits(const Registry& kinds, std::span<const Desired* const> desired,
                                            System& system);

}  // namespace plumb
