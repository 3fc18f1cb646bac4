// Which attributes of a kind hold contents, by what its schema says of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumb::ir {

// An attribute that holds bytes, and the one that may name a file with them instead.
struct ContentAttribute {
  std::string content;
  std::string source;  // "" where there is none
};

const std::vector<ContentAttribute>& content_attributes(const std::string& kind);
bool holds_content(const std::string& kind, std::string_view attribute);

}  // namespace plumb::ir
