#include "engine/run/checkout.h"

#include <algorithm>
#include <optional>

namespace plumb::run {
namespace {

// Of HEAD and of a reference; packed ones are as many as a repository has.
constexpr std::size_t kMostReference = std::size_t{4} << 10;
constexpr std::size_t kMostPacked = std::size_t{16} << 20;
constexpr std::string_view kReference = "ref: ";

class GitFolder {
 public:
  GitFolder(const Files& files, std::filesystem::path path) : files_(files), path_(std::move(path)) {
    const std::string common = first_line(path_ / "commondir", kMostReference);
    common_ = common.empty() ? path_ : path_ / common;
  }

  std::string checkout() const {
    const std::string head = first_line(path_ / "HEAD", kMostReference);
    if (!head.starts_with(kReference)) return is_commit(head) ? head : "";
    const std::string reference = head.substr(kReference.size());
    const std::string commit = commit_of(reference);
    constexpr std::string_view kBranches = "refs/heads/";
    const std::string branch = reference.starts_with(kBranches) ? reference.substr(kBranches.size()) : reference;
    return commit.empty() ? "" : commit + " (" + branch + ")";
  }

  static std::string first_line(const Files& files, const std::filesystem::path& path, std::size_t limit) {
    const Result<std::string> text = files.read(path, limit);
    return text ? text->substr(0, text->find('\n')) : "";
  }

 private:
  std::string first_line(const std::filesystem::path& path, std::size_t limit) const {
    return first_line(files_, path, limit);
  }

  // Of SHA-1 or SHA-256.
  static bool is_commit(std::string_view text) {
    return (text.size() == 40 || text.size() == 64) &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  }

  std::string commit_of(const std::string& reference) const {
    // It is a path below the folder; what leads out of it is none.
    if (reference.find("..") != std::string::npos || reference.starts_with('/')) return "";
    for (const std::filesystem::path& folder : {path_, common_}) {
      const std::string loose = first_line(folder / reference, kMostReference);
      if (is_commit(loose)) return loose;
    }
    const Result<std::string> packed = files_.read(common_ / "packed-refs", kMostPacked);
    if (!packed) return "";
    const std::size_t place = packed->find(" " + reference + "\n");
    if (place == std::string::npos) return "";
    const std::size_t begin = place == 0 ? 0 : packed->rfind('\n', place - 1) + 1;
    const std::string commit = packed->substr(begin, place - begin);
    return is_commit(commit) ? commit : "";
  }

  const Files& files_;
  const std::filesystem::path path_;
  std::filesystem::path common_;  // of all work trees of the repository
};

// The folder that git keeps its own in, of the work tree that the folder lies in.
std::optional<std::filesystem::path> git_folder(const Folder& folder) {
  constexpr std::string_view kElsewhere = "gitdir: ";
  std::filesystem::path at = folder.files().real(folder.path()).value_or(folder.path());
  while (true) {
    const std::filesystem::path git = at / ".git";
    if (const std::optional<FileStatus> status = folder.files().status(git)) {
      if (status->type == EntryType::kFolder) return git;
      const std::string line = GitFolder::first_line(folder.files(), git, kMostReference);
      if (!line.starts_with(kElsewhere)) return std::nullopt;
      return at / line.substr(kElsewhere.size());
    }
    if (!at.has_relative_path()) return std::nullopt;
    at = at.parent_path();
  }
}

}  // namespace

std::string checkout_of(const Folder& folder) {
  const std::optional<std::filesystem::path> git = git_folder(folder);
  return git ? GitFolder(folder.files(), *git).checkout() : "";
}

}  // namespace plumb::run
