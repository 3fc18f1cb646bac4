// A page of the documentation, as far as the tests look at Markdown.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::docs {

struct Mention {
  std::string text;
  int line = 0;
  friend bool operator==(const Mention&, const Mention&) = default;
};

struct Page {
  std::vector<Mention> links;     // targets as written: "guide/x.md#part"
  std::vector<Mention> names;     // what stands in backquotes in a paragraph or a table
  std::vector<Mention> commands;  // lines of consoles, without the prompt
  std::vector<Mention> codes;     // PL and four digits, wherever
  std::set<std::string> anchors;  // of its headings
  std::vector<Mention> faults;    // what a reader of Markdown does not take for what was meant
};

Page read_page(std::string_view markdown);

// As GitHub names it: "What is there?" -> "what-is-there".
std::string anchor_of(std::string_view heading);

}  // namespace plumb::docs
