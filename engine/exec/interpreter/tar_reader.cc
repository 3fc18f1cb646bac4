#include "engine/exec/interpreter/tar_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace plumb::exec {
namespace {

constexpr std::uint64_t kBlock = 512;
constexpr std::size_t kLongestExtension = std::size_t{1} << 20U;
constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 50U;

struct Field {
  std::size_t at;
  std::size_t size;
};
constexpr Field kName{0, 100}, kMode{100, 8}, kSize{124, 12}, kTime{136, 12}, kSum{148, 8}, kType{156, 1},
    kTarget{157, 100}, kMagic{257, 5}, kPrefix{345, 155};

Error broken(const std::string& why) {
  return fail(Code::kOperation, "the archive cannot be read: " + why);
}

std::string_view raw(std::string_view block, Field field) {
  return block.substr(field.at, field.size);
}

std::string text(std::string_view block, Field field) {
  const std::string_view bytes = raw(block, field);
  return std::string(bytes.substr(0, bytes.find('\0')));
}

// Octal digits; or, with the first bit set, the bytes of a number.
std::optional<std::uint64_t> number(std::string_view block, Field field) {
  std::string_view bytes = raw(block, field);
  if ((static_cast<unsigned char>(bytes[0]) & 0x80U) != 0) {
    std::uint64_t value = static_cast<unsigned char>(bytes[0]) & 0x7fU;
    for (const char c : bytes.substr(1)) {
      if (value >> 56U != 0) return std::nullopt;
      value = (value << 8U) | static_cast<unsigned char>(c);
    }
    return value;
  }
  const std::size_t begin = bytes.find_first_not_of(" \0", 0, 2);
  if (begin == std::string_view::npos) return 0;
  bytes.remove_prefix(begin);
  bytes = bytes.substr(0, bytes.find_first_of(std::string_view(" \0", 2)));
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), value, 8);
  if (problem != std::errc() || end != bytes.data() + bytes.size()) return std::nullopt;
  return value;
}

bool sum_holds(std::string_view block) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const bool own = i >= kSum.at && i < kSum.at + kSum.size;
    sum += own ? std::uint64_t{' '} : static_cast<unsigned char>(block[i]);
  }
  return number(block, kSum) == sum;
}

std::string without_end(std::string bytes) {
  while (!bytes.empty() && bytes.back() == '\0') bytes.pop_back();
  return bytes;
}

}  // namespace

void TarReader::expect(State state, std::uint64_t size) {
  state_ = state;
  left_ = size;
  padding_ = (kBlock - size % kBlock) % kBlock;
}

Result<> TarReader::take(std::string_view bytes) {
  while (!bytes.empty() && state_ != State::kEnd) {
    if (state_ == State::kHeader) {
      const std::size_t count = std::min<std::size_t>(bytes.size(), block_.size() - filled_);
      std::copy_n(bytes.begin(), count, block_.begin() + static_cast<std::ptrdiff_t>(filled_));
      bytes.remove_prefix(count);
      filled_ += count;
      if (filled_ < block_.size()) return {};
      filled_ = 0;
      PLUMB_TRY(header());
      continue;
    }
    const std::string_view piece =
        bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left_)));
    bytes.remove_prefix(piece.size());
    left_ -= piece.size();
    if (state_ == State::kFile && !piece.empty()) PLUMB_TRY(visitor_.bytes(piece));
    if (state_ == State::kExtension) extended_ += piece;
    if (left_ == 0) PLUMB_TRY(end_of_data());
  }
  return {};
}

Result<> TarReader::finish() {
  const bool between = state_ == State::kHeader && filled_ == 0;
  if (state_ != State::kEnd && !between) {
    // A page that says that there is no such file is shorter than one block.
    const bool is_none = !any_ && state_ == State::kHeader &&
                         std::string_view(block_.data(), filled_).find('\0') == std::string_view::npos;
    return broken(is_none ? "it is no archive that is known here" : "it ends in the middle");
  }
  if (!any_ && state_ != State::kEnd) return broken("it is empty");
  return {};
}

// What was read is whole; then its padding is.
Result<> TarReader::end_of_data() {
  const State done = state_;
  if (done == State::kFile) PLUMB_TRY(visitor_.end());
  if (done == State::kExtension) {
    std::string bytes = std::move(extended_);
    extended_.clear();
    if (extension_ == 'x') {
      PLUMB_TRY(pax(bytes));
    } else {
      given_[extension_ == 'L' ? "path" : "linkpath"] = without_end(std::move(bytes));
    }
  }
  if (done != State::kPadding && padding_ > 0) {
    state_ = State::kPadding;
    left_ = padding_;
  } else {
    state_ = State::kHeader;
  }
  return {};
}

