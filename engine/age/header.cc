#include "engine/age/header.h"

#include <algorithm>

#include "engine/base/digest.h"

namespace plumb::age {
namespace {

constexpr std::string_view kVersion = "age-encryption.org/v1";
constexpr std::size_t kColumns = 64;
constexpr std::size_t kMostStanzas = 1000;
constexpr std::size_t kMacSize = 32;

class Reader {
 public:
  Reader(std::string_view bytes, Code code) : bytes_(bytes), code_(code) {}

  Result<File> read() {
    PLUMB_TRY_ASSIGN(std::string_view line, take_line());
    if (line != kVersion) return broken("it is of another version than " + std::string(kVersion));
    File file;
    while (true) {
      PLUMB_TRY_ASSIGN(line, take_line());
      if (line.starts_with("--- ")) break;
      if (!line.starts_with("-> ") || file.stanzas.size() == kMostStanzas) return broken("its header is none");
      PLUMB_TRY_ASSIGN(Stanza stanza, take_stanza(line.substr(3)));
      file.stanzas.push_back(std::move(stanza));
    }
    file.header = bytes_.substr(0, static_cast<std::size_t>(line.data() - bytes_.data()) + 3);
    std::optional<std::string> mac = from_unpadded(line.substr(4));
    if (!mac || mac->size() != kMacSize || file.stanzas.empty()) return broken("its header is none");
    file.mac = std::move(*mac);
    file.payload = bytes_.substr(at_);
    return file;
  }

 private:
  Error broken(const std::string& why) const { return fail(code_, "the sealed file cannot be read: " + why); }

  Result<std::string_view> take_line() {
    const std::size_t end = bytes_.find('\n', at_);
    if (end == std::string::npos) return broken("it was cut short");
    const std::string_view line = bytes_.substr(at_, end - at_);
    at_ = end + 1;
    return line;
  }

  Result<Stanza> take_stanza(std::string_view words) {
    Stanza stanza;
    while (true) {
      const std::size_t end = std::min(words.find(' '), words.size());
      const std::string_view word = words.substr(0, end);
      const bool visible = std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c <= '~'; });
      if (word.empty() || !visible) return broken("its header is none");
      stanza.words.emplace_back(word);
      if (end == words.size()) break;
      words.remove_prefix(end + 1);
    }
    std::string body;
    while (true) {
      PLUMB_TRY_ASSIGN(const std::string_view line, take_line());
      if (line.size() > kColumns) return broken("a line of its header is too long");
      body += line;
      if (line.size() < kColumns) break;
    }
    std::optional<std::string> bytes = from_unpadded(body);
    if (!bytes) return broken("its base64 is none");
    stanza.body = std::move(*bytes);
    return stanza;
  }

  std::string_view bytes_;
  const Code code_;
  std::size_t at_ = 0;
};

}  // namespace

std::string unpadded(std::string_view bytes) {
  std::string text = base64_encode(bytes);
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::optional<std::string> from_unpadded(std::string_view text) {
  if (text.ends_with('=')) return std::nullopt;
  std::string padded(text);
  while (padded.size() % 4 != 0) padded += '=';
  Result<std::string> bytes = base64_decode(padded);
  if (!bytes || unpadded(*bytes) != text) return std::nullopt;
  return std::move(*bytes);
}

std::string in_lines(std::string_view text) {
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += kColumns) lines.append(text.substr(at, kColumns)).append("\n");
  return lines;
}

std::string header_text(const std::vector<Stanza>& stanzas) {
  std::string text = std::string(kVersion) + "\n";
  for (const Stanza& stanza : stanzas) {
    text += "->";
    for (const std::string& word : stanza.words) text += " " + word;
    const std::string body = unpadded(stanza.body);
    text += "\n" + in_lines(body);
    // The last line is a short one, so that it is known for the last.
    if (body.size() % kColumns == 0) text += "\n";
  }
  return text + "---";
}

Result<File> read_file(std::string_view bytes, Code code) {
  return Reader(bytes, code).read();
}

}  // namespace plumb::age
