#include "engine/exec/interpreter/http_answer.h"

#include <algorithm>
#include <charconv>

#include "engine/base/ascii.h"
#include "engine/base/trimmed.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMaxHead = std::size_t{64} << 10;

Error no_http() {
  return fail(Code::kProbeFailed, "what answers does not speak HTTP");
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lowered(x) == lowered(y); });
}

// The value of a header; empty where it is missing.
std::string_view header(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && same_word(line.substr(0, colon), name))
      return trimmed(line.substr(colon + 1));
  }
  return {};
}

std::optional<std::size_t> number_in(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (problem != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// "HTTP/1.1 200 OK"
std::optional<int> status_in(std::string_view line) {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return std::nullopt;
  const std::optional<std::size_t> status = number_in(line.substr(9, 3), 10);
  const bool ends = line.size() == 12 || line[12] == ' ' || line[12] == '\r';
  return status && *status >= 100 && ends ? std::optional(static_cast<int>(*status)) : std::nullopt;
}

Result<> take_chunks(std::string_view bytes, HttpAnswer& answer) {
  while (true) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) return {};
    const std::string_view line = bytes.substr(0, end);
    const std::optional<std::size_t> size = number_in(trimmed(line.substr(0, line.find(';'))), 16);
    if (!size) return no_http();
    bytes.remove_prefix(end + 1);
    if (*size == 0) {
      answer.whole = true;
      return {};
    }
    answer.body += bytes.substr(0, *size);
    if (bytes.size() < *size) return {};
    bytes.remove_prefix(*size);
    if (bytes.starts_with('\r')) bytes.remove_prefix(1);
    if (bytes.starts_with('\n')) bytes.remove_prefix(1);
  }
}

}  // namespace

Result<std::optional<HttpAnswer>> parse_http_answer(std::string_view bytes, bool ended) {
  while (true) {
    constexpr std::string_view kBegin = "HTTP/1.";
    if (!kBegin.starts_with(bytes.substr(0, kBegin.size()))) return no_http();
    std::size_t end = bytes.find("\n\r\n");
    std::size_t gap = 3;
    if (const std::size_t bare = bytes.find("\n\n"); bare < end) {
      end = bare;
      gap = 2;
    }
    if (end == std::string_view::npos) {
      if (ended || bytes.size() > kMaxHead) return no_http();
      return std::optional<HttpAnswer>();
    }
    const std::string_view head = bytes.substr(0, end);
    bytes.remove_prefix(end + gap);
    const std::optional<int> status = status_in(trimmed(head.substr(0, head.find('\n'))));
    if (!status) return no_http();
    // "100 Continue" and the like come before the answer.
    if (*status < 200) continue;
    HttpAnswer answer{*status, {}, ended};
    if (same_word(header(head, "transfer-encoding"), "chunked")) {
      PLUMB_TRY(take_chunks(bytes, answer));
      return std::optional(std::move(answer));
    }
    answer.body = bytes;
    if (const std::optional<std::size_t> length = number_in(header(head, "content-length"), 10)) {
      answer.whole = answer.whole || answer.body.size() >= *length;
      if (answer.body.size() > *length) answer.body.resize(*length);
    }
    return std::optional(std::move(answer));
  }
}

}  // namespace plumb::exec
