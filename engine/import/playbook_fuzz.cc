// Arbitrary bytes as the files of a project of Ansible's: a file begins behind a line "=== PATH". What comes of it is
// YAML that can be read.
#include <cstdint>
#include <cstdlib>

#include "engine/base/memory_files.h"
#include "engine/import/import.h"
#include "engine/lang/yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb;
  if (size > (std::size_t{32} << 10)) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view kMark = "=== ";
  MemoryFiles files;
  int count = 0;
  while (rest.starts_with(kMark) && ++count <= 16) {
    const std::size_t line = std::min(rest.find('\n'), rest.size());
    const std::string path(rest.substr(kMark.size(), line - kMark.size()));
    rest.remove_prefix(std::min(line + 1, rest.size()));
    const std::size_t next = rest.find("\n=== ");
    const std::string_view text = rest.substr(0, next == std::string_view::npos ? next : next + 1);
    rest.remove_prefix(text.size());
    const std::filesystem::path below = std::filesystem::path(path).lexically_normal();
    const bool leads_out = path.empty() || below.is_absolute() || below.begin()->string() == "..";
    if (!leads_out && path.find('\0') == std::string::npos) files.add("/a" / below, std::string(text));
  }
  imports::ImportOptions options{Folder(files, "/a"), ".", [](const Folder&) { return Diagnostics(); }};
  const auto made = imports::import_ansible(options);
  if (!made) return 0;
  (void)imports::report_text(made->report);
  (void)imports::report_html(made->report);
  for (const auto& [name, text] : made->files) {
    if (!name.ends_with(".yaml")) continue;
    Diagnostics found;
    if (!lang::read_yaml(name, text, found)) std::abort();
  }
  return 0;
}
