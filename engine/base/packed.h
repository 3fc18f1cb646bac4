// Bytes made shorter for keeping: deflated where that makes them shorter.
#pragma once

#include <atomic>
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

// How many things are kept as they are, before the rest is packed. Thread-safe.
class Room {
 public:
  explicit Room(std::size_t most) : most_(most) {}
  // Whether there was room for so many.
  bool take(std::size_t count) { return taken_.fetch_add(count) + count <= most_; }

 private:
  const std::size_t most_;
  std::atomic<std::size_t> taken_ = 0;
};

// pack() of bytes that come piece by piece, and are never whole in memory.
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
