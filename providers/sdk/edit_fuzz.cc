// Arbitrary bytes as operations, and as files that they edit: the first line says the operation, the rest is the file.
// What is taken is written as the same; an edit is refused, or made and then holds.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "providers/sdk/fstab.h"
#include "providers/sdk/operation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb;
  if (size > (std::size_t{16} << 10)) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  const std::string_view text = bytes.substr(std::min(end + 1, bytes.size()));
  for (const FstabLine& line : fstab_lines(text)) {
    const std::vector<FstabLine> again = fstab_lines(text_of(line));
    if (again.size() != 1 || text_of(again[0]) != text_of(line)) std::abort();
  }
  const Result<Json> json = parse_json(bytes.substr(0, end), Code::kProtocol);
  if (!json) return 0;
  const Result<Operation> operation = operation_from_json(*json);
  if (!operation) return 0;
  const Json written = to_json(*operation);
  const Result<Operation> again = operation_from_json(written);
  if (!again || *again != *operation) std::abort();
  const auto* file = std::get_if<EditFile>(&*operation);
  if (file == nullptr) return 0;
  for (const Edit& edit : file->edits) {
    const auto once = make_edit(edit, text);
    if (!once) continue;
    const auto twice = make_edit(edit, once->text);
    if (!twice || !twice->holds || twice->text != once->text) std::abort();
  }
  return 0;
}
