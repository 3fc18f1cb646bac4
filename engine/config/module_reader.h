// Reads modules: the project's root file or a module.yaml, with what they include and use.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/config/declaration.h"
#include "engine/config/module.h"
#include "engine/lang/source.h"

namespace plumb::config {

// Reads each module folder once, however often it is used.
class ModuleReader {
 public:
  ModuleReader(std::filesystem::path project, Diagnostics& diagnostics, lang::SourceMap& sources)
      : project_(std::move(project)), diagnostics_(diagnostics), sources_(sources) {}

  // The project itself; `name` takes what it calls itself. False where there is no map to read.
  bool read_root(Module& root, std::string& name);

  // The module in a folder of the project, used or not; null where it cannot be read.
  std::shared_ptr<const Module> module(const std::string& folder) { return read_folder(folder, {}); }

  // Every file that was read, relative to the project, sorted.
  const std::set<std::string>& files() const { return files_; }

 private:
  class Document;
  std::shared_ptr<const Module> use(const lang::Node& source, const ModuleFolder& user);
  std::shared_ptr<const Module> read_folder(const std::string& folder, const SourceSpan& used_at);
  std::optional<lang::Node> read_file(const std::string& name, const std::optional<SourceSpan>& asked_at);
  void report(Code code, std::string summary, const SourceSpan& span, std::string label, std::string hint = {});

  std::filesystem::path project_;
  Diagnostics& diagnostics_;
  lang::SourceMap& sources_;
  std::set<std::string> files_;
  std::map<std::string, std::shared_ptr<const Module>> modules_;  // by folder
  std::vector<std::string> open_;                                 // folders being read, outermost first
};

}  // namespace plumb::config
