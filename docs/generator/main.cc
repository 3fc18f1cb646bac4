// plumb-docs: writes the reference, or says where it is out of date.
//
//   plumb-docs ROOT FOLDER            write
//   plumb-docs --check ROOT FOLDER    exit 1 where a page is missing, old, or belongs to nothing any more
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "docs/generator/pages.h"
#include "engine/base/file.h"

namespace plumb::docs {
namespace {

constexpr std::size_t kLimit = 16 << 20;

// Among those that are made: by testdata/conformance, of the census by docs/coverage/coverage.py, and by hand.
constexpr std::array<std::string_view, 4> kOthers = {"conformance.md", "coverage.md", "differences.md",
                                                     "provider-protocol.md"};

std::vector<std::string> pages_there(const std::filesystem::path& folder) {
  std::vector<std::string> there;
  std::error_code failure;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, failure)) {
    const std::string name = entry.path().lexically_relative(folder).generic_string();
    const bool made = std::find(kOthers.begin(), kOthers.end(), name) == kOthers.end();
    if (entry.is_regular_file() && made) there.push_back(name);
  }
  return there;
}

int check(const std::map<std::string, std::string>& pages, const std::filesystem::path& folder) {
  int faults = 0;
  for (const auto& [name, text] : pages) {
    const Result<std::string> there = read_file(folder / name, kLimit);
    if (there && *there == text) continue;
    std::fprintf(stderr, "%s/%s is %s\n", folder.c_str(), name.c_str(), there ? "out of date" : "missing");
    ++faults;
  }
  for (const std::string& name : pages_there(folder)) {
    if (pages.contains(name)) continue;
    std::fprintf(stderr, "%s/%s is made from nothing any more\n", folder.c_str(), name.c_str());
    ++faults;
  }
  if (faults > 0) std::fprintf(stderr, "run `make docs`\n");
  return faults > 0 ? 1 : 0;
}

int write(const std::map<std::string, std::string>& pages, const std::filesystem::path& folder) {
  for (const std::string& name : pages_there(folder)) {
    if (!pages.contains(name)) std::filesystem::remove(folder / name);
  }
  for (const auto& [name, text] : pages) {
    std::filesystem::create_directories((folder / name).parent_path());
    if (Result<> written = write_file(folder / name, text); !written) {
      std::fprintf(stderr, "%s\n", written.error().summary().c_str());
      return 1;
    }
  }
  return 0;
}

int run(std::vector<std::string> arguments) {
  const bool only_check = !arguments.empty() && arguments.front() == "--check";
  if (only_check) arguments.erase(arguments.begin());
  if (arguments.size() != 2) {
    std::fprintf(stderr, "usage: plumb-docs [--check] ROOT FOLDER\n");
    return 2;
  }
  const auto pages = make_pages(arguments[0]);
  if (!pages) {
    std::fprintf(stderr, "%s\n", pages.error().summary().c_str());
    return 1;
  }
  return only_check ? check(*pages, arguments[1]) : write(*pages, arguments[1]);
}

}  // namespace
}  // namespace plumb::docs

int main(int argc, char** argv) {
  return plumb::docs::run({argv + 1, argv + argc});
}
