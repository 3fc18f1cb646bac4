#include "engine/base/packed.h"

#include <algorithm>
#include <array>

#include <zlib.h>

namespace plumb {
namespace {

// Little is saved on less, and there are thousands of them.
constexpr std::size_t kWorthIt = 256;
// As far as deflated bytes can stand for more; a size that was tampered with is not believed.
constexpr std::int64_t kLargestRatio = 1032;

}  // namespace

struct Packer::Stream {
  Stream() { (void)deflateInit(&state, Z_BEST_SPEED); }
  ~Stream() { (void)deflateEnd(&state); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void add(std::string_view piece, int flush) {
    constexpr std::size_t kMost = std::size_t{1} << 30;  // zlib counts a piece's bytes in an unsigned int
    do {
      const std::string_view part = piece.substr(0, kMost);
      piece.remove_prefix(part.size());
      // The library does not write there.
      state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
      state.avail_in = static_cast<uInt>(part.size());
      drain(piece.empty() ? flush : Z_NO_FLUSH);
    } while (!piece.empty());
  }
  void drain(int flush) {
    std::array<char, 16384> room;
    do {
      state.next_out = reinterpret_cast<Bytef*>(room.data());
      state.avail_out = static_cast<uInt>(room.size());
      (void)deflate(&state, flush);
      out.append(room.data(), room.size() - state.avail_out);
    } while (state.avail_out == 0);
  }

  z_stream state{};
  std::string out;
};

Packer::Packer() = default;
Packer::~Packer() = default;

void Packer::add(std::string_view piece) {
  size_ += piece.size();
  if (stream_ != nullptr) return stream_->add(piece, Z_NO_FLUSH);
  first_ += piece;
  if (first_.size() < kWorthIt) return;
  stream_ = std::make_unique<Stream>();
  stream_->add(first_, Z_NO_FLUSH);
  first_ = std::string();
}

std::string Packer::finish() {
  if (stream_ == nullptr) return std::move(first_);
  stream_->add({}, Z_FINISH);
  std::string out = std::move(stream_->out);
  stream_ = nullptr;
  // The size says how it is packed, so it must not be that of the bytes.
  if (out.size() == size_) out += '\0';
  return out;
}

std::string pack(std::string_view bytes) {
  if (bytes.size() < kWorthIt) return std::string(bytes);
  uLongf size = compressBound(bytes.size());
  const auto room = std::make_unique_for_overwrite<char[]>(size);
  const int status = compress2(reinterpret_cast<Bytef*>(room.get()), &size,
                               reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), Z_BEST_SPEED);
  if (status != Z_OK || size >= bytes.size()) return std::string(bytes);
  return {room.get(), size};
}

std::optional<std::string> unpack(std::string_view packed, std::int64_t size) {
  if (size == static_cast<std::int64_t>(packed.size())) return std::string(packed);
  if (size < 0 || size / kLargestRatio > static_cast<std::int64_t>(packed.size())) return std::nullopt;
  std::string bytes(static_cast<std::size_t>(size), '\0');
  uLongf length = bytes.size();
  const int status = uncompress(reinterpret_cast<Bytef*>(bytes.data()), &length,
                                reinterpret_cast<const Bytef*>(packed.data()), packed.size());
  if (status != Z_OK || length != bytes.size()) return std::nullopt;
  return bytes;
}

}  // namespace plumb
