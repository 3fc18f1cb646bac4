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
  std::vector<std::string> edits_paths(const Desired& desired) const override { return {path(desired)}; }
  const EditProvider* editor() const override { return this; }

  virtual Edit edit(const Desired& desired) const = 0;
  // The file, as far as it can be told without a host, and on a host.
  virtual std::string path(const Desired& desired) const { return desired.text("path"); }
  virtual std::string path_on(const Desired& desired, System&) const { return path(desired); }
  // What the operations may be about where a host told this; see Provider::manages_paths().
  virtual std::vector<std::string> own_paths(const Desired& desired, const Json& /*observed*/) const {
    return {path(desired)};
  }
  // Whether a file that is missing is made.
  virtual bool creates(const Desired& desired) const { return desired.flag("create", false); }
  // What else it cannot be without, such as an account; `path` is the file on this host.
  virtual void note_needs(const Desired&, const std::string& /*path*/, System&, Observed&) const {}
  // What it means for whoever reaches the host, also of what is to go.
  virtual void note_reach(const Desired&, System&, Observed&) const {}
  // Of one that is missing and is to be made: notes what it cannot be made without, and what has to be made with it.
  virtual Result<> look_around(const Desired& desired, const std::string& place, System& system,
                               Observed& observed) const;
  // Whose such a file is; nothing said is the executor's own.
  virtual Ownership of_new(const Desired& desired, const Observed& observed) const;

  void complete(Desired& desired, std::span<const Desired> host, const SecretOf& secret_of) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  Observed as_declared(const Desired& desired) const override { return as_declared_before(desired, desired); }
  Observed as_declared_before(const Desired& before, const Desired& desired) const override;
  // As restore_text() has it. A file that the change made goes with the last that was put into it.
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const final;

 protected:
  // Whether the kind has `create`.
  virtual bool makes_files() const { return true; }
  // As Provider::restore(), as far as the text goes.
  virtual std::optional<Desired> restore_text(const Desired&, const Observed& /*before*/) const { return std::nullopt; }
};

// An entry of a file of entries, a line each: see EntryEdit. An entry that is replaced is put back, and a new one is
// taken away again.
class EntryProvider : public EditProvider {
 protected:
  std::optional<Desired> restore_text(const Desired& desired, const Observed& before) const override;
  // As it is asked for.
  virtual EntryEdit entry(const Desired& desired) const = 0;
  Edit edit(const Desired& desired) const final;
};

// Of a file that `reader` passes over where others than root could write it: notes that as an obstacle, since what it
// is to hold would count for nothing. In an image it is not known whose files are whose.
void note_writers(const std::string& path, const std::string& reader, System& system, Observed& observed);

// What attributes say of where something new goes.
Insertion insertion_of(const Desired& desired);

// Of text that goes into a pattern: a pattern of exactly this text.
std::string quoted_pattern(std::string_view text);
// Of words: a pattern of them with blanks between them, whatever blanks.
std::string words_pattern(const std::vector<std::string>& words);

// A kind of that provider.
template <class KindProvider>
Kind edit_kind(const std::string& name) {
  return {.name = name,
          .provider = make_provider<KindProvider>(),
          .operations = OperationSet::of<EditFile, Remove>(),
          .stands_on_inferred = true,
          .confirmable = true};
}

// Whether it can be put back: texts that are known, and whose bytes were told.
bool can_be_written_again(const Json& text);

// Of resources of any kinds that have an editor: each as those before it leave the file.
std::vector<Result<Observed>> observe_edits(const Registry& kinds, std::span<const Desired* const> desired,
                                            System& system);

}  // namespace plumb
