#include "engine/config/module_git.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <string_view>
#include <system_error>
#include <vector>

#include "engine/base/file.h"
#include "engine/config/git.h"
#include "engine/config/module_lock.h"
#include "engine/config/module_store.h"

namespace plumb::config {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

constexpr std::chrono::seconds kNetworkTime{300};
constexpr std::chrono::seconds kLocalTime{60};

// In-tree attributes, filters and line endings would make other bytes on another machine; these win over all of them.
constexpr std::string_view kAttributes = "* -text -filter -ident -working-tree-encoding\n";

Result<ProgramOutput> start(const Arguments& arguments, const Folder& folder, std::chrono::seconds time) {
  if (!folder.files().has_program("git"))
    return fail(Code::kModuleFetch, "the `git` program is not in PATH, and modules from git need it");
  Result<ProgramOutput> output =
      folder.files().run(git_command(arguments), folder.path(), Code::kModuleFetch, {.time = time});
  if (!output) return Error(output.error()).during("running git " + arguments.front());
  return output;
}

Result<std::string> run(const Arguments& arguments, const Folder& folder, std::chrono::seconds time) {
  PLUMB_TRY_ASSIGN(const ProgramOutput output, start(arguments, folder, time));
  if (output.exit_code != 0) return fail(Code::kModuleFetch, "git says: " + git_said(output.errors));
  return output.text;
}

Error expect_safe(const std::string& what) {
  return fail(Code::kModuleFetch, "`" + what + "` is not given to git");
}

// Servers may refuse a commit that no branch or tag points to; then everything is asked for.
Result<> fetch_objects(const Folder& repository, const std::string& url, const std::string& commit) {
  const Arguments quiet = {"fetch", "--quiet", "--no-tags", "--no-recurse-submodules"};
  Arguments one = quiet;
  one.insert(one.end(), {"--depth=1", "--", url, commit});
  PLUMB_TRY_ASSIGN(const ProgramOutput output, start(one, repository, kNetworkTime));
  if (output.exit_code == 0) return {};
  Arguments all = quiet;
  all.insert(all.end(), {"--", url, "+refs/heads/*:refs/all/heads/*", "+refs/tags/*:refs/all/tags/*"});
  PLUMB_TRY(run(all, repository, kNetworkTime));
  return {};
}

// "MODE TYPE OBJECT SIZE\tPATH", each ended by a zero byte.
Result<> expect_bounded(const std::string& tree) {
  std::size_t files = 0;
  std::size_t bytes = 0;
  std::string_view left = tree;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find('\0'), left.size());
    const std::string_view head = left.substr(0, std::min(left.find('\t'), end));
    left.remove_prefix(std::min(end + 1, left.size()));
    const std::string_view size = head.substr(head.rfind(' ') + 1);
    std::size_t count = 0;
    std::from_chars(size.data(), size.data() + size.size(), count);  // "-" for a submodule
    bytes += count;
    if (++files > kMostModuleFiles || bytes > kMostModuleBytes) {
      return fail(Code::kModuleFetch, "the repository is too large for modules: at most " +
                                          std::to_string(kMostModuleFiles) + " files and " +
                                          std::to_string(kMostModuleBytes >> 20) + " MiB are taken");
    }
  }
  return {};
}

}  // namespace

Result<std::string> remote_commit(const Files& files, const std::string& url, const std::string& ref) {
  if (!fault_of_git_url(url).empty()) return expect_safe(url);
  if (!is_git_ref(ref)) return expect_safe(ref);
  const std::string branch = "refs/heads/" + ref;
  const std::string tag = "refs/tags/" + ref;
  PLUMB_TRY_ASSIGN(const std::string listed, run({"ls-remote", "--quiet", "--", url, branch, tag, tag + "^{}"},
                                                 Folder(files, "/"), kNetworkTime));
  std::map<std::string, std::string> commits;
  std::string_view left = listed;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    const std::string_view line = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    const std::size_t tab = line.find('\t');
    if (tab == 40) commits[std::string(line.substr(tab + 1))] = std::string(line.substr(0, tab));
  }
  // What an annotated tag points to, not the tag.
  const bool has_tag = commits.contains(tag);
  if (has_tag && commits.contains(branch))
    return fail(Code::kModuleFetch, "`" + ref + "` is both a branch and a tag of " + url);
  for (const std::string& name : {tag + "^{}", tag, branch}) {
    if (const auto found = commits.find(name); found != commits.end()) return found->second;
  }
  return fail(Code::kModuleFetch, url + " has no branch and no tag `" + ref + "`");
}

Result<> fetch_commit(const Folder& folder, const std::string& url, const std::string& commit) {
  if (!fault_of_git_url(url).empty()) return expect_safe(url);
  const Folder repository(folder.files(), fs::absolute(folder.path() / "repository"));
  // With a slash at the end it is the prefix of every file's name.
  const std::string tree = (fs::absolute(folder.path() / "tree") / "").string();
  std::error_code error;
  fs::create_directories(repository.path(), error);
  fs::create_directories(tree, error);
  if (error) return fail(Code::kWriteFailed, "cannot make " + repository.path().string() + ": " + error.message());
  PLUMB_TRY(run({"init", "--quiet", "--template=", "--object-format=sha1", "."}, repository, kLocalTime));
  fs::create_directories(repository.path() / ".git/info", error);
  PLUMB_TRY(write_file(repository.path() / ".git/info/attributes", kAttributes));
  PLUMB_TRY(fetch_objects(repository, url, commit));
  const Result<std::string> type = run({"cat-file", "-t", commit}, repository, kLocalTime);
  if (!type || *type != "commit\n") return fail(Code::kModuleFetch, url + " has no commit " + commit);
  PLUMB_TRY_ASSIGN(const std::string listed, run({"ls-tree", "-r", "-l", "-z", commit}, repository, kLocalTime));
  PLUMB_TRY(expect_bounded(listed));
  PLUMB_TRY(run({"read-tree", commit}, repository, kLocalTime));
  PLUMB_TRY(run({"checkout-index", "--all", "--prefix=" + tree}, repository, kLocalTime));
  return {};
}

}  // namespace plumb::config
