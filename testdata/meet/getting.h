// What cases get from elsewhere: servers, repositories and archives that are always the same.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "testdata/meet/case.h"
#include "testdata/meet/random.h"
#include "testdata/meet/rarer.h"

namespace plumb::meet {

// Programs that answer as if there were a server: any URL is "one\n", any repository has one commit.
void install_servers(const std::filesystem::path& root);
// An archive of the project.
void write_archive(const std::filesystem::path& path);

// Between them they say all that can be said of the kinds that get things.
std::vector<Json> downloads();
std::vector<Json> archives();
std::vector<Json> working_copies();
std::vector<Json> repositories();

// One of a kind that gets things, at one of the paths.
Resource getting(const Words& words, Random& random);

}  // namespace plumb::meet
