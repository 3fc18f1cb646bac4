// ForeseenSystem: a host as it will be once operations were carried out on it. Nothing is changed: what operations on
// files and accounts would leave is kept beside what the host has, and what is asked is answered from both.
//
// So a resource is observed as it will be found when its turn comes, by the same code that observes it now. What is
// observed through it before anything is carried out need not be asked for again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "providers/sdk/foreseen_accounts.h"
#include "providers/sdk/kernel_files.h"
#include "providers/sdk/place_map.h"
#include "providers/sdk/provider.h"

namespace plumb {

class ForeseenSystem : public System {
 public:
  // Whose new files are that nobody is named for.
  struct Self {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
  };
  // `now` outlives this.
  ForeseenSystem(System& now, Self self) : now_(now), self_(self) {
    set_key(now.key());
    set_reached_by(now.reached_by());
  }

  // What the operation leaves; an error where it would fail. What it touches is remembered as `who`'s, a number that
  // grows. What operations on neither files nor accounts leave is not foreseen.
  Result<> carry_out(const Operation& operation, std::size_t who);
  static bool foresees(const Operation& operation);

  // What a program says of itself: that something lies at a path afterwards, of which nobody knows what it is and what
  // is in it, or that nothing does. Folders above it are there then.
  Result<> expect_made(const std::string& path, std::size_t who);
  // That a folder lies there, which is made if there is none, and nobody knows what is in it.
  Result<> expect_filled(const std::string& path, const Ownership& of_new, std::size_t who);
  Result<> expect_gone(const std::string& path, std::size_t who);
  // As if what they leave that is not known were not there.
  void take_unknown_as_gone(std::size_t who);
  // Whether programs are run for what is asked. Where they are not, it is remembered that one would have had to be.
  void run_programs(bool run) { runs_programs_ = run; }
  bool take_left_out_program() { return std::exchange(left_out_program_, false); }
  // Those on whom it depended what was asked since the last call, so that nothing could be told.
  std::set<std::size_t> take_met_unknown() { return std::exchange(met_unknown_, {}); }

  // Another number whenever a path may lead to another place than before.
  std::uint64_t ways() const { return ways_changed_; }

  bool is_untouched() const { return touched_.empty() && accounts_.empty(); }
  bool has_touched_accounts() const { return !accounts_.empty(); }
  // Those who touched what is asked for at these paths, by whatever name: what lies there, was put or taken away above,
  // or changed below.
  std::set<std::size_t> who_touched(const std::vector<std::string>& paths);
  // Those who touched the accounts of these names; all who touched any for no names.
  std::set<std::size_t> who_touched_accounts(const std::set<std::string>& names) const;

  Result<std::optional<FileInfo>> stat(const std::string& path, bool follow) override;
  Result<std::string> file_digest(const std::string& path) override;
  Result<std::string> read_file(const std::string& path, std::size_t limit) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<> walk(const std::string& folder, const TreeVisitor& visit) override;
  Result<BeyondMode> beyond_mode(const std::string& path, bool follow) override;
  Result<Limits> limits(const std::string& path) override;
  Result<std::string> resolve(const std::string& path) override;
  // Programs see the host as it is now, so nothing is told of what was touched.
  std::string find_program(const std::string& name) override;
  Result<std::string> ask(const Probe& probe) override;
  std::optional<Account> user_by_name(const std::string& name) override;
  std::optional<Account> user_by_id(std::uint32_t uid) override;
  std::optional<GroupAccount> group_by_name(const std::string& name) override;
  std::optional<GroupAccount> group_by_id(std::uint32_t gid) override;
  std::string root() const override { return now_.root(); }

 protected:
  Result<ProcessResult> run_program(const ProcessRequest& request) override;

 private:
  // The bytes of a file: those that the host has at `at` now, a text, those that are known by digest alone, or those
  // that nobody knows.
  struct Bytes {
    std::string at;
    std::optional<std::string> text;
    std::string digest;
    std::optional<std::size_t> unknown = {};  // who leaves them
  };
  struct Entry {
    std::optional<FileInfo> info;  // nothing where it is gone
    Bytes bytes;
    bool fresh = false;  // nothing of what the host has below it is there
    BeyondMode beyond = {};
    std::optional<std::size_t> unknown = {};  // who leaves there what cannot be known
    std::optional<std::size_t> filled = {};   // who leaves that in the folder
  };
  struct Touched {
    std::optional<std::size_t> made;     // who last put it there or took it away
    std::optional<std::size_t> dressed;  // who last changed its attributes
  };
  using Inode = std::pair<std::uint64_t, std::uint64_t>;
  // Where the links of a path lead.
  struct Way {
    std::string place;                   // nothing for the root
    std::vector<std::string> links;      // their places, in the order in which they are passed
    std::optional<std::uint32_t> maker;  // of the last that is neither root's nor the executor's
  };

