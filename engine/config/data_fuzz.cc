// Arbitrary bytes as data of a project, and as the texts that formats and windows of time are. The first byte chooses.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "engine/base/memory_files.h"
#include "engine/config/csv.h"
#include "engine/config/formats.h"
#include "engine/config/module_lock.h"
#include "engine/config/told_facts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Diagnostics found;
  switch (data[0] % 4) {
    case 0:
      if (const auto tree = config::read_csv("fuzz", text, found); tree.has_value() == found.has_errors()) std::abort();
      break;
    case 1: {
      if (!valid_utf8(text)) return 0;  // the reader of YAML lets no other through
      constexpr std::array<std::string_view, 13> kFormats = {"path",   "mode",          "duration", "size",  "content",
                                                             "source", "source-folder", "user",     "group", "date",
                                                             "name",   "timezone",      "pattern"};
      for (const std::string_view format : kFormats) {
        const auto value = config::apply_format(format, text, "`x`", std::nullopt);
        // What is in its form already stays as it is.
        if (!value || !value->is_string()) continue;
        const auto again = config::apply_format(format, value->get<std::string>(), "`x`", std::nullopt);
        if (!again || *again != *value) std::abort();
      }
      break;
    }
    case 2: {
      MemoryFiles files;
      files.add(std::filesystem::path("/p") / config::kLockFile, std::string(text));
      lang::SourceMap sources;
      if (const auto lock = config::read_module_lock(Folder(files, "/p"), found, sources)) {
        MemoryFiles written;
        written.add(std::filesystem::path("/p") / config::kLockFile, config::module_lock_text(*lock));
        if (config::read_module_lock(Folder(written, "/p"), found, sources) != lock) std::abort();
      }
      break;
    }
    default:
      if (auto json = parse_json(text, Code::kProtocol)) {
        if (const auto facts = config::checked_facts(std::move(*json))) (void)config::is_image(*facts);
      }
  }
  return 0;
}
