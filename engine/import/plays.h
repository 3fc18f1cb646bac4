// Playbooks read: their plays go into the project, with the roles that they use.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/base/files.h"
#include "engine/import/report.h"
#include "engine/import/units.h"

namespace plumb::imports {

class Plays {
 public:
  // `base` is the folder of the playbooks, below `folder`. All but `folder` outlive this; the roles are there already.
  Plays(Folder folder, std::string base, Units& units, Report& report);

  // `file` below the base, and the playbooks that it imports; each is read once.
  void read(const std::string& file) { read(file, 0); }
  bool any() const { return any_; }
  // In the place of plays: one that uses each of these roles.
  void use_all(const std::vector<std::string>& roles);

 private:
  void read(const std::string& file, int depth);
  void add_play(const lang::Node& play, const std::string& file);
  std::string hosts_of(const lang::Node& hosts, const std::string& file);
  void read_variables(const lang::Node& files, const std::string& file);
  void add_use(const lang::Node& one, const lang::Node* play_variables, Unit::Play& play);
  void use_needed(const std::string& role, const lang::Node* play_variables, Unit::Play& play);
  std::string shown(const std::string& file) const;

  Folder folder_;
  std::string base_;
  Units& units_;
  Report& report_;
  bool any_ = false;
  std::set<std::string> read_;
  std::vector<const lang::Node*> files_of_variables_;
  std::set<std::string> being_used_;  // roles whose own dependencies are being added
};

}  // namespace plumb::imports
