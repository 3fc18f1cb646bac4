// What a controller that was taken over may send to a strict host. The first byte chooses what the rest is: a charter,
// a statement about an executor, a slice with its path, or the parts of a cover, a line each.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/digest.h"
#include "engine/plan/slice.h"
#include "engine/strict/covered.h"

namespace {

using namespace plumb;  // NOLINT(google-build-using-namespace)

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// What was read is what would be written.
void expect(bool holds) {
  if (!holds) std::abort();
}

const trust::Charter& charter() {
  static const trust::Charter known{
      .host = "web1",
      .projects = {"web"},
      .approvals = 1,
      .signers = {"ana@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"},
      .revoked = {},
      .replaces = ""};
  return known;
}

void ask(std::string_view text) {
  std::vector<std::string> lines = lines_of(text);
  lines.resize(std::max<std::size_t>(lines.size(), 6));
  wire::Apply request;
  request.project = "web";
  wire::Cover& cover = request.cover.emplace();
  cover.slice = lines[0];
  cover.actions = lines[1];
  cover.record_changes = lines[2];
  cover.readings = lines[3];
  std::string signature;
  for (std::size_t i = 5; i < lines.size(); ++i) signature += lines[i] + "\n";
  cover.statements = {{lines[4], signature}};
  // Nobody has the key that would have signed it.
  expect(!strict::covered(charter(), trust::trust_of(charter()).value(), request, "0", std::chrono::sys_seconds()));
  (void)plan::read_actions(cover.actions);
  (void)plan::read_record_changes(cover.record_changes);
  (void)plan::read_used_readings(cover.readings);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'c') {
    const Result<trust::Charter> read = trust::read_charter(text);
    if (read) expect(trust::statement_of(*read) == text);
  } else if (data[0] == 'e') {
    const Result<trust::ExecutorChange> read = trust::read_executor_change(text);
    if (read) expect(trust::statement_of(*read) == text);
  } else if (data[0] == 's') {
    std::vector<std::string> lines = lines_of(text);
    if (lines.empty()) return 0;
    const std::string slice = lines.front();
    lines.erase(lines.begin());
    (void)plan::read_slice(slice);
    (void)plan::is_under(digest(""), slice, lines.size(), 2 * lines.size() + 1, lines);
  } else {
    ask(text);
  }
  return 0;
}
