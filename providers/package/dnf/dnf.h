// dnf, in its versions 4 and 5.
#pragma once

#include "providers/package/back_end.h"

namespace plumb::providers::package::dnf {

// Where they differ.
struct Flavour {
  std::string_view name;     // as operations and facts name it: its program
  std::string_view cache;    // the folder of what it read of sources
  std::string_view records;  // files that it may want to write whatever it is asked
  std::string_view locks;    // the file of held versions; its name ends in .list or .toml
  std::string_view locker;   // a file that is there where versions can be held; "" where they always can
  std::string_view unlocks;  // the word by which it forgets what is held; "" for none
  std::string_view marks;    // the word for packages that somebody wanted
};

class Dnf : public BackEnd {
 public:
  explicit Dnf(const Flavour& flavour) : flavour_(flavour) {}

  std::string_view name() const override { return flavour_.name; }
  Result<bool> manages(System& system) const override;
  bool is_source(std::string_view path) const override;
  bool is_source_of(const Desired& other) const override;
  int compare_versions(std::string_view one, std::string_view other) const override;
  bool version_matches(std::string_view wanted, std::string_view version) const override;
  Result<std::vector<std::string>> goes_with(const std::vector<std::string>& packages,
                                             const std::function<bool(const std::string& path)>& matters,
                                             System& system) const override;
  std::vector<std::string> locks() const override;
  Result<std::optional<std::string>> installed_version(const std::string& package, System& system) const override;
  std::vector<Step> steps(const PackageTransaction& transaction) const override;
  Result<> judge(const PackageTransaction& transaction, const Step& step, const ProcessResult& result,
                 const std::string& holder) const override;
  std::unique_ptr<HostPackages> on(System& system) const override;
  Result<std::shared_ptr<const Packaged>> packaged(System& system) const override;
  void survey(const SurveyedHost& host, Survey& survey) const override;

 private:
  Result<> judge_preview(const PackageTransaction& transaction, const Step& step, const ProcessResult& result) const;

  const Flavour& flavour_;
};

}  // namespace plumb::providers::package::dnf
