// Readings: what a project asks a host beyond its facts. A source is data, so that a plan holds what it stands on and a
// host can be asked again.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/address.h"
#include "engine/base/json.h"
#include "engine/base/result.h"

namespace plumb {

// Of which one is there: a program with its arguments, or a line for the shell.
struct CommandSource {
  std::vector<std::string> argv;
  std::string script;
  bool exit_code = false;  // that is told, and not what was printed
  int timeout_seconds = 10;
};

struct FileSource {
  std::string file;
};

// What lies there: a map.
struct PathSource {
  std::string path;
  bool follow = false;
};

// The version of a package that is installed.
struct PackageSource {
  std::string package;
};

// How a unit of the host's service manager is: a map.
struct UnitSource {
  std::string unit;
};

// What a URL gives, asked from the host.
struct UrlSource {
  std::string url;
  int timeout_seconds = 10;
};

// A fact that hosts are asked for apart, or a part of one: "network.address".
struct FactSource {
  std::string fact;
};

struct ReadingSource {
  std::variant<CommandSource, FileSource, PathSource, PackageSource, UnitSource, UrlSource, FactSource> what;
  std::string match;       // of a text: what is told of it; "" for all
  bool sensitive = false;  // nothing of it is told where it fails
};

Json to_json(const ReadingSource& source);
// Strict. Errors: kProtocol, in words that say what is wrong with it.
Result<ReadingSource> reading_source_from(const Json& json);

// What it is about and resources have to do with, in the form of Missing::what; nothing where that is a path, or nobody
// knows.
std::optional<Address> thing_of(const ReadingSource& source);

// What a source told.
struct ToldReading {
  Json value;          // text, number or map
  std::string absent;  // why there is none; "" where there is one
};

// A reading that a plan stands on.
struct UsedReading {
  std::string name;  // in its module: "web/version"
  Json source;
  std::string told;  // its digest; of a sensitive one under the project's key
  friend bool operator==(const UsedReading&, const UsedReading&) = default;
};

// Equal where the same was told. `key` is the project's, and needed for what is sensitive.
std::string digest_of(const ToldReading& told, bool sensitive, const std::string& key);

}  // namespace plumb
