#include "engine/exec/interpreter/archive_check.h"

#include <algorithm>
#include <span>

#include "engine/base/glob.h"
#include "engine/base/host_text.h"
#include "engine/base/joined.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMostEntries = 1'000'000;
constexpr std::size_t kLongestName = 4096;

Error refused(const std::string& name, const std::string& why) {
  return fail(Code::kOperation, "nothing was unpacked: " + text_of_bytes(name) + " " + why);
}

// Its parts, without those that say nothing; nothing where it leads elsewhere.
std::optional<std::vector<std::string>> parts_of(const std::string& name) {
  std::vector<std::string> parts;
  if (name.starts_with('/') || name.size() > kLongestName || name.find('\0') != std::string::npos) return std::nullopt;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t end = std::min(name.find('/', at), name.size());
    std::string part = name.substr(at, end - at);
    at = end + 1;
    if (part == "..") return std::nullopt;
    if (!part.empty() && part != ".") parts.push_back(std::move(part));
  }
  return parts;
}

std::string path_from(const std::vector<std::string>& parts, std::size_t first) {
  return joined(std::span(parts).subspan(first), "/");
}

// Whether whoever follows the link of this name stays in the folder. The folders above it are no links; those that it
// leads through may be, so it may go up only at its beginning.
bool stays_inside(const std::string& name, const std::string& target) {
  if (target.starts_with('/') || target.find('\0') != std::string::npos) return false;
  std::ptrdiff_t up = std::count(name.begin(), name.end(), '/');
  bool down = false;
  for (std::size_t at = 0; at < target.size();) {
    const std::size_t end = std::min(target.find('/', at), target.size());
    const std::string part = target.substr(at, end - at);
    at = end + 1;
    if (part == "..") {
      if (down || --up < 0) return false;
    } else if (!part.empty() && part != ".") {
      down = true;
    }
  }
  return true;
}

// It, or a folder that it lies in.
bool matches(const std::vector<std::string>& globs, const std::string& name) {
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
    for (std::size_t end = name.find('/');; end = name.find('/', end + 1)) {
      if (glob_match(glob, text_of_bytes(name.substr(0, end)))) return true;
      if (end == std::string::npos) return false;
    }
  });
}

}  // namespace

bool ArchiveCheck::is_wanted(const std::string& name) const {
  return (operation_.include.empty() || matches(operation_.include, name)) && !matches(operation_.exclude, name);
}

Result<std::optional<ArchiveEntry>> ArchiveCheck::placed(const ArchiveEntry& entry) const {
  const std::optional<std::vector<std::string>> parts = parts_of(entry.name);
  if (!parts) return refused(entry.name, "leads out of the folder");
  const auto strip = static_cast<std::size_t>(std::max(operation_.strip, 0));
  if (parts->size() <= strip || !is_wanted(joined(*parts, "/"))) return std::optional<ArchiveEntry>();
  ArchiveEntry placed = entry;
  placed.name = path_from(*parts, strip);
  if (entry.type == ArchiveEntry::Type::kLink && !stays_inside(placed.name, entry.target))
    return refused(entry.name, "is a link to " + text_of_bytes(entry.target) + ", out of the folder");
  if (entry.type == ArchiveEntry::Type::kHardLink) {
    const std::optional<std::vector<std::string>> target = parts_of(entry.target);
    if (!target || target->size() <= strip)
      return refused(entry.name, "is another name of " + text_of_bytes(entry.target) + ", which does not come");
    placed.target = path_from(*target, strip);
  }
  return std::optional(std::move(placed));
}

Result<> ArchiveCheck::note(const ArchiveEntry& entry) {
  PLUMB_TRY_ASSIGN(const std::optional<ArchiveEntry> placed, this->placed(entry));
  if (!placed) return {};
  if (names_.size() >= kMostEntries)
    return fail(Code::kOperation,
                "nothing was unpacked: the archive holds more than " + std::to_string(kMostEntries) + " entries");
  bytes_ += placed->size;
  names_.push_back(placed->name);
  if (placed->type == ArchiveEntry::Type::kLink) links_.insert(placed->name);
  if (placed->type == ArchiveEntry::Type::kFile) files_.insert(placed->name);
  if (placed->type == ArchiveEntry::Type::kHardLink) {
    if (!files_.contains(placed->target))
      return refused(entry.name, "is another name of " + text_of_bytes(entry.target) + ", which is no file before it");
    files_.insert(placed->name);
  }
  return {};
}

Result<> ArchiveCheck::finish() const {
  if (names_.empty()) return fail(Code::kOperation, "nothing of the archive was to be unpacked");
  for (const std::string& name : names_) {
    for (std::size_t end = name.find('/'); end != std::string::npos; end = name.find('/', end + 1)) {
      if (links_.contains(name.substr(0, end)))
        return refused(name, "goes through " + text_of_bytes(name.substr(0, end)) + ", a link of the archive");
    }
  }
  return {};
}

}  // namespace plumb::exec
