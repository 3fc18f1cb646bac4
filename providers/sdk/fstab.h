// /etc/fstab: its lines, and the edits that put and take one.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/edit.h"
#include "providers/sdk/system.h"

namespace plumb {

inline constexpr const char* kFstab = "/etc/fstab";

struct FstabLine {
  std::string source;
  std::string point;  // without a slash at its end; "none" of swap space
  std::string type;
  std::string options = "defaults";
  int dump = 0;
  int pass = 0;

  bool is_swap() const { return type == "swap"; }
};

// What is missing at the end of a line is as it would be read.
std::vector<FstabLine> fstab_lines(std::string_view text);
Result<std::vector<FstabLine>> read_fstab(System& system);
std::string text_of(const FstabLine& line);

// Options as a set; "defaults" is none, nor is what a later one takes back, as the `exec` of "exec,user".
std::set<std::string> option_set(std::string_view options);
// The set in an order that means the same, and that as one text.
std::vector<std::string> option_list(const std::set<std::string>& options);
std::string option_text(const std::set<std::string>& options);

// The edit of the line of a mount point; of swap space of its source.
LineEdit fstab_edit(const FstabLine& line, bool absent);

}  // namespace plumb
