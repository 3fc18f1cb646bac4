#include "engine/inventory/answer.h"

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/base/joined.h"
#include "engine/base/json.h"
#include "engine/base/outside_text.h"
#include "engine/lang/json_tree.h"

namespace plumb::inventory {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestWords = 300;

fs::path kept_file(const Command& command, const AnswerOptions& options) {
  constexpr std::size_t kDigits = 24;
  const std::string name = digest(canonical({{"arguments", command.arguments}, {"folder", command.folder_name}}));
  return options.kept_in / (name.substr(kDigestPrefix.size(), kDigits) + ".json");
}

std::optional<std::string> kept_answer(const Files& files, const fs::path& file, const Command& command,
                                       Freshness freshness) {
  if (freshness == Freshness::kNew) return std::nullopt;
  std::optional<KeptAnswer> kept = files.kept(file, 2 * lang::kMaxJsonBytes);
  if (!kept) return std::nullopt;
  const bool young = kept->age >= std::chrono::seconds{0} && kept->age < *command.cache;
  if (freshness != Freshness::kKept && !young) return std::nullopt;
  return std::move(kept->text);
}

// The last line that it wrote on standard error, where programs name the cause.
std::string last_words(std::string_view errors) {
  const std::size_t end = errors.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return "it said nothing";
  errors = errors.substr(0, end + 1);
  const std::size_t line = errors.rfind('\n');
  if (line != std::string_view::npos) errors.remove_prefix(line + 1);
  return "it said: " + outside_line(errors, kLongestWords);
}

}  // namespace

std::string shown(const Command& command) {
  return joined(command.arguments, " ");
}

Result<std::string> answer_of(const Files& files, const Command& command, const AnswerOptions& options) {
  const fs::path file = command.cache ? kept_file(command, options) : fs::path();
  if (command.cache) {
    if (std::optional<std::string> kept = kept_answer(files, file, command, options.freshness)) return std::move(*kept);
  }
  PLUMB_TRY_ASSIGN(const ProgramOutput output, files.run(command.arguments, command.folder, Code::kInventoryProgram,
                                                         {.time = command.timeout, .bytes = lang::kMaxJsonBytes}));
  if (output.exit_code != 0) {
    return fail(Code::kInventoryProgram, shown(command) + " ends with exit code " + std::to_string(output.exit_code) +
                                             "; " + last_words(output.errors));
  }
  if (output.text.find_first_not_of(" \t\r\n") == std::string::npos)
    return fail(Code::kInventoryProgram, shown(command) + " prints nothing").hint("it should print JSON");
  std::string text = lang::json_in_lines(output.text);
  if (command.cache) {
    PLUMB_TRY(files.keep(file, text));
  }
  return text;
}

}  // namespace plumb::inventory
