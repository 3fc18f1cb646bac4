// FakeSystem: a System for tests, over a scratch folder that is its root, with scripted processes and accounts.
//
// Files are real files below the scratch folder with real modes; who owns them is kept aside (root, unless a
// test says otherwise), so that tests need no privileges. apply() gives operations on files their meaning, which lets a
// test check that a kind converges: apply, observe again, expect no change.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "providers/sdk/provider.h"

namespace plumb {

class FakeSystem : public System {
 public:
  FakeSystem();
  ~FakeSystem() override;
  FakeSystem(const FakeSystem&) = delete;
  FakeSystem& operator=(const FakeSystem&) = delete;

  // Making the host. Parents are made as needed; paths are paths of the host.
  void make_file(const std::string& path, std::string_view content, mode_t mode = 0644);
  void make_directory(const std::string& path, mode_t mode = 0755);
  void make_link(const std::string& path, const std::string& target);
  void make_fifo(const std::string& path);
  void remove(const std::string& path);
  void own(const std::string& path, std::uint32_t uid, std::uint32_t gid);
  void mount(const std::string& path) { mounts_.push_back(path); }  // another device from here down
  void set_beyond_mode(const std::string& path, BeyondMode beyond) { beyond_[path] = std::move(beyond); }
  // For a folder the file system's hold below it too.
  void set_limits(const std::string& path, Limits limits) { limits_[path] = std::move(limits); }
  void add_user(Account account) { users_.push_back(std::move(account)); }
  void add_group(GroupAccount group) { groups_.push_back(std::move(group)); }
  void set_image(bool image) { image_ = image; }
  // The answer to a process whose argv, joined by spaces, matches the glob. The last script that matches wins.
  void script(std::string glob, ProcessResult result);
  // The answer to a probe about the network, by what describe() makes of it: why it does not pass, "" where it does.
  void set_answer(const std::string& described, std::string why) { answers_[described] = std::move(why); }
  void add_program(const std::string& name) { programs_.push_back(name); }

  // Makes the content known to apply() and gives its digest.
  std::string blob(std::string bytes);
  // WriteFile EditFile MakeDirectory MakeLink Remove SetAttributes, and those on the kernel, by what it tells of itself
  // in files; others are refused.
  Result<> apply(const Operation& operation);
  Result<> apply(std::span<const Operation> operations);

  std::string content(const std::string& path);
  // Every process that was asked for, argv joined by spaces.
  const std::vector<std::string>& ran() const { return ran_; }
  const std::vector<ProcessRequest>& requests() const { return requests_; }
  // Where a path of the host really lies.
  std::string real(const std::string& path) const { return scratch_ + path; }

  Result<std::optional<FileInfo>> stat(const std::string& path, bool follow) override;
  Result<std::string> file_digest(const std::string& path) override;
  Result<std::string> read_file(const std::string& path, std::size_t limit) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<> walk(const std::string& folder, const TreeVisitor& visit) override;
  Result<BeyondMode> beyond_mode(const std::string& path, bool follow) override;
  Result<Limits> limits(const std::string& path) override;
  Result<std::string> resolve(const std::string& path) override;
  std::string find_program(const std::string& name) override;
  Result<std::string> ask(const Probe& probe) override;
  std::optional<Account> user_by_name(const std::string& name) override;
  std::optional<Account> user_by_id(std::uint32_t uid) override;
  std::optional<GroupAccount> group_by_name(const std::string& name) override;
  std::optional<GroupAccount> group_by_id(std::uint32_t gid) override;
  std::string root() const override { return image_ ? "/image" : "/"; }

 protected:
  Result<ProcessResult> run_program(const ProcessRequest& request) override;

 private:
  Result<std::string> place_of(const std::string& path);
  Result<> set_ownership(const std::string& path, const Ownership& ownership);

  std::string scratch_;
  bool image_ = false;
  std::vector<Account> users_ = {{"root", 0, 0, "root", "/root", "/bin/sh"}};
  std::vector<GroupAccount> groups_ = {{"root", 0, {}}};
  std::map<std::string, std::pair<std::uint32_t, std::uint32_t>> owners_;
  std::vector<std::string> mounts_;
  std::map<std::string, BeyondMode> beyond_;
  std::map<std::string, Limits> limits_;
  std::vector<std::pair<std::string, ProcessResult>> scripts_;
  std::vector<std::string> programs_;
  std::map<std::string, std::string> answers_;
  std::vector<std::string> ran_;
  std::vector<ProcessRequest> requests_;
  std::map<std::string, std::string> blobs_;
};

// One resource through a provider: what it observes, and the change it asks for. A failed observation is an empty
// optional in `observed` with its error in `problem`.
struct Seen {
  std::optional<Observed> observed;
  std::optional<Diagnostic> problem;
  Change change;
};
Seen see(const Provider& provider, const Desired& desired, System& system);

// {"op", "before", "after", "operations", and where they are not the plain case "fidelity" and "note"}: the form
// that tests and cases compare.
Json to_json(const Change& change);

}  // namespace plumb
