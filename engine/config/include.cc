#include "engine/config/include.h"

#include <algorithm>
#include <set>
#include <system_error>

#include "engine/base/glob.h"

namespace plumb::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 10'000;
constexpr int kDeepest = 32;

class Search {
 public:
  Search(fs::path root, std::vector<std::string> parts) : root_(std::move(root)), parts_(std::move(parts)) {}

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
      each(relative, [&](const fs::directory_entry& entry, const std::string& name) {
        if (name.starts_with('.')) return;
        std::error_code error;
        // Links to folders are not followed: they could lead in a circle.
        if (!entry.is_symlink(error) && entry.is_directory(error)) descend(relative / name, part, depth + 1);
        if (last && entry.is_regular_file(error)) found_.insert((relative / name).generic_string());
      });
      return;
    }
    each(relative, [&](const fs::directory_entry& entry, const std::string& name) {
      if (!glob_match(parts_[part], name) || (name.starts_with('.') && !parts_[part].starts_with('.'))) return;
      std::error_code error;
      if (last && entry.is_regular_file(error)) found_.insert((relative / name).generic_string());
      if (!last && entry.is_directory(error)) descend(relative / name, part + 1, depth + 1);
    });
  }

  template <class Visit>
  void each(const fs::path& relative, const Visit& visit) {
    std::error_code error;
    for (fs::directory_iterator it(root_ / relative, error), end; !error && it != end; it.increment(error)) {
      if (++visited_ > kMostFiles) return;
      visit(*it, it->path().filename().string());
    }
  }

  fs::path root_;
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

Result<std::vector<std::string>> find_included(const fs::path& folder, const std::string& pattern) {
  std::vector<std::string> parts;
  for (const fs::path& part : fs::path(pattern).lexically_normal()) {
    if (!part.empty()) parts.push_back(part.string());
  }
  if (pattern.starts_with('/') || parts.empty() || parts[0] == "..") {
    return problem(Code::kOutsideProject, "an include must lie in the project folder",
                   "expected a name or glob relative to the project folder");
  }
  Search search(folder, std::move(parts));
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
