// A case: what an image holds at first, and a project that is planned and applied to it.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "engine/base/json.h"

namespace plumb::meet {

enum class EntryType { kFile, kDirectory, kLink, kFifo, kName };

struct Entry {
  std::string path;
  EntryType type = EntryType::kFile;
  mode_t mode = 0644;
  uid_t uid = 0;
  gid_t gid = 0;
  std::string text;          // a file's content, a link's target, of a second name the first one
  bool access_list = false;  // somebody else may read it
};

// Rows of the account files beside those of root and nobody. No folder is made for an entry: a shrunk start has what is
// needed, or it is another case.
struct Start {
  std::vector<Entry> entries;
  std::vector<std::string> passwd;
  std::vector<std::string> shadow;
  std::vector<std::string> group;
  std::vector<std::string> gshadow;
  std::vector<std::string> packages;  // as packages.h has them
};

// Where a resource stands: for itself, in a block, or in what is done where something of that block fails. Neighbours
// of one part stand together.
enum class Part { kOfProject, kOfBlock, kOfRescue };

struct Resource {
  std::string kind;
  std::string name;
  Json attributes = Json::object();
  Part part = Part::kOfProject;

  std::string address() const { return kind + ":" + name; }
  bool is_absent() const { return attributes.value("state", "") == "absent"; }
};

struct Case {
  bool live = false;  // the folder is a host's whole tree, where programs run; else it is an image
  Start start;
  std::vector<Resource> resources;
  std::string project = "meet";
  std::map<std::string, Json> readings = {};                    // their sources, by name
  std::vector<std::pair<std::string, std::string>> moved = {};  // old addresses, and new ones
};

// plumb.yaml. `reversed`: what each resource says stands in the opposite order, and means the same.
std::string project_text(const Case& one, bool reversed = false);
// The start as commands of a shell in the image's folder.
std::string start_text(const Start& start);

}  // namespace plumb::meet
