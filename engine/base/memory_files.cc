#include "engine/base/memory_files.h"

#include <algorithm>
#include <cstring>

namespace plumb {
namespace {

namespace fs = std::filesystem;

// "a/./b/" -> "a/b"; the folder itself is ".".
fs::path normal(const fs::path& path) {
  const fs::path clean = (path / "").lexically_normal().parent_path();
  return clean.empty() ? fs::path(".") : clean;
}

class TextStream : public FileStream {
 public:
  explicit TextStream(std::string_view text) : size_(text.size()), left_(text) {}

  std::uint64_t size() const override { return size_; }

  Result<std::size_t> read(char* to, std::size_t size) override {
    const std::size_t count = std::min(size, left_.size());
    std::memcpy(to, left_.data(), count);
    left_.remove_prefix(count);
    return count;
  }

 private:
  std::size_t size_;
  std::string_view left_;
};

}  // namespace

void MemoryFiles::add(const fs::path& path, std::string text, bool executable) {
  fs::path at = normal(path);
  files_.insert_or_assign(at, File{std::move(text), executable});
  EntryType type = EntryType::kFile;
  while (at.has_filename() && at != ".") {
    const fs::path parent = at.has_parent_path() ? at.parent_path() : fs::path(".");
    folders_[parent].insert_or_assign(at.filename().string(), type);
    type = EntryType::kFolder;
    at = parent;
  }
}

void MemoryFiles::add_answer(std::vector<std::string> arguments, ProgramOutput output) {
  answers_.insert_or_assign(std::move(arguments), std::move(output));
}

const MemoryFiles::File* MemoryFiles::find(const fs::path& path) const {
  const auto found = files_.find(normal(path));
  return found == files_.end() ? nullptr : &found->second;
}

bool MemoryFiles::is_folder(const fs::path& path) const {
  return folders_.contains(normal(path));
}

std::optional<FileStatus> MemoryFiles::status(const fs::path& path) const {
  if (const File* file = find(path)) return FileStatus{EntryType::kFile, file->text.size(), file->executable};
  if (is_folder(path)) return FileStatus{EntryType::kFolder, 0, false};
  return below().status(path);
}

std::optional<fs::path> MemoryFiles::real(const fs::path& path) const {
  if (auto found = below().real(path)) return found;
  if (find(path) == nullptr && !is_folder(path)) return std::nullopt;
  // New in a folder that is there, perhaps by another name.
  const fs::path clean = normal(path);
  const auto folder = real(clean.has_parent_path() ? clean.parent_path() : fs::path("."));
  return folder ? std::optional<fs::path>(*folder / clean.filename()) : std::nullopt;
}

Result<fs::path> MemoryFiles::link_target(const fs::path& path) const {
  if (find(path) != nullptr) return fail(Code::kFileUnreadable, path.string() + " is not a link");
  return below().link_target(path);
}

Result<std::vector<FolderEntry>> MemoryFiles::list(const fs::path& folder, std::size_t most) const {
  const auto own = folders_.find(normal(folder));
  std::map<std::string, EntryType> all;
  Result<std::vector<FolderEntry>> others = below().list(folder, most);
  if (!others && own == folders_.end()) return others;
  if (others) {
    for (FolderEntry& entry : *others) all.emplace(std::move(entry.name), entry.type);
  }
  if (own != folders_.end()) {
    for (const auto& [name, type] : own->second) {
      // A folder that is a link below stays one.
      if (type == EntryType::kFile || !all.contains(name)) all.insert_or_assign(name, type);
    }
  }
  std::vector<FolderEntry> entries;
  for (const auto& [name, type] : all) {
    if (entries.size() > most) break;
    entries.push_back({name, type});
  }
  return entries;
}

Result<std::string> MemoryFiles::read(const fs::path& path, std::size_t limit) const {
  const File* file = find(path);
  if (file == nullptr) return below().read(path, limit);
  if (file->text.size() > limit) {
    return fail(Code::kYamlLimit, path.string() + " has " + std::to_string(file->text.size()) + " bytes; at most " +
                                      std::to_string(limit) + " are read");
  }
  return file->text;
}

Result<std::unique_ptr<FileStream>> MemoryFiles::open(const fs::path& path) const {
  if (const File* file = find(path)) return std::make_unique<TextStream>(file->text);
  return below().open(path);
}

bool MemoryFiles::has_program(const std::string& name) const {
  return std::any_of(answers_.begin(), answers_.end(),
                     [&](const auto& answer) { return !answer.first.empty() && answer.first.front() == name; }) ||
         below().has_program(name);
}

Result<ProgramOutput> MemoryFiles::run(const std::vector<std::string>& arguments, const fs::path& folder, Code code,
                                       const ProgramLimits& limits) const {
  if (const auto answer = answers_.find(arguments); answer != answers_.end()) return answer->second;
  return below().run(arguments, folder, code, limits);
}

}  // namespace plumb
