// The project's own key, .plumb/key: what the digests of sensitive values are keyed with. 32 random bytes, hex, 0600,
// never in git. Whoever has it can test guesses of a secret against a plan, so it is kept like one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace plumb::run {

std::filesystem::path project_key_path(const std::filesystem::path& project_folder);

// Nothing where there is no key.
Result<std::optional<std::string>> read_project_key(const std::filesystem::path& project_folder);

// 64 hex digits.
bool is_project_key(std::string_view text);

// In the place of the one there is, or of none.
Result<> write_project_key(const std::filesystem::path& project_folder, const std::string& key);
std::string new_project_key();

// Makes a key; an error where there is one already.
Result<std::string> make_project_key(const std::filesystem::path& project_folder);

// "20260301T120000Z-4f2a90": sorts by time; two runs of one second share it once in 16 million times.
std::string new_run_id();

}  // namespace plumb::run
