// Profiles: controls of a benchmark or of a house, and what of a host's configuration meets each
// (schemas/profile.json).
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/files.h"
#include "engine/config/dynamic.h"
#include "engine/lang/source.h"

namespace plumb::compliance {

// Profiles of a project lie in this folder of it.
inline constexpr const char* kFolder = "compliance";

// Of one file, and of files that one profile is made of.
inline constexpr std::size_t kMostBytes = std::size_t{4} << 20;
inline constexpr std::size_t kMostFiles = 32;

struct Control {
  std::string id;
  std::string level;  // "" for none
  std::string title;
  std::string cites;
  SourceSpan span;                           // of its `id`
  std::vector<std::string> resources;        // addresses and globs
  std::vector<std::string> rules;            // of the project's policy
  std::optional<config::Condition> applies;  // on facts; nothing: to every host
  std::optional<config::Condition> holds;    // on facts
};

struct Waiver {
  std::string control;  // a glob over numbers
  std::string hosts;    // a glob over names
  std::string reason;
  std::chrono::sys_days until{};  // the first day on which it does not count any more
  SourceSpan span;
};

struct ProfileFile {
  std::string name;  // relative to the project
  std::string text;
};

struct Profile {
  std::string name;
  std::string title;
  std::string version;
  std::string source;
  std::vector<Control> controls;  // in the order of the files, those of `extends` first
  std::vector<Waiver> waivers;
  std::vector<ProfileFile> files;  // that it was read from, itself first

  // The facts that its expressions read, by their first names.
  std::vector<std::string> facts() const;
};

// Reads a file of the project, and what it extends. Nothing where there are errors; `sources` takes the texts.
std::optional<Profile> read_profile(const Folder& project, const std::string& file, Diagnostics& diagnostics,
                                    lang::SourceMap& sources);

}  // namespace plumb::compliance
