// The format of tar: ustar, with the long names of pax and of GNU. Takes any bytes.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "engine/base/result.h"

namespace plumb::exec {

struct ArchiveEntry {
  enum class Type { kFile, kFolder, kLink, kHardLink };
  Type type = Type::kFile;
  std::string name;    // as it stands in the archive, in bytes
  std::string target;  // of a link; of a hard one a name of the archive
  mode_t mode = 0;
  std::int64_t time = 0;
  std::uint64_t size = 0;  // of a file
};

// Gets what an archive holds: an entry, then the bytes of a file, then its end.
struct ArchiveVisitor {
  std::function<Result<>(const ArchiveEntry&)> begin;
  std::function<Result<>(std::string_view)> bytes;
  std::function<Result<>()> end;
};

class TarReader {
 public:
  explicit TarReader(ArchiveVisitor visitor) : visitor_(std::move(visitor)) {}

  // The archive's bytes, in order. kOperation for what is no such archive, and for what only a system can make:
  // devices.
  Result<> take(std::string_view bytes);
  // No more will come.
  Result<> finish();

 private:
  using Block = std::array<char, 512>;
  enum class State { kHeader, kFile, kExtension, kSkip, kPadding, kEnd };

  Result<> header();
  Result<> entry(char type, std::uint64_t size);
  Result<> end_of_data();
  Result<> pax(std::string_view records);
  void expect(State state, std::uint64_t size);

  ArchiveVisitor visitor_;
  State state_ = State::kHeader;
  Block block_{};
  std::size_t filled_ = 0;                    // of the block
  std::uint64_t left_ = 0;                    // of what is being read
  std::uint64_t padding_ = 0;                 // behind it
  char extension_ = 0;                        // which one is coming
  std::string extended_;                      // its bytes
  std::map<std::string, std::string> given_;  // by extensions, of the next entry
  bool empty_block_ = false;                  // the last one was
  bool any_ = false;
};

}  // namespace plumb::exec
