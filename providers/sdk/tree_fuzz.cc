// Edits of files that are one tree: whatever a file holds, an edit is refused, or made and then holds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "providers/sdk/edit.h"

// The first letter says in which format the rest is read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  TreeEdit edit;
  edit.format = data[0] == 'j' ? "json" : data[0] == 't' ? "toml" : "yaml";
  edit.set.value = {{"a", "one\ntwo\n"}, {"b.c", 1}, {"d.0", {{"e", {1, "x"}}}}};
  edit.remove = {"f", "g.0", "h.i"};
  const auto once = make_edit(edit, text);
  if (!once) return 0;
  const auto again = make_edit(edit, once->text);
  if (!again || !again->holds || again->text != once->text) std::abort();
  return 0;
}
