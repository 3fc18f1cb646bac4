#include "engine/run/project_key.h"

#include <chrono>

#include "engine/base/file.h"
#include "engine/base/random.h"
#include "engine/base/time_text.h"

namespace plumb::run {
namespace {

constexpr std::size_t kKeyBytes = 32;

}  // namespace

std::filesystem::path project_key_path(const std::filesystem::path& project_folder) {
  return project_folder / ".plumb" / "key";
}

Result<std::optional<std::string>> read_project_key(const std::filesystem::path& project_folder) {
  const std::filesystem::path path = project_key_path(project_folder);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::optional<std::string>{};
  PLUMB_TRY_ASSIGN(std::string text, read_file(path, 4096));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  if (!is_project_key(text)) {
    return fail(Code::kNoProjectKey, path.string() + " is not a project key: 64 hex digits are expected");
  }
  return std::optional<std::string>(std::move(text));
}

bool is_project_key(std::string_view text) {
  return text.size() == 2 * kKeyBytes && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string new_project_key() {
  return random_hex(kKeyBytes);
}

Result<> write_project_key(const std::filesystem::path& project_folder, const std::string& key) {
  const std::filesystem::path path = project_key_path(project_folder);
  std::error_code problem;
  std::filesystem::create_directories(path.parent_path(), problem);
  if (problem)
    return fail(Code::kWriteFailed, "cannot create " + path.parent_path().string() + ": " + problem.message());
  return write_file(path, key + "\n", 0600);
}

Result<std::string> make_project_key(const std::filesystem::path& project_folder) {
  const std::filesystem::path path = project_key_path(project_folder);
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return fail(Code::kExists, path.string() + " is there already");
  std::string key = new_project_key();
  PLUMB_TRY(write_project_key(project_folder, key));
  return key;
}

std::string new_run_id() {
  return compact_time(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())) + "-" + random_hex(3);
}

}  // namespace plumb::run
