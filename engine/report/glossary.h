// The words of the glossary, as docs/glossary.md has them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/embedded_file.h"

namespace plumb::report {

struct GlossaryWord {
  std::string word;
  std::string meaning;  // without its first capital and without an end
  std::string page;     // of docs/, that says more, with its heading; "" for none
};

// The page itself.
std::span<const EmbeddedFile> glossary_page();

// Its words, in its order.
std::vector<GlossaryWord> glossary(std::string_view page = glossary_page().front().text);

}  // namespace plumb::report
