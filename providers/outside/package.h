// Package: a provider from outside. What its provider.yaml says, the schemas of its kinds, and its files as they are
// brought to where it runs (docs/reference/provider-protocol.md).
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace plumb::outside {

// Versions of the provider protocol that are spoken here.
inline constexpr int kFirstProtocol = 1;
inline constexpr int kLastProtocol = 1;

inline constexpr std::size_t kMostFiles = 256;
inline constexpr std::size_t kMostBytes = std::size_t{16} << 20;
inline constexpr std::size_t kMostKinds = 64;
inline constexpr std::size_t kLargestSchema = std::size_t{256} << 10;

struct KindOf {
  std::string name;
  std::string schema;  // a JSON object, as text
  bool undo = true;
};

struct Package {
  std::string name;
  std::string version;
  std::string description = {};
  int protocol = kLastProtocol;  // the highest that both sides speak
  bool on_controller = false;
  std::vector<std::string> command;
  bool images = false;
  int observe_seconds = 30;
  int apply_seconds = 600;
  int memory_mib = 1024;  // that each of its processes may have
  std::vector<KindOf> kinds = {};
  std::string digest = {};                        // of pack(files)
  std::map<std::string, std::string> files = {};  // path in the folder -> bytes; none where it runs
  std::string folder = {};                        // where it runs: the path of its files there

  // "the provider `redis` 0.3.0"
  std::string str() const { return "the provider `" + name + "` " + version; }
};

// Without its files, for where it runs. Reading is strict: kProtocol.
Json to_json(const Package& package);
Result<Package> package_from_json(const Json& json);

// Whether a file of a package may have this path: relative, of plain names, none of which begins with a dot.
bool is_package_path(std::string_view path);

// The files as one content, whose digest is the package's. unpack() is strict, and gives what pack() takes: kProtocol.
std::string pack(const std::map<std::string, std::string>& files);
Result<std::map<std::string, std::string>> unpack(std::string_view packed);

}  // namespace plumb::outside
