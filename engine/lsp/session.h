// The documents that an editor has open, and what is known of the projects that they are part of.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/lsp/look.h"
#include "engine/lsp/name_index.h"
#include "engine/lsp/plan_preview.h"
#include "engine/lsp/text.h"

namespace plumb::lsp {

struct Document {
  std::string uri;
  std::filesystem::path path;
  std::string name;  // relative to its project, or its own where it is in none
  ProjectRoot root;
  Text text;
  Json version;  // as the editor counts them
};

// The findings of one file, as they are now.
struct FileFindings {
  std::string uri;
  std::filesystem::path folder;  // of the project, which the names of related files are relative to
  Text text;
  std::vector<Diagnostic> findings;
};

class Session {
 public:
  // `waiting` says whether something newer is at hand, so that what is being found out is old already.
  Session(const Surroundings& around, std::function<bool()> waiting) : around_(around), waiting_(std::move(waiting)) {}

  // A document that is open from here on. False where its URI names no file of this machine.
  bool add(const std::string& uri, std::string text, Json version);
  void change(const std::string& uri, std::string text, Json version);
  void close(const std::string& uri);
  // Something on the disk is other than before.
  void changed_on_disk();

  const Document* find(const std::string& uri) const;
  // How an editor calls a file: as it did itself, where it is open.
  std::string uri_of(const std::filesystem::path& path) const;

  bool has_news() const { return !untold_.empty(); }
  // Of one project that changed, looked at anew where that was not done since; gives the findings of its files, with
  // those that have none any more. Nothing where something newer came in between.
  std::vector<FileFindings> refresh();

  // Looks that nobody asks any more take their time to go: that of a moment in which nobody waits.
  bool has_old_looks() const { return !gone_.empty(); }
  void drop_old_looks() { gone_.clear(); }

  // What is known of the names around a document, perhaps of a keystroke ago; null where it is part of no project.
  std::shared_ptr<const Look> names(const Document& document);
  // The same as of now, whatever time it takes.
  std::shared_ptr<const Look> current(const Document& document);
  std::shared_ptr<const NameIndex> index(const Document& document);
  // Of a project without errors for which there is a snapshot; null else. `snapshot` is relative to the project.
  std::shared_ptr<const PlanPreview> preview(const Document& document, const std::filesystem::path& snapshot);

 private:
  struct Project {
    ProjectRoot root;
    std::unique_ptr<config::KeptProject> kept = std::make_unique<config::KeptProject>();  // from look to look
    std::shared_ptr<const Look> look;    // as of the last time; null before the first
    std::shared_ptr<const Look> usable;  // the last one with names
    bool usable_is_old = true;           // than `look`
    std::shared_ptr<const NameIndex> index;
    std::shared_ptr<const PlanPreview> preview;
    bool preview_is_old = true;
    std::set<std::string> told;  // files with findings that the editor shows
  };

  // Which project each document is part of, now that files have come or gone.
  void find_roots();
  OpenTexts texts_of(const Project& project) const;
  // By value: it names what is forgotten.
  std::vector<FileFindings> forget(std::filesystem::path folder);
  Project* project_of(const Document& document);
  void take(Project& project, std::shared_ptr<const Look> look);
  void now_old(const ProjectRoot& root);

  const Surroundings& around_;
  std::function<bool()> waiting_;
  std::map<std::string, Document> documents_;  // by URI
  std::vector<std::shared_ptr<const Look>> gone_;
  std::map<std::filesystem::path, Project> projects_;  // by folder
  std::set<std::filesystem::path> old_;                // those that are to be looked at anew
  std::set<std::filesystem::path> untold_;             // those whose findings were not given yet
};

}  // namespace plumb::lsp
