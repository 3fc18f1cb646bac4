#include "providers/sdk/survey.h"

#include <nettle/md5.h>
#include <nettle/sha1.h>

#include "engine/base/digest.h"
#include "engine/base/secret_marks.h"

namespace plumb {
namespace {

constexpr std::size_t kLargestText = std::size_t{1} << 20;
constexpr std::chrono::seconds kPatience{20};
constexpr std::size_t kLongestAnswer = std::size_t{8} << 20;

std::string sha1_of(std::string_view bytes) {
  sha1_ctx state;
  sha1_init(&state);
  sha1_update(&state, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  std::string raw(SHA1_DIGEST_SIZE, '\0');
  sha1_digest(&state, raw.size(), reinterpret_cast<std::uint8_t*>(raw.data()));
  return hex(raw);
}

// Of the form of one that is known.
std::string digest_like(std::string_view known, std::string_view bytes) {
  if (known.size() == 2 * MD5_DIGEST_SIZE) return md5_of(bytes);
  return known.size() == 2 * SHA1_DIGEST_SIZE ? sha1_of(bytes) : digest(bytes).substr(kDigestPrefix.size());
}

}  // namespace

std::string md5_of(std::string_view bytes) {
  md5_ctx state;
  md5_init(&state);
  md5_update(&state, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  std::string raw(MD5_DIGEST_SIZE, '\0');
  md5_digest(&state, raw.size(), reinterpret_cast<std::uint8_t*>(raw.data()));
  return hex(raw);
}

FoundThing& Survey::add_variable(std::string name, const std::string& value) {
  const std::string_view what = secret_in(name + "=" + value);
  FoundThing& thing = add(std::move(name));
  if (what.empty()) {
    thing.attributes["value"] = value;
  } else {
    thing.withheld.push_back({"value", std::string(what)});
  }
  return thing;
}

std::optional<std::string> surveyed_text(const SurveyedHost& host, const std::string& path, Survey& survey) {
  const auto info = host.system.stat(path, true);
  if (!info) {
    survey.leave_out(path, info.error().summary());
    return std::nullopt;
  }
  if (!*info || (*info)->type != FileType::kFile) return std::nullopt;
  Result<std::string> text = host.system.read_file(path, kLargestText);
  if (text) return std::move(*text);
  survey.leave_out(path, text.error().summary());
  return std::nullopt;
}

std::vector<std::string> surveyed_names(const SurveyedHost& host, const std::string& folder, Survey& survey) {
  const auto info = host.system.stat(folder, true);
  if (!info || !*info || (*info)->type != FileType::kDirectory) return {};
  Result<std::vector<std::string>> names = host.system.list(folder);
  if (names) return std::move(*names);
  survey.leave_out(folder, names.error().summary());
  return {};
}

std::optional<std::string> asked_of_host(const SurveyedHost& host, std::vector<std::string> argv) {
  if (host.system.is_image() || host.system.find_program(argv.front()).empty()) return std::nullopt;
  ProcessRequest request;
  request.argv = std::move(argv);
  request.changes_nothing = true;
  request.timeout = kPatience;
  request.output_limit = kLongestAnswer;
  Result<ProcessResult> answer = host.system.run(request);
  if (!answer || answer->exit_code != 0) return std::nullopt;
  return std::move(answer->output);
}

bool is_packaged(const SurveyedHost& host, std::string_view path) {
  if (host.packaged == nullptr || host.packaged->paths.contains(path)) return true;
  return host.packaged->configuration.contains(path);
}

bool is_as_packaged(const SurveyedHost& host, const std::string& path, std::string_view bytes) {
  if (host.packaged == nullptr) return true;
  const auto known = host.packaged->configuration.find(path);
  if (known != host.packaged->configuration.end()) return digest_like(known->second, bytes) == known->second;
  if (host.packaged->paths.contains(path)) return true;
  const auto& contents = host.packaged->contents;
  return !bytes.empty() && !contents.empty() && contents.contains(digest_like(*contents.begin(), bytes));
}

std::vector<std::string> entry_lines(std::string_view text, std::string_view comments) {
  constexpr std::string_view kBlank = " \t\r\v\f";
  std::vector<std::string> lines;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::size_t from = line.find_first_not_of(kBlank);
    if (from == std::string_view::npos || comments.find(line[from]) != std::string_view::npos) continue;
    line = line.substr(from, line.find_last_not_of(kBlank) + 1 - from);
    lines.emplace_back(line);
  }
  return lines;
}

}  // namespace plumb
