// What an image holds at first, by chance.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "testdata/meet/case.h"
#include "testdata/meet/scene.h"

namespace plumb::meet {

// What every account and group of a case may be called, and their rows.
void add_user(Start& start, const std::string& name, unsigned uid, unsigned gid, const std::string& home);
void add_group(Start& start, const std::string& name, unsigned gid, const std::string& members);

class StartMaker {
 public:
  // All outlive this.
  StartMaker(const Scene& scene, Start& start, Random& random) : scene_(scene), start_(start), random_(random) {}

  void make();
  // Most of what would keep a resource from being planned by itself is put right.
  void settle(std::vector<Resource>& resources);

 private:
  uid_t owner();
  mode_t mode(bool folder);
  bool maybe(std::size_t count) { return random_.one_in(count); }
  void add_package(std::string package);
  bool has_folder(const std::string& path);
  void add_entry(const std::string& path, EntryType type);
  void add_account(const std::string& name);

  void need_user(const std::string& name, const std::vector<Resource>& all);
  void need_group(const std::string& name, const std::vector<Resource>& all);
  void settle_accounts(const Resource& resource, const std::vector<Resource>& all);
  void settle_path(Resource& resource, const std::vector<Resource>& all);
  void settle_hard(const Resource& resource, const std::vector<Resource>& all);
  void erase_from(const std::string& path);

  const Scene& scene_;
  Start& start_;
  Random& random_;
  std::map<std::string, EntryType> made_;
};

}  // namespace plumb::meet
