#include "engine/inventory/answer.h"

#include <algorithm>
#include <system_error>

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/base/outside_text.h"
#include "engine/base/program.h"
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

std::optional<std::string> kept_answer(const fs::path& file, const Command& command, Freshness freshness) {
  std::error_code problem;
  const auto made = fs::last_write_time(file, problem);
  if (problem || freshness == Freshness::kNew) return std::nullopt;
  const auto age = fs::file_time_type::clock::now() - made;
  // A file from the future is of a clock that was set back.
  const bool young = age >= std::chrono::seconds{0} && age < *command.cache;
  if (freshness != Freshness::kKept && !young) return std::nullopt;
  Result<std::string> text = read_file(file, 2 * lang::kMaxJsonBytes);
  return text ? std::optional<std::string>(std::move(*text)) : std::nullopt;
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
  std::string text;
  for (const std::string& argument : command.arguments) text += (text.empty() ? "" : " ") + argument;
  return text;
}

Result<std::string> answer_of(const Command& command, const AnswerOptions& options) {
  const fs::path file = command.cache ? kept_file(command, options) : fs::path();
  if (command.cache) {
    if (std::optional<std::string> kept = kept_answer(file, command, options.freshness)) return std::move(*kept);
  }
  PLUMB_TRY_ASSIGN(const ProgramOutput output, run_program(command.arguments, command.folder, Code::kInventoryProgram,
                                                           {.time = command.timeout, .bytes = lang::kMaxJsonBytes}));
  if (output.exit_code != 0) {
    return fail(Code::kInventoryProgram, shown(command) + " ends with exit code " + std::to_string(output.exit_code) +
                                             "; " + last_words(output.errors));
  }
  if (output.text.find_first_not_of(" \t\r\n") == std::string::npos)
    return fail(Code::kInventoryProgram, shown(command) + " prints nothing").hint("it should print JSON");
  std::string text = lang::json_in_lines(output.text);
  if (command.cache) {
    std::error_code ignored;
    fs::create_directories(options.kept_in, ignored);
    PLUMB_TRY(write_file(file, text, 0600));  // variables of hosts may be secret
  }
  return text;
}

}  // namespace plumb::inventory
