#include "engine/report/unified_diff.h"

#include "engine/report/text_diff.h"

namespace plumb::report {
namespace {

// Stands at the end of a last line without line break, so that it differs from the same line with one.
constexpr std::string_view kBare("\0 bare", 6);
constexpr std::string_view kNoNewline = "\\ No newline at end of file\n";

std::string with_bare_end_marked(std::string_view text) {
  std::string marked(text);
  if (!text.empty() && !text.ends_with('\n')) marked.append(kBare) += '\n';
  return marked;
}

class HunkWriter {
 public:
  explicit HunkWriter(const std::string& name) : out_("--- a/" + name + "\n+++ b/" + name + "\n") {}

  // `header` tells where the next hunk starts: "@@ -12 +14 @@". The first one may have none and starts at the top.
  void begin(std::string_view header) {
    finish();
    old_line_ = std::stoi(std::string(header.substr(header.find('-') + 1)));
    new_line_ = std::stoi(std::string(header.substr(header.find('+') + 1)));
  }

  void add(char sign, std::string_view line) {
    if (sign != '+') ++old_count_;
    if (sign != '-') ++new_count_;
    const bool bare = line.ends_with(kBare);
    if (bare) line.remove_suffix(kBare.size());
    hunk_ += sign;
    hunk_.append(line) += '\n';
    if (bare) hunk_ += kNoNewline;
  }

  std::string take() {
    finish();
    return std::move(out_);
  }

 private:
  // A side without lines is named by the line before it.
  static std::string range(int line, int count) {
    return std::to_string(count == 0 ? line - 1 : line) + "," + std::to_string(count);
  }

  void finish() {
    if (hunk_.empty()) return;
    out_ += "@@ -" + range(old_line_, old_count_) + " +" + range(new_line_, new_count_) + " @@\n" + hunk_;
    hunk_.clear();
    old_count_ = new_count_ = 0;
  }

  std::string out_;
  std::string hunk_;
  int old_line_ = 1;
  int new_line_ = 1;
  int old_count_ = 0;
  int new_count_ = 0;
};

}  // namespace

std::string unified_diff(const std::string& name, std::string_view before, std::string_view after) {
  if (before == after) return {};
  HunkWriter writer(name);
  for (const DiffLine& line : text_diff(with_bare_end_marked(before), with_bare_end_marked(after))) {
    if (line.sign == '@') {
      writer.begin(line.text);
    } else {
      writer.add(line.sign, line.text);
    }
  }
  return writer.take();
}

}  // namespace plumb::report
