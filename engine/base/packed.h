// Bytes made shorter for keeping: deflated where that makes them shorter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace plumb {

// Shorter than `bytes`, or `bytes` themselves.
std::string pack(std::string_view bytes);
// What pack() took, which had this size; nothing where it is something else.
std::optional<std::string> unpack(std::string_view packed, std::int64_t size);

// The same for bytes that come piece by piece, and are never whole in memory.
class Packer {
 public:
  Packer();
  ~Packer();
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  void add(std::string_view piece);
  // How many bytes came.
  std::size_t size() const { return size_; }
  // What unpack() takes, with size(). Nothing is added after it.
  std::string finish();

 private:
  struct Stream;

  std::string first_;  // all of it, while there is too little to deflate
  std::size_t size_ = 0;
  std::unique_ptr<Stream> stream_;  // null until then
};

}  // namespace plumb
