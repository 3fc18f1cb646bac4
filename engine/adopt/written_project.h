// A project of what was taken from a host, as somebody would have written it: a file for each chapter, contents of some
// length as files of their own, and a comment in the place of what is secret.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/adopt/told.h"

namespace plumb::adopt {

// Where a thing stands in a file, from its first line to its last one; several stand together in a list.
struct Place {
  std::string file;
  int first_line = 0;
  int last_line = 0;
  std::vector<std::size_t> things;  // by their places in Told::things
};

struct WrittenProject {
  std::map<std::string, std::string> files;  // path in the project -> bytes
  std::vector<Place> places;
  std::map<std::string, std::size_t> taken;  // by kind, how many
  std::map<std::size_t, std::string> ids;    // of things that share their name with another one of their kind
};

struct ProjectNames {
  std::string project;
  std::string host;
  Json connection = Json::object();  // the host's settings, as an inventory has them
};

// A project's name of a host's.
std::string project_name(const std::string& host);

WrittenProject write_project(const Told& told, const Registry& kinds, const ProjectNames& names);

// The resources of a kind, as they would stand in a project; contents in place.
std::string write_resources(const Told& told, const Registry& kinds, const std::string& kind);

// The things that a place in a file, or an address where there is no better one, speaks of.
std::vector<std::size_t> things_at(const WrittenProject& project, const Told& told, const std::string& file, int line,
                                   const std::string& address);

}  // namespace plumb::adopt
