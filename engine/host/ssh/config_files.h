// The files of ssh_config(5), looked through as far as that can be done without ssh.
//
// Starting ssh costs a process, so the files are looked through first: where nothing in them can matter to the
// host, the defaults hold.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/trimmed.h"
#include "engine/host/ssh/settings.h"

namespace plumb::host::ssh {

// "Keyword value", "Keyword=value", "Keyword = value": the keyword in lower case.
std::pair<std::string, std::string_view> split_directive(std::string_view line);
// What stands between blanks, or in quotes.
std::vector<std::string> words(std::string_view text);

// What a look through the files finds.
struct Scan {
  bool matters = false;  // a directive that `ssh -G` has to judge may hold for the host
  bool hash_known_hosts = false;
};
// `text` is a file's content, `include` reads others by pattern. Both are given so that it can be tried without files.
using IncludeReader = std::function<std::vector<std::string>(std::string_view pattern)>;
Scan scan_config(std::string_view text, std::string_view host, const IncludeReader& include);
Scan scan_files(const Query& query, const Self& self);

// The first of the files that has a line of more bytes, or includes one that has; "" for none.
std::string with_longer_line(std::size_t most, const Query& query, const Self& self);

}  // namespace plumb::host::ssh
