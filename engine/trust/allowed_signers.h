// Who may sign what, and until when: the file that ssh-keygen(1) describes under ALLOWED SIGNERS.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/trust/machine_clock.h"
#include "engine/trust/signature.h"
#include "engine/trust/signing_key.h"

namespace plumb::trust {

// Somebody whose signature counts.
struct Signer {
  std::vector<std::string> principals;  // all that the key has, or its certificate names; no patterns
  std::string key_type;
  std::string fingerprint;  // "SHA256:…"

  const std::string& name() const { return principals.front(); }
};

// How many persons they are: who shares a name with another, in whatever case, is the same one.
std::size_t persons_of(const std::vector<Signer>& signers);

class AllowedSigners {
 public:
  // `name` is the file's, for errors: kBadSigners, with the line. `clock` says what times without a zone are; where it
  // is null, they are errors.
  static Result<AllowedSigners> read(std::string_view text, const std::string& name, LocalClock clock);

  std::size_t size() const { return lines_.size(); }
  // That of each line, with the line's names as its comment.
  std::vector<PublicKey> keys() const;
  // By all lines that let the key sign in the namespace at that time. Errors: kNotSigned, with the reason of the line
  // that came nearest.
  Result<Signer> find(const SigningKey& key, std::string_view name_space, std::chrono::sys_seconds time) const;

 private:
  struct Line {
    std::vector<std::string> principals;  // patterns
    std::vector<std::string> namespaces;  // patterns; empty: any
    std::optional<std::chrono::sys_seconds> valid_after;
    std::optional<std::chrono::sys_seconds> valid_before;
    bool authority = false;
    PublicKey key;
  };

  static Result<Line> read_line(std::string_view text, LocalClock clock);
  static Result<> read_options(std::string_view text, LocalClock clock, Line& line);
  static Result<std::vector<std::string>> principals_by(const Line& line, const SigningKey& key,
                                                        std::chrono::sys_seconds time);

  std::vector<Line> lines_;
};

}  // namespace plumb::trust
