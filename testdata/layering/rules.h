// Which folder may include which: the picture in docs/architecture.md as a table.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::layering {

// Arrows may be followed further: who may include config may include lang and base.
inline const std::map<std::string, std::set<std::string>>& arrows() {
  static const std::map<std::string, std::set<std::string>> table = {
      {"engine/base", {}},
      {"schemas", {"engine/base"}},
      {"providers/sdk", {"engine/base"}},
      {"providers/*", {"providers/sdk"}},  // one kind; never another
      {"engine/lang", {"engine/base"}},
      {"engine/inventory", {"engine/lang"}},
      {"engine/import", {"engine/inventory", "engine/lang"}},
      {"engine/adopt", {"engine/import", "providers/sdk"}},
      {"engine/config", {"engine/inventory", "engine/lang", "providers/outside", "providers/sdk", "schemas"}},
      {"engine/editor", {"engine/config"}},
      {"engine/ir", {"engine/config", "providers/sdk"}},
      {"engine/secrets", {"engine/ir", "engine/seal"}},
      {"engine/plan", {"providers/sdk"}},  // neither yaml-cpp nor CEL: the executor links it
      {"engine/policy", {"engine/config", "engine/plan", "schemas"}},
      {"engine/compliance", {"engine/config", "engine/plan", "engine/policy", "schemas"}},
      {"engine/simulate", {"engine/ir", "engine/plan"}},
      {"engine/cases", {"engine/simulate", "engine/policy"}},
      {"engine/wire", {"providers/sdk"}},
      {"engine/strict", {"engine/trust", "engine/plan", "engine/wire"}},
      {"engine/exec", {"engine/strict", "engine/wire", "engine/age", "providers/outside", "providers/sdk"}},
      {"engine/host", {"engine/wire"}},
      {"engine/keys", {"engine/base"}},
      {"engine/age", {"engine/base"}},
      {"engine/seal", {"engine/age", "engine/keys", "engine/base"}},
      {"engine/trust", {"engine/keys", "engine/base"}},
      {"engine/history", {"engine/base"}},
      {"engine/run",
       {"engine/secrets", "engine/seal", "engine/trust", "engine/strict", "engine/policy", "engine/simulate",
        "engine/plan", "engine/host", "engine/history"}},
      {"engine/lsp", {"engine/run"}},
      {"engine/report", {"engine/plan", "engine/cases", "engine/compliance", "engine/run", "engine/history"}},
      {"engine/conformance", {"engine/report"}},
      {"providers/outside/sdk", {"engine/base"}},
      {"cmd/plumb",
       {"engine/report", "engine/conformance", "providers/outside/sdk", "engine/adopt", "engine/compliance",
        "engine/import", "engine/policy", "engine/run", "engine/trust", "engine/history", "engine/host", "engine/plan",
        "engine/editor", "engine/lsp", "schemas"}},
      {"cmd/plumb-exec", {"engine/exec", "providers/sdk"}},
      {"docs/generator", {"engine/lang"}},
  };
  return table;
}

// Headers of a library, by the beginning of their name, and the only folders or files that may include them.
inline const std::vector<std::pair<std::string, std::vector<std::string>>>& homes() {
  static const std::vector<std::pair<std::string, std::vector<std::string>>> table = {
      {"yaml-cpp/", {"engine/lang/"}},
      {"libfyaml.h", {"engine/lang/testing/"}},
      {"re2/", {"engine/lang/cel/"}},
      {"crypt.h", {"engine/lang/cel/"}},
      {"toml++/", {"engine/lang/cel/"}},
      {"libssh/", {"engine/host/"}},
      {"openssl/", {"engine/keys/libcrypto.", "engine/seal/crypto.cc"}},
      {"sqlite3.h", {"engine/history/"}},
      {"zlib.h", {"engine/base/packed.cc"}},
      {"CLI/", {"cmd/"}},
      {"spdlog/", {"cmd/"}},
      {"mimalloc.h", {"cmd/plumb/allocator.cc"}},
      {"tl/", {"engine/base/result.h"}},
  };
  return table;
}

// What the executor is made of, and headers that would bring it streams and locales: half a MiB more to every host.
inline const std::vector<std::string>& executor() {
  static const std::vector<std::string> folders = {"engine/base/",  "engine/wire/", "engine/exec/",
                                                   "engine/age/",   "engine/keys/", "engine/strict/",
                                                   "engine/trust/", "providers/",   "cmd/plumb-exec/"};
  return folders;
}
inline const std::set<std::string>& streams() {
  static const std::set<std::string> headers = {"fstream", "iomanip", "iostream", "istream",  "locale",
                                                "ostream", "regex",   "sstream",  "streambuf"};
  return headers;
}

// Folders that read the machine through engine/base/files.h alone, and the files among them that do more: they lay on
// the disk what git brings or what was asked to be written, keep large texts in a file without a name, or read the
// lines of a snapshot one by one.
inline const std::set<std::string>& behind_files() {
  static const std::set<std::string> folders = {"engine/inventory", "engine/import", "engine/config", "engine/editor",
                                                "engine/ir",        "engine/cases",  "engine/lsp"};
  return folders;
}
inline const std::set<std::string>& beside_files() {
  static const std::set<std::string> files = {"engine/config/module_git.cc", "engine/config/module_update.cc",
                                              "engine/config/revision.cc",   "engine/editor/export.cc",
                                              "engine/ir/contents.cc",       "engine/lsp/plan_preview.cc"};
  return files;
}

struct Violation {
  std::string file;
  int line = 0;
  std::string why;

  std::string str() const { return file + ":" + std::to_string(line) + ": " + why; }
};

// The folder of the picture that a file lies in; nothing where the picture has no such folder.
std::optional<std::string> layer_of(std::string_view file);

// Tests, fuzz targets and what only they use: they may include whatever they like.
bool is_test(std::string_view file);

// The include lines of one file that the picture does not allow, and what goes around engine/base/files.h.
std::vector<Violation> check(const std::string& file, std::string_view text);

}  // namespace plumb::layering
