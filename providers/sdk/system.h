// System: the only door from a provider to the host. Reads only; nothing here can change the host, and the
// process that hands it out is confined by the kernel as well (engine/exec/sandbox.h).
//
// Paths are absolute paths of the host and lie below the root prefix (`--root DIR`); links are resolved
// inside it. Tests give providers a scratch root and scripted processes (providers/sdk/fake_system.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace plumb {

struct Probe;  // operation.h

enum class FileType { kFile, kDirectory, kLink, kOther };

struct FileInfo {
  FileType type = FileType::kFile;
  std::uint32_t mode = 0;  // permission bits with setuid, setgid, sticky
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t size = 0;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t names = 1;  // by which it is known, where it is no folder
  std::string link_target;  // kLink only
};

// What an entry has beyond its mode.
struct BeyondMode {
  std::string access_list = {};  // "user:deploy:r--,default:group:dev:rwx"; "" for none
  bool capabilities = false;     // of a program
  std::string label = {};        // of SELinux: "system_u:object_r:etc_t:s0"; "" for none
  // Its extended attributes of the namespaces user and trusted, whole names, bytes as text.
  std::map<std::string, std::string> extended = {};
  bool is_cut = false;  // it has more of these than are read
};

// What cannot be changed of an entry whatever its mode says.
struct Limits {
  bool mount = false;         // it is where something is mounted, or the root
  bool immutable = false;     // its flags forbid changes
  bool read_only = false;     // its file system is mounted so
  std::string modeless = {};  // its file system, where that keeps neither owners nor modes: "vfat"
};

// In order of name, a folder before what is in it. `mounted`: it lies in another mount than the folder that was asked
// about. True goes into a folder.
using TreeVisitor = std::function<Result<bool>(const std::string& path, const FileInfo& info, bool mounted)>;

struct ProcessRequest {
  std::vector<std::string> argv;  // argv[0] without a slash is looked up in PATH: that of `env`, or the clean one
  std::string cwd;
  std::map<std::string, std::string> env;  // added to a clean PATH, LANG=C.UTF-8, HOME, USER, LOGNAME
  std::string user;
  std::string stdin_text;
  std::chrono::seconds timeout{60};
  std::size_t output_limit = std::size_t{1} << 20;  // each of the two; what is past it is dropped
  // What would print more than that is ended.
  bool end_at_limit = false;
  std::uint64_t memory = 0;  // bytes that each of its processes may have; 0: what it likes
  // Where its time is up, what it printed by then is the answer; else that is an error which names it.
  bool may_be_late = false;
  // It is only asked something: whoever runs it, the kernel lets it write nothing but into its TMPDIR.
  bool changes_nothing = false;
  // Files and folders that alone decide what it answers, where that is so: the answer may be kept while they are as
  // they were. Empty: it is run each time.
  std::vector<std::string> decided_by;
  // Paths that the answer is about: on a host that is only thought of the program would see what is there now.
  std::vector<std::string> about = {};
};

struct ProcessResult {
  int exit_code = 0;        // 128 + signal where a signal ended it
  std::string output = {};  // standard output
  std::string errors = {};  // standard error
  bool timed_out = false;
  std::uint64_t most_memory = 0;  // bytes that it had at once, or one of its own that it waited for
};

struct Account {
  std::string name;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string comment;
  std::string home;
  std::string shell;
};

struct GroupAccount {
  std::string name;
  std::uint32_t gid = 0;
  std::vector<std::string> members;
};

class System {
 public:
  virtual ~System() = default;

  // Nothing there (also below something that is no directory): an empty optional, not an error.
  // `follow`: of what a link points to.
  virtual Result<std::optional<FileInfo>> stat(const std::string& path, bool follow) = 0;
  // SHA-256 of a regular file, "sha256:…", without holding it in memory. Follows links.
  virtual Result<std::string> file_digest(const std::string& path) = 0;
  // At most `limit` bytes; an error where the file is larger. Follows links.
  virtual Result<std::string> read_file(const std::string& path, std::size_t limit) = 0;
  // Names in a folder, sorted, without "." and "..".
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  // All that lies below a folder, never through a link and however deep. Links come without their targets.
  virtual Result<> walk(const std::string& folder, const TreeVisitor& visit) = 0;
  virtual Result<BeyondMode> beyond_mode(const std::string& path, bool follow) = 0;
  // Of the entry itself. Nothing there: none.
  virtual Result<Limits> limits(const std::string& path) = 0;
  // Where path lies after links are resolved, as a path of the host; the last part need not exist.
  virtual Result<std::string> resolve(const std::string& path) = 0;

  // With the environment that was set, but for what the request sets itself. Errors: kProgramMissing; kProgramTimeout,
  // also of one whose time was up before: what hangs is waited for once. An exit code other than zero is a result, not
  // an error.
  Result<ProcessResult> run(const ProcessRequest& request);
  // Programs whose time was up are tried again.
  void ask_anew() { hung_.clear(); }
  // Where a program lies in the clean PATH of the host; empty when it is not there.
  virtual std::string find_program(const std::string& name) = 0;

  // Tries a probe about the network once: why it does not pass; "" where it does.
  virtual Result<std::string> ask(const Probe& probe);

  // The local databases (/etc/passwd, /etc/group), then what the name service knows.
  virtual std::optional<Account> user_by_name(const std::string& name) = 0;
  virtual std::optional<Account> user_by_id(std::uint32_t uid) = 0;
  virtual std::optional<GroupAccount> group_by_name(const std::string& name) = 0;
  virtual std::optional<GroupAccount> group_by_id(std::uint32_t gid) = 0;

  // The project's key, where it is known here: for looking whether a text is one that is sensitive.
  const std::string& key() const { return key_; }
  void set_key(std::string key) { key_ = std::move(key); }

  // The connection over which this host is reached, as sshd tells it: "192.0.2.5 50022 192.0.2.1 22"; "" where it is
  // none.
  const std::string& reached_by() const { return reached_by_; }
  void set_reached_by(std::string connection) { reached_by_ = std::move(connection); }

  // Of all programs from now on.
  void set_env(std::map<std::string, std::string> env) { env_ = std::move(env); }

  // "/" unless an image is worked on; then services are not running and programs of the host are not run.
  virtual std::string root() const = 0;
  bool is_image() const { return root() != "/"; }

 protected:
  virtual Result<ProcessResult> run_program(const ProcessRequest& request) = 0;
  ProcessRequest with_env(ProcessRequest request) const {
    // What is there already stays.
    request.env.insert(env_.begin(), env_.end());
    return request;
  }

 private:
  std::string key_;
  std::string reached_by_;
  std::map<std::string, std::string> env_;
  std::set<std::string> hung_;
};

inline Result<std::string> System::ask(const Probe&) {
  return fail(Code::kCannotObserve, "this host is not asked over its network");
}

}  // namespace plumb
