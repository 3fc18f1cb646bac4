// What programs answered whose answers are decided by files alone, kept while those files stay as they are. The memory
// is shared with the children of this process: what was asked while planning is not asked again by an apply that comes
// over the same line.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "providers/sdk/system.h"

namespace plumb::exec {

class LocalSystem;

class KeptAnswers {
 public:
  // Where there is no memory to share, nothing is kept.
  KeptAnswers();

  // The question with the state of the files that decide its answer; nothing where the answer cannot be kept.
  static std::optional<std::string> key_of(LocalSystem& system, const ProcessRequest& request);
  std::optional<ProcessResult> find(const std::string& key) const;
  void keep(const std::string& key, const ProcessResult& result);

 private:
  struct Memory;
  struct Unmap {
    void operator()(Memory* memory) const;
  };
  std::unique_ptr<Memory, Unmap> memory_;
};

}  // namespace plumb::exec