// "LENGTH KEY=VALUE\n", where the length counts all of it.
Result<> TarReader::pax(std::string_view records) {
  while (!records.empty()) {
    std::size_t length = 0;
    const auto [end, problem] = std::from_chars(records.data(), records.data() + records.size(), length);
    const auto digits = static_cast<std::size_t>(end - records.data());
    const bool whole = problem == std::errc() && length > digits + 1 && length <= records.size() &&
                       records[digits] == ' ' && records[length - 1] == '\n';
    if (!whole) return broken("an extended header is not one");
    const std::string_view record = records.substr(digits + 1, length - digits - 2);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos) return broken("an extended header is not one");
    given_[std::string(record.substr(0, equals))] = record.substr(equals + 1);
    records.remove_prefix(length);
  }
  return {};
}

Result<> TarReader::header() {
  const std::string_view block(block_.data(), block_.size());
  if (std::all_of(block.begin(), block.end(), [](char c) { return c == '\0'; })) {
    if (empty_block_) state_ = State::kEnd;
    empty_block_ = true;
    return {};
  }
  empty_block_ = false;
  if (!sum_holds(block)) return broken(any_ ? "a header in it is damaged" : "it is no archive that is known here");
  any_ = true;
  std::optional<std::uint64_t> size = number(block, kSize);
  if (const auto given = given_.find("size"); given != given_.end()) {
    std::uint64_t value = 0;
    const char* const last = given->second.data() + given->second.size();
    size = std::from_chars(given->second.data(), last, value).ptr == last ? std::optional(value) : std::nullopt;
  }
  if (!size || *size > kLargestFile) return broken("a size in it cannot be");
  const char type = block[kType.at];
  if (type == 'L' || type == 'K' || type == 'x') {
    if (*size == 0 || *size > kLongestExtension) return broken("an extended header has an impossible size");
    extension_ = type;
    expect(State::kExtension, *size);
    return {};
  }
  if (type == 'g') {  // of all that follows: comments, such as git's commit
    if (*size > kLongestExtension) return broken("an extended header has an impossible size");
    expect(State::kSkip, *size);
    return *size == 0 ? end_of_data() : Result<>();
  }
  Result<> done = entry(type, *size);
  given_.clear();
  return done;
}

Result<> TarReader::entry(char type, std::uint64_t size) {
  const std::string_view block(block_.data(), block_.size());
  ArchiveEntry entry;
  const bool posix = raw(block, kMagic) == "ustar" && block[kMagic.at + kMagic.size] == '\0';
  const std::string prefix = posix ? text(block, kPrefix) : std::string();
  entry.name = prefix.empty() ? text(block, kName) : prefix + "/" + text(block, kName);
  entry.target = text(block, kTarget);
  if (const auto given = given_.find("path"); given != given_.end()) entry.name = given->second;
  if (const auto given = given_.find("linkpath"); given != given_.end()) entry.target = given->second;
  const std::optional<std::uint64_t> mode = number(block, kMode);
  const std::optional<std::uint64_t> time = number(block, kTime);
  if (!mode || !time) return broken("a header in it is damaged");
  entry.mode = static_cast<mode_t>(*mode & 07777U);
  entry.time = static_cast<std::int64_t>(std::min<std::uint64_t>(*time, std::uint64_t{1} << 40U));
  const bool sparse =
      std::any_of(given_.begin(), given_.end(), [](const auto& one) { return one.first.starts_with("GNU.sparse."); });
  switch (type) {
    case '\0':
    case '0':
    case '7':
      entry.type = entry.name.ends_with('/') ? ArchiveEntry::Type::kFolder : ArchiveEntry::Type::kFile;
      break;
    case '1':
      entry.type = ArchiveEntry::Type::kHardLink;
      break;
    case '2':
      entry.type = ArchiveEntry::Type::kLink;
      break;
    case '5':
      entry.type = ArchiveEntry::Type::kFolder;
      break;
    default:
      return broken(entry.name + " in it is neither file, folder nor link");
  }
  if (sparse) return broken(entry.name + " in it is a file with holes");
  const bool file = entry.type == ArchiveEntry::Type::kFile;
  if (file) entry.size = size;
  PLUMB_TRY(visitor_.begin(entry));
  // A hard link may have a size all the same, and no bytes.
  expect(file ? State::kFile : State::kSkip, entry.type == ArchiveEntry::Type::kHardLink ? 0 : size);
  return left_ == 0 ? end_of_data() : Result<>();
}

}  // namespace plumb::exec