  static std::string joined_path(const std::string& folder, std::string_view name);
  // A place is a path without links in front of its last part.
  Result<std::string> place_of(const std::string& path);
  // Links in its last part resolved, too.
  Result<std::string> place_behind(const std::string& path, std::set<std::string>* links_passed = nullptr);
  Result<Way> way_to(const std::string& path);
  Result<> go_on(Way& way, std::string_view parts, const std::string& path);
  Result<std::optional<Entry>> at(const std::string& place);
  Result<std::optional<FileInfo>> step(const std::string& place);
  Result<FileInfo> folder_above(const std::string& place);
  void dress_as_changed(FileInfo& info) const;
  Error not_known(const std::string& place, std::size_t who);
  bool leaves_out_program();
  std::optional<std::size_t> who_touched_account(const std::string& user);
  bool is_open(const std::string& place) const;  // nobody knows what lies there
  void leave_unknown(const std::string& place, std::size_t who);
  void put(const std::string& place, Entry entry, std::size_t who);
  void lead_elsewhere() { ways_.clear(), ++ways_changed_; }
  void forget_below(const std::string& place);
  void take_away(const std::string& place, std::size_t who);
  FileInfo fresh(FileType type, std::uint32_t mode, const FileInfo& folder);
  void keep_inode(const FileInfo& old, Entry& entry, std::size_t who);
  void dress(FileInfo& info, const Ownership& ownership);
  Result<Entry> file_at(const std::string& path);
  void add_who_shares(const std::string& place, std::set<std::size_t>& who);

  template <class Write>
  Result<> write_file(const Write& write, Bytes bytes, std::size_t who);
  Result<> carry_out_one(const WriteFile& write, std::size_t who);
  Result<> carry_out_one(const Fetch& fetch, std::size_t who);
  Result<> carry_out_one(const Unpack& unpack, std::size_t who);
  Result<> carry_out_one(const EditFile& edit, std::size_t who);
  Result<> carry_out_one(const MakeDirectory& make, std::size_t who);
  Result<> carry_out_one(const MakeLink& make, std::size_t who);
  Result<> carry_out_one(const Remove& remove, std::size_t who);
  Result<> carry_out_one(const SetAttributes& set, std::size_t who);
  Result<> carry_out_one(const EditDatabase& edit, std::size_t who);
  Result<> carry_out_one(const SetKernelValue& set, std::size_t who);
  Result<> carry_out_one(const ChangeMount& change, std::size_t who);
  Result<> carry_out_one(const ChangeSwap& change, std::size_t who);
  Result<> carry_out_one(const ChangeModule& change, std::size_t who);
  Result<> tell(const KernelFile& file, std::size_t who);
  Result<> make_home(const ForeseenAccounts::Home& home, std::size_t who);
  Result<> remove_home(const ForeseenAccounts::Home& home, const std::string& user, std::size_t who);
  Result<std::vector<std::pair<std::string, Entry>>> all_below(const std::string& path);
  Result<> move_home(const std::string& from, const std::string& to, std::size_t who);
  Result<> copy(const std::string& from, const std::string& to, const ForeseenAccounts::Home& home, std::size_t who);

  System& now_;
  Self self_;
  PlaceMap<Entry> entries_;
  std::unordered_map<std::string, std::optional<FileInfo>> steps_;  // what the host has, where that was asked before
  std::map<std::string, Way> ways_;                                 // to folders, until something may lead elsewhere
  std::map<Inode, FileInfo> dressed_;    // entries of the host whose attributes change, whatever they are called
  std::map<Inode, BeyondMode> beyond_;   // what they are given beyond their modes
  std::map<Inode, Bytes> written_;       // what is written over of those with several names
  std::set<Inode> linked_;               // those that are given a further name
  std::map<Inode, std::size_t> shared_;  // by whom attributes change of what has several names
  PlaceMap<Touched> touched_;
  std::map<std::string, std::optional<Account>> users_;
  std::map<std::string, std::optional<GroupAccount>> groups_;
  std::vector<std::pair<std::string, std::size_t>> accounts_;  // names of those that were touched, and by whom
  std::set<std::size_t> met_unknown_;
  bool runs_programs_ = true;
  bool left_out_program_ = false;
  std::uint64_t made_ = 0;
  std::uint64_t ways_changed_ = 0;
};

}  // namespace plumb
