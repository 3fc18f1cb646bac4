// The back end of systemd, for the host's units and for those of its accounts (internal to this folder and to
// systemd_user).
#pragma once

#include "providers/service/back_end.h"
#include "providers/service/systemd/units.h"

namespace plumb::providers::service::systemd {

class Systemd : public BackEnd {
 public:
  explicit Systemd(bool of_users) : of_users_(of_users) {}

  std::string_view name() const override { return of_users_ ? kOfUsers : "systemd"; }
  bool is_beside() const override { return of_users_; }
  Result<bool> starts(System& system) const override;
  Result<bool> serves(System& system) const override;
  void survey(const SurveyedHost& host, Survey& found) const override;
  std::optional<Address> made_by(std::string_view path) const override;
  bool reads(std::string_view path) const override { return path.find("/systemd/") != std::string_view::npos; }
  std::optional<FixedQuestion> fixed_question() const override;

  Result<std::vector<Step>> steps(const ServiceAction& action, bool image) const override;
  bool brings_up(const ServiceAction& action) const override;
  ServiceAction reload_definitions() const override;
  ProcessRequest ask_state(const ServiceAction& action) const override;
  UnitState read_state(const ProcessResult& answer) const override;
  ProcessRequest ask_log(const ServiceAction& action, std::chrono::system_clock::time_point since) const override;

  Result<Unit> read_files(const std::string& unit, const Account* owner, System& system) const override;
  Result<Units> read(std::span<const std::string> names, const Account* owner, System& system) const override;

  std::string unit_name(std::string_view name) const override { return full_name(name); }
  std::string bare_name(std::string_view name) const override;
  std::vector<std::string> files_of(const std::string& unit) const override;
  bool makes(std::string_view path, const std::string& unit) const override;
  bool shapes(std::string_view path, const std::string& unit) const override;
  bool adds(std::string_view path, const std::string& unit) const override;
  bool links(std::string_view path, const std::string& unit) const override;
  std::string missed_as(const std::string& unit, const Account* owner) const override;
  std::string mask_of(const std::string& unit) const override;
  void add_implied(const std::string& unit, bool enabled, bool masked, std::vector<ImpliedPath>& paths) const override;
  Result<std::optional<Links>> read_links(const std::string& unit, const Account* owner, System& system) const override;
  Result<Along> read_along(const std::string& unit, const Account* owner, System& system) const override;
  bool may_relink(std::string_view path, std::string_view text, const std::string& unit,
                  const std::vector<std::string>& links) const override;
  std::optional<Refusal> refuses(std::string_view text, bool run, bool enable) const override;

 private:
  // Behind the folder of unit files, "nginx.service.d/x.conf"; nothing for a path that is in none.
  std::optional<std::string_view> among_units(std::string_view path) const;
  ProcessRequest systemctl(const ServiceAction& action, std::vector<std::string> words) const;

  bool of_users_;
};

}  // namespace plumb::providers::service::systemd
