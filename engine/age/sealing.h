// Texts sealed to one key, as the program age seals them with `age -r age1…` and opens them with `age -d -i FILE`.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace plumb::age {

// "age1…": 32 bytes in Bech32, the public half of a key of X25519.
bool is_recipient(std::string_view text);

// Seals any number of texts to one recipient, each a file by itself. They have their header in common and so one file
// key, of which each draws a key of its own: whoever opens them works the costly part out once.
class Sealer {
 public:
  // Errors: kNotSealed for a recipient that is none.
  static Result<Sealer> to(std::string_view recipient);
  ~Sealer();
  Sealer(const Sealer&) = default;
  Sealer(Sealer&&) noexcept = default;
  Sealer& operator=(const Sealer&) = default;
  Sealer& operator=(Sealer&&) noexcept = default;

  std::string seal(std::string_view text) const;

 private:
  Sealer() = default;

  std::string header_;
  std::string file_key_;
};

// The private half, and what it opens.
class Opener {
 public:
  // With a key that nobody has had before.
  static Opener with_new_key();
  // Of a line "AGE-SECRET-KEY-1…", among comments and empty lines. Errors: kNotSealed.
  static Result<Opener> read(std::string_view text);
  ~Opener();
  Opener(const Opener&) = default;
  Opener(Opener&&) noexcept = default;
  Opener& operator=(const Opener&) = default;
  Opener& operator=(Opener&&) noexcept = default;

  // The line, in that form.
  std::string text() const;
  std::string recipient() const;

  // Errors: kSealingKey where it is sealed to other keys alone, kNotSealed where it is no such file, was changed, or
  // was cut short.
  Result<std::string> open(std::string_view file);

 private:
  explicit Opener(std::string secret);

  std::string secret_;
  std::string public_;
  std::string header_;  // of the file that was opened last, and its key
  std::string file_key_;
};

}  // namespace plumb::age
