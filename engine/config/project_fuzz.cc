// Arbitrary bytes as the files of a project, read and checked: a file begins behind a line "=== PATH". Of plumb.yaml
// alone, the line may be left out.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "engine/base/memory_files.h"
#include "engine/config/inventory.h"
#include "engine/config/project.h"
#include "engine/testing/kinds.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb;
  if (size > (std::size_t{32} << 10)) return 0;
  static const Registry kinds = testing::made_up_kinds();
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view kMark = "=== ";
  MemoryFiles files;
  std::string path = "plumb.yaml";
  for (int count = 0; count < 16 && (count == 0 || rest.starts_with(kMark)); ++count) {
    if (rest.starts_with(kMark)) {
      const std::size_t line = std::min(rest.find('\n'), rest.size());
      path = rest.substr(kMark.size(), line - kMark.size());
      rest.remove_prefix(std::min(line + 1, rest.size()));
    }
    const std::size_t next = rest.find("\n=== ");
    const std::string_view text = rest.substr(0, next == std::string_view::npos ? next : next + 1);
    rest.remove_prefix(text.size());
    const std::filesystem::path below = std::filesystem::path(path).lexically_normal();
    const bool leads_out = path.empty() || below.is_absolute() || below.begin()->string() == "..";
    if (!leads_out && path.find('\0') == std::string::npos) files.add("/p" / below, std::string(text));
  }
  Diagnostics found;
  lang::SourceMap sources;
  const auto project = config::load_project(Folder(files, "/p"), {}, kinds, found, sources);
  if (!project) return 0;
  if (!found.has_errors()) (void)config::digest_of(*project);
  (void)config::load_inventory("/p/hosts.yaml", *project, found, sources);
  return 0;
}
