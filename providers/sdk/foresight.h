// Foresight: what each resource of a host finds when its turn comes, if those before it do what they are to.
//
// The same is asked when a plan is made and before it is applied. Resources are looked at one after another in their
// order; what each does is carried out on a host that is foreseen, and those that this may matter to are observed again
// there. In the end each is looked at once more: one that a later one takes back would never come to rest.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "providers/sdk/foreseen_system.h"
#include "providers/sdk/kind.h"

namespace plumb {

class Foresight {
 public:
  // One result for each, with what is sensitive sealed.
  using Observe = std::function<std::vector<Result<Observed>>(std::span<const Desired* const>, System&)>;

  // Everything referred to outlives this.
  Foresight(const Registry& kinds, System& now, ForeseenSystem::Self self, std::span<const Desired* const> desired,
            Observe observe);

  // The host as it is now, until something is carried out; what is observed there first costs less to foresee.
  ForeseenSystem& host() { return foreseen_; }

  // `found`: the resource as it is now. Becomes what will be found when its turn comes. Of one that looks at what
  // others have below its path, those are told whose changes there nothing can be seen through.
  void look(std::size_t index, Result<Observed>& found);
  // What the resource then does; an error where that would fail. Where it is not known what it finds, it is carried out
  // as far as it can be.
  Result<> carry_out(std::size_t index, std::span<const Operation> operations, bool finds_unknown);
  // Says of each that is not as it is asked for in the end who took it back. `asked`: what is asked for of it; nothing
  // for those that take no part.
  void look_back(std::size_t index, const Desired& asked, Observed& found);
  void look_back_at_programs(std::size_t index, const Desired& asked, Observed& found);

 private:
  struct Acted {
    std::size_t index = 0;
    std::vector<std::string> names;            // of what it changed, or stands on
    std::set<std::string> stands_on = {};      // of the names, those that it leaves where they are
    bool unforeseen = false;                   // a program does it
    bool may_serve = false;                    // what asks a server, or has it answer, may be there after it
    std::vector<std::string> took_along = {};  // files that went with packages
    std::optional<std::string> group = {};     // of what it unpacks
    const PackageManager* brings = nullptr;    // packages that come by it
  };

  // Those who change parts of one file, as they were observed last.
  struct Chain {
    std::size_t seen = 0;  // through the actions of all before this one
    std::map<std::size_t, Result<Observed>> found;
    std::set<std::size_t> unknown;  // on whom it depends what is found
  };
  // By the place of the file.
  struct Chains {
    std::optional<std::uint64_t> ways;  // by which the places were found
    std::map<std::size_t, std::string> places;
    std::map<std::string, std::vector<std::size_t>> members;
    std::map<std::string, Chain> chains;
  };

  const Provider* provider_of(std::size_t index) const;
  void look_through(std::size_t index, Result<Observed>& found);
  // Whether who changes what has this name may take away what is in the resource's way.
  bool may_move(std::size_t index, const Obstacle& obstacle, const std::string& name) const;
  bool may_move(std::size_t index, const Obstacle& obstacle, const Acted& earlier) const;
  bool stays_in_the_way(std::size_t index, const Observed& found);
  // Of one that is not foreseeable: as it will be found where something is in its way by then, or missing that is there
  // now, and that is seen without programs.
  std::optional<Observed> hindered_by_files(std::size_t index, const Observed& now);
  bool may_come_into(const std::vector<std::string>& folders, const PackageManager& manager);
  void note_programs(std::size_t index, Result<Observed>& found);
  bool is_in_chain(std::size_t index) const;
  Chains& chains();
  Result<> expect_effects(std::size_t index);
  Result<> check_reached(const Operation& operation);
  bool is_asked_for_before(std::size_t index, const std::string& path);
  void follow_packages(const PackageTransaction& transaction, Acted& acted);
  const std::set<std::string>& paths_asked_about();
  bool is_effect_foreseen(const Desired& desired) const;
  bool lacks_its_folder(const Desired& asked);
  // Whose changes may matter to it, and of those by the names that it asks for.
  struct Touch {
    std::set<std::size_t> all;
    std::set<std::size_t> named;
  };
  // `found`: as it was observed, where it could be.
  Touch who_touched(std::size_t index, const Observed* found);
  // That it manages, edits or implies; and those on which what it does hangs as well.
  std::vector<std::string> paths_of(std::size_t index);
  std::vector<std::string> paths_stood_on(std::size_t index);
  // Of one that is not foreseeable: who changed what it stands on, where it stands on it no more.
  std::set<std::size_t> who_took_its_stand(std::size_t index);
  // `unknown`: those on whom it depends, so that nothing can be told.
  Result<Observed> observe_again(std::size_t index, const std::set<std::size_t>& since, std::set<std::size_t>& unknown);
  std::vector<std::string> addresses_of(const std::set<std::size_t>& indexes) const;

  const Registry& kinds_;
  System& now_;
  ForeseenSystem foreseen_;
  std::span<const Desired* const> desired_;
  Observe observe_;
  std::vector<Acted> acted_;
  Chains chains_;
  std::optional<std::set<std::string>> paths_asked_about_;
  std::vector<std::string> removed_packages_;
  std::vector<std::string> gone_with_packages_;  // paths
  std::map<std::string, bool> shared_folders_;   // whether packages may have files in them
};

}  // namespace plumb
