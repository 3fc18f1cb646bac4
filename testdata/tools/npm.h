// Stock programs that ours are compared with, as npm has them.
#pragma once

#include <string>
#include <vector>

#include "engine/base/program.h"

namespace plumb::testing {

inline std::string npm_folder() {
  return std::string(PLUMB_BIN_DIR) + "/../npm";
}

// Makes sure that "name@version" is there. Why it is not, or nothing.
inline std::string why_npm_lacks(const std::string& package) {
  const auto tried =
      run_program({"bash", std::string(PLUMB_SOURCE_DIR) + "/testdata/tools/npm_package", npm_folder(), package}, ".",
                  Code::kInternal, {.time = std::chrono::seconds{280}});
  if (!tried) return tried.error().summary();
  return tried->exit_code == 0 ? "" : tried->text;
}

}  // namespace plumb::testing
