// The System of a real host, or of an image below a root prefix.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "engine/base/byte_sink.h"
#include "engine/base/hidden_texts.h"
#include "engine/exec/accounts.h"
#include "engine/exec/kept_answers.h"
#include "engine/exec/process.h"
#include "engine/exec/root_files.h"
#include "engine/exec/seen_entries.h"
#include "providers/sdk/system.h"

namespace plumb::exec {

// Who follows a program while it runs.
struct Attendant {
  std::function<void(std::string_view bytes, bool errors)> takes;
  std::function<bool()> wants_end;
};

class LocalSystem : public System {
 public:
  explicit LocalSystem(RootFiles files);
  LocalSystem(const LocalSystem&) = delete;
  LocalSystem& operator=(const LocalSystem&) = delete;

  Result<std::optional<FileInfo>> stat(const std::string& path, bool follow) override;
  Result<std::string> file_digest(const std::string& path) override;
  Result<std::string> read_file(const std::string& path, std::size_t limit) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<> walk(const std::string& folder, const TreeVisitor& visit) override;
  Result<BeyondMode> beyond_mode(const std::string& path, bool follow) override;
  Result<Limits> limits(const std::string& path) override;
  Result<std::string> resolve(const std::string& path) override;
  using System::run;
  std::string find_program(const std::string& name) override;
  Result<std::string> ask(const Probe& probe) override;
  std::optional<Account> user_by_name(const std::string& name) override { return accounts_.user(name); }
  std::optional<Account> user_by_id(std::uint32_t uid) override { return accounts_.user(uid); }
  std::optional<GroupAccount> group_by_name(const std::string& name) override { return accounts_.group(name); }
  std::optional<GroupAccount> group_by_id(std::uint32_t gid) override { return accounts_.group(gid); }
  std::string root() const override { return files_.root(); }

  // For every program from now on.
  void set_environment(const std::string& name, const std::string& value) { environment_[name] = value; }
  // This process cannot write any more, and so no program that it starts.
  void set_confined() { confined_ = true; }
  // No program that is started from now on runs longer; nothing: each as long as it is given.
  void set_deadline(std::optional<std::chrono::steady_clock::time_point> deadline) { deadline_ = deadline; }
  bool is_overdue() const { return deadline_ && std::chrono::steady_clock::now() >= *deadline_; }
  // Which programs are started from now on (empty: all), and whether ask() asks.
  void set_permitted(std::function<bool(const ProcessRequest&)> permitted, bool asks) {
    permitted_ = std::move(permitted);
    asks_ = asks;
  }
  // Called now and then in what may take long.
  void set_while_busy(std::function<void()> call) { while_busy_ = std::move(call); }
  // From now on answers are kept that are decided by files, here and in children that are forked later.
  void keep_answers() {
    if (!answers_) answers_.emplace();
  }
  const RootFiles& files() const { return files_; }
  // What stat() told of.
  SeenEntries& seen() { return seen_; }
  // As run(), for an output that is told: these texts are taken out of it, and where it is too long the end is kept,
  // since the reason of a failure stands there.
  Result<ProcessResult> run_keeping_end(const ProcessRequest& request);
  // As run_keeping_end(), of a program whose output goes to `take` as it comes; an error of `take` ends it and is the
  // answer. `input`: an open file that it reads, or -1 for the request's text.
  Result<ProcessResult> run_streaming(const ProcessRequest& request, const ByteSink& take, int input = -1);
  // As run(), of a program that somebody attends: all that it prints goes there, and it is ended when they want it.
  Result<ProcessResult> run_attended(const ProcessRequest& request, const Attendant& attendant);
  // A regular file, as long as it is when it is opened; of one that tells no size its beginning.
  Result<> read_pieces(const std::string& path, const ByteSink& take);
  void set_hidden(HiddenTexts texts) { hidden_ = std::move(texts); }
  // The number of a user or group given by name or number; kUnknownAccount.
  Result<uid_t> uid_of(const std::string& user);
  Result<gid_t> gid_of(const std::string& group);

 protected:
  Result<ProcessResult> run_program(const ProcessRequest& request) override;

 private:
  // Only absolute folders of `path`, a list as PATH has it, are looked in.
  std::string find_program(const std::string& name, const std::string& path);
  struct Streams {
    std::function<bool(std::string_view)> output;
    int input = -1;
    std::function<bool(std::string_view)> errors = {};
    std::function<bool()> wants_end = {};
  };
  Result<ProcessResult> run(const ProcessRequest& request, bool keep_end, Streams streams);
  void hide(const ProcessRequest& request, ProcessResult& result) const;
  HeldEntry hold(const std::string& path, bool follow);

  RootFiles files_;
  Accounts accounts_;
  std::map<std::string, std::string> environment_;
  bool confined_ = false;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
  std::function<void()> while_busy_;
  std::function<bool(const ProcessRequest&)> permitted_;
  bool asks_ = true;
  HiddenTexts hidden_;
  std::optional<KeptAnswers> answers_;
  SeenEntries seen_;
  // What stat() opened last, for the question that mostly comes next.
  struct {
    std::string path;
    bool follow = false;
    HeldEntry entry;
  } held_;
};

}  // namespace plumb::exec
