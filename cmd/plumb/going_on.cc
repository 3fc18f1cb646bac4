#include "cmd/plumb/going_on.h"

#include <string_view>

#include "engine/base/shell_word.h"

namespace plumb::cmd {

std::string found_again(std::string commands, const Options& options) {
  constexpr std::string_view kProgram = "plumb ";
  constexpr std::string_view kNext = "; plumb ";
  std::string found;
  const auto add = [&found](std::string_view option, const std::string& value) {
    found += std::string(option) + " " + typed_word(value) + " ";
  };
  if (options.folder != ".") add("-C", options.folder);
  if (!options.inventory.empty()) add("-i", options.inventory);
  if (!options.root.empty()) add("--root", options.root);
  if (found.empty() || !commands.starts_with(kProgram)) return commands;
  for (std::size_t at = commands.rfind(kNext); at != std::string::npos; at = commands.rfind(kNext, at - 1))
    commands.insert(at + kNext.size(), found);
  return commands.insert(kProgram.size(), found);
}

}  // namespace plumb::cmd
