// Arbitrary bytes as an archive: what comes of it lies in the folder that it is for, and no link leads out. The first
// byte says how many parts of names are left out, and in how large pieces the bytes come.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "engine/exec/interpreter/archive_check.h"

namespace {

bool leads_out(const std::filesystem::path& path) {
  const std::filesystem::path plain = path.lexically_normal();
  return plain.is_absolute() || (!plain.empty() && *plain.begin() == "..");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb;
  using namespace plumb::exec;
  if (size == 0) return 0;
  Unpack operation;
  operation.path = "/srv/x";
  operation.strip = data[0] % 3;
  const std::size_t piece = std::size_t{1} << (data[0] % 12);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  ArchiveCheck check(operation);
  const auto read = [&](ArchiveVisitor visitor) {
    TarReader reader(std::move(visitor));
    for (std::string_view rest = bytes; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size()))) {
      if (!reader.take(rest.substr(0, piece))) return false;
    }
    return reader.finish().has_value();
  };
  const auto nothing = [](std::string_view) { return Result<>(); };
  const auto end = [] { return Result<>(); };
  if (!read({[&check](const ArchiveEntry& entry) { return check.note(entry); }, nothing, end}) || !check.finish())
    return 0;
  std::uint64_t told = 0;
  (void)read({[&](const ArchiveEntry& entry) -> Result<> {
                const auto placed = check.placed(entry);
                if (!placed || !*placed) return {};
                const std::filesystem::path name = (*placed)->name;
                if (leads_out(name) || (*placed)->name.find('\0') != std::string::npos) std::abort();
                using Type = ArchiveEntry::Type;
                if ((*placed)->type == Type::kLink && leads_out(name.parent_path() / (*placed)->target)) std::abort();
                if ((*placed)->type == Type::kHardLink && leads_out((*placed)->target)) std::abort();
                return {};
              },
              [&told](std::string_view part) {
                told += part.size();
                return Result<>();
              },
              end});
  if (told > size) std::abort();
  return 0;
}
