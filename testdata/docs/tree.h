// What the source tree has, for names that pages mention.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace plumb::docs {

class Tree {
 public:
  explicit Tree(std::filesystem::path root);

  // Every page, by its path below the root; those made of others, and what a build leaves, are not among them.
  const std::map<std::string, std::string>& pages() const { return pages_; }
  bool has_code(const std::string& code) const { return codes_.contains(code); }

  // What is wrong with a name in backquotes of a page in `folder`; nothing where it is there or names nothing of the
  // tree.
  std::optional<std::string> fault_of_name(const std::string& name, const std::string& folder) const;
  // The same for a command as one types it.
  std::optional<std::string> fault_of_command(const std::string& command) const;
  // And for where a link of the page leads.
  std::optional<std::string> fault_of_link(const std::string& target, const std::string& page) const;

 private:
  bool has_path(const std::string& path) const;
  bool has_word(const std::string& word) const { return words_.contains(word); }
  void read_words(std::string_view text);
  void read_sources();

  std::filesystem::path root_;
  std::map<std::string, std::string> pages_;
  std::set<std::string> words_;                 // of the sources
  std::set<std::string> files_;                 // names without their folders
  std::set<std::string> subcommands_;           // of plumb
  std::set<std::string> options_ = {"--help"};  // of plumb and of what it calls; that one is CLI11's
  std::set<std::string> targets_;               // of make
  std::set<std::string> codes_;
};

}  // namespace plumb::docs
