// Where output goes: results to standard output, everything about the way there to standard error.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/lang/source.h"

namespace plumb::cmd {

class Terminal {
 public:
  explicit Terminal(bool no_color);

  void print(std::string_view text);  // standard output
  void tell(std::string_view text);   // standard error
  // While it is kept, only its thread may tell; others wait.
  std::unique_lock<std::recursive_mutex> hold() { return std::unique_lock(telling_); }
  void diagnose(const std::vector<Diagnostic>& diagnostics, const lang::SourceMap& sources);

  bool color() const { return color_out_; }
  bool error_color() const { return color_err_; }
  bool can_ask() const { return can_ask_; }
  // As a program would read it: diagnostics as one JSON document a line on standard error.
  void set_json(bool json) { json_ = json; }
  bool json() const { return json_; }

 private:
  bool color_out_ = false;
  bool color_err_ = false;
  bool can_ask_ = false;
  bool json_ = false;
  std::recursive_mutex telling_;
};

}  // namespace plumb::cmd
