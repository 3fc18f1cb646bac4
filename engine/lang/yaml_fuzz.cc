// Arbitrary bytes through the reader: no crash, and a tree or a reason; the same tree from both readers. Of a broken
// text a part, with every place in the text.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "engine/lang/testing/partial_yaml.h"
#include "engine/lang/testing/yaml_readers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  plumb::Diagnostics diagnostics;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto tree = plumb::lang::read_yaml("fuzz.yaml", text, diagnostics);
  if (tree.has_value() == diagnostics.has_errors()) std::abort();
  if (const std::string found = plumb::lang::disagreement(text); !found.empty()) {
    std::fprintf(stderr, "the readers disagree: %s\n", found.c_str());
    std::abort();
  }
  plumb::Diagnostics findings;
  const plumb::lang::Node part = plumb::lang::read_partial_yaml("fuzz.yaml", text, findings);
  if (findings.has_errors() != diagnostics.has_errors()) std::abort();
  if (tree && !plumb::lang::same_values(*tree, part)) std::abort();
  if (const std::string found = plumb::lang::outside(part, plumb::lang::line_widths(text)); !found.empty()) {
    std::fprintf(stderr, "outside of the text: %s\n", found.c_str());
    std::abort();
  }
  return 0;
}
