#include "engine/config/include.h"

#include <algorithm>
#include <set>

#include "engine/base/glob.h"

namespace plumb::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 10'000;
constexpr int kDeepest = 32;

class FileSearch {
 public:
  FileSearch(Folder root, std::vector<std::string> parts) : root_(std::move(root)), parts_(std::move(parts)) {}

  std::set<std::string> run() {
    descend("", 0, 0);
    return std::move(found_);
  }
  bool too_many() const { return visited_ > kMostFiles; }

 private:
  void descend(const fs::path& relative, std::size_t part, int depth) {
    if (depth > kDeepest || too_many()) return;
    const bool last = part + 1 == parts_.size();
    if (parts_[part] == "**") {
      if (!last) descend(relative, part + 1, depth + 1);
      each(relative, [&](const FolderEntry& entry) {
        const std::string& name = entry.name;
        if (name.starts_with('.')) return;
        // Links to folders are not followed: they could lead in a circle.
        if (entry.type == EntryType::kFolder) descend(relative / name, part, depth + 1);
        if (last && is(entry, relative, EntryType::kFile)) found_.insert((relative / name).generic_string());
      });
      return;
    }
    each(relative, [&](const FolderEntry& entry) {
      const std::string& name = entry.name;
      if (!glob_match(parts_[part], name) || (name.starts_with('.') && !parts_[part].starts_with('.'))) return;
      if (last && is(entry, relative, EntryType::kFile)) found_.insert((relative / name).generic_string());
      if (!last && is(entry, relative, EntryType::kFolder)) descend(relative / name, part + 1, depth + 1);
    });
  }

  template <class Visit>
  void each(const fs::path& relative, const Visit& visit) {
    if (too_many()) return;
    const auto entries = (root_ / relative).list(kMostFiles - visited_);
    if (!entries) return;
    for (const FolderEntry& entry : *entries) {
      if (++visited_ > kMostFiles) return;
      visit(entry);
    }
  }

  // Of what a link leads to.
  bool is(const FolderEntry& entry, const fs::path& relative, EntryType type) const {
    if (entry.type != EntryType::kLink) return entry.type == type;
    const auto status = (root_ / relative).status(entry.name);
    return status && status->type == type;
  }

  Folder root_;
  std::vector<std::string> parts_;
  std::set<std::string> found_;
  std::size_t visited_ = 0;
};

Error problem(Code code, std::string summary, std::string label) {
  Diagnostic diagnostic(code, std::move(summary));
  diagnostic.label = std::move(label);
  return Error(std::move(diagnostic));
}

}  // namespace

Result<std::vector<std::string>> find_included(const Folder& folder, const std::string& pattern) {
  std::vector<std::string> parts;
  for (const fs::path& part : fs::path(pattern).lexically_normal()) {
    if (!part.empty()) parts.push_back(part.string());
  }
  if (pattern.starts_with('/') || parts.empty() || parts[0] == "..") {
    return problem(Code::kOutsideProject, "an include must lie in the project folder",
                   "expected a name or glob relative to the project folder");
  }
  FileSearch search(folder, std::move(parts));
  const std::set<std::string> found = search.run();
  if (search.too_many()) {
    return problem(Code::kBadInclude, "an include looks through too many files", "more than 10,000 entries");
  }
  if (found.empty()) {
    return problem(Code::kBadInclude, "an include finds no file",
                   is_glob(pattern) ? "no file matches this" : "there is no such file");
  }
  return std::vector<std::string>(found.begin(), found.end());
}

}  // namespace plumb::config
