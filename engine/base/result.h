// Result<T>: a value or the diagnostic that says why there is none.
//
// The only file that includes <tl/expected.hpp>, so that a move to std::expected touches this file alone.
// An Error is one pointer wide: the happy path pays nothing for rich diagnostics.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "engine/base/diagnostic.h"

namespace plumb {

class [[nodiscard]] Error {
 public:
  explicit Error(Diagnostic diagnostic) : diagnostic_(std::make_unique<Diagnostic>(std::move(diagnostic))) {}
  Error(Code code, std::string summary) : Error(Diagnostic(code, std::move(summary))) {}

  Error(const Error& other) : diagnostic_(std::make_unique<Diagnostic>(*other.diagnostic_)) {}
  Error(Error&&) noexcept = default;
  Error& operator=(Error other) noexcept {
    diagnostic_ = std::move(other.diagnostic_);
    return *this;
  }
  ~Error() = default;

  // Callers branch on the code, never on the text.
  Code code() const { return diagnostic_->code; }
  const Diagnostic& diagnostic() const { return *diagnostic_; }
  const std::string& summary() const { return diagnostic_->summary; }

  // Puts what was being done in front: "while reading /etc/motd: permission denied".
  Error&& during(std::string_view doing) && {
    diagnostic_->summary = "while " + std::string(doing) + ": " + diagnostic_->summary;
    return std::move(*this);
  }
  Error&& hint(std::string text) && {
    diagnostic_->hint = std::move(text);
    return std::move(*this);
  }
  Error&& at(SourceSpan span) && {
    diagnostic_->span = std::move(span);
    return std::move(*this);
  }

 private:
  std::unique_ptr<Diagnostic> diagnostic_;
};

template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  Result() = default;
  // `return Error(...)` and `return fail(...)` both work.
  Result(Error&& error) : tl::expected<T, Error>(tl::unexpect, std::move(error)) {}  // NOLINT: implicit on purpose
  Result(const Error& error) : tl::expected<T, Error>(tl::unexpect, error) {}        // NOLINT
};

template <class... Args>
Error fail(Args&&... args) {
  return Error(std::forward<Args>(args)...);
}

}  // namespace plumb

// PLUMB_TRY(expr): returns the error of a Result<void>-like expression to the caller.
#define PLUMB_TRY(expr)                                                                                   \
  do {                                                                                                    \
    if (auto plumb_result_ = (expr); !plumb_result_.has_value()) return std::move(plumb_result_.error()); \
  } while (false)

// PLUMB_TRY_ASSIGN(auto x, expr): declares or assigns x from a Result, or returns its error.
#define PLUMB_TRY_ASSIGN(target, expr) PLUMB_TRY_ASSIGN_(PLUMB_CONCAT_(plumb_result_, __LINE__), target, expr)
#define PLUMB_TRY_ASSIGN_(name, target, expr)            \
  auto name = (expr);                                    \
  if (!name.has_value()) return std::move(name.error()); \
  target = std::move(*name)
#define PLUMB_CONCAT_(a, b) PLUMB_CONCAT_2_(a, b)
#define PLUMB_CONCAT_2_(a, b) a##b
