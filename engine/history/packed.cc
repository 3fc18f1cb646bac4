#include "engine/history/packed.h"

#include <algorithm>

#include <zlib.h>

namespace plumb::history {
namespace {

// Little is saved on less, and there are thousands of them.
constexpr std::size_t kWorthIt = 256;
// A plan and its contents stay far below; a size that was tampered with is not believed.
constexpr std::int64_t kLargest = std::int64_t{1} << 30;

}  // namespace

std::string pack(std::string_view bytes) {
  if (bytes.size() < kWorthIt || bytes.size() > static_cast<std::size_t>(kLargest)) return std::string(bytes);
  uLongf size = compressBound(bytes.size());
  std::string packed(size, '\0');
  const int status = compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                               reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), Z_BEST_SPEED);
  if (status != Z_OK || size >= bytes.size()) return std::string(bytes);
  packed.resize(size);
  return packed;
}

Result<std::string> unpack(std::string_view packed, std::int64_t size) {
  if (size == static_cast<std::int64_t>(packed.size())) return std::string(packed);
  const auto damaged = [] { return fail(Code::kHistory, "a plan of the history is damaged"); };
  if (size < 0 || size > kLargest) return damaged();
  std::string bytes(static_cast<std::size_t>(size), '\0');
  uLongf length = bytes.size();
  const int status = uncompress(reinterpret_cast<Bytef*>(bytes.data()), &length,
                                reinterpret_cast<const Bytef*>(packed.data()), packed.size());
  if (status != Z_OK || length != bytes.size()) return damaged();
  return bytes;
}

}  // namespace plumb::history
