#include "engine/compliance/evidence.h"

#include "engine/base/digest.h"

namespace plumb::compliance {
namespace {

// Where a file of the profile lies in the bundle: "profile/modules/cis_baseline/profile.yaml".
std::string place_of(const ProfileFile& file) {
  return "profile/" + file.name;
}

}  // namespace

Json report_json(const Profile& profile, const Assessment& assessment, const ReportFacts& facts) {
  Json files = Json::object();
  for (const ProfileFile& file : profile.files) files[file.name] = digest(file.text);
  Json controls = Json::array();
  for (const Control* control : assessment.controls) {
    Json one = {{"id", control->id}, {"title", control->title}};
    if (!control->level.empty()) one["level"] = control->level;
    if (!control->cites.empty()) one["cites"] = control->cites;
    controls.push_back(std::move(one));
  }
  Json hosts = Json::object();
  for (const auto& [host, verdicts] : assessment.hosts) {
    Json& own = hosts[host] = Json::object();
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      Json one = {{"state", std::string(name(verdicts[i].state))}};
      if (!verdicts[i].why.empty()) one["why"] = verdicts[i].why;
      own[assessment.controls[i]->id] = std::move(one);
    }
  }
  Json counts = Json::object();
  for (const auto& [state, count] : assessment.counts()) counts[std::string(name(state))] = count;
  Json report = {{"plumb", "compliance/v1"},
                 {"profile",
                  {{"name", profile.name},
                   {"title", profile.title},
                   {"version", profile.version},
                   {"source", profile.source},
                   {"files", std::move(files)}}},
                 {"engine", facts.engine},
                 {"project", facts.project},
                 {"at", facts.at},
                 {"plan", facts.plan_id},
                 {"controls", std::move(controls)},
                 {"hosts", std::move(hosts)},
                 {"counts", std::move(counts)},
                 {"passes", assessment.passes()}};
  for (const auto& [plan, done] : facts.applied)
    report["applied"].push_back({{"plan", plan}, {"hosts", done}, {"files", place_of_applied(plan)}});
  return report;
}

std::string place_of_applied(const std::string& plan_id) {
  constexpr std::size_t kEnough = 12;  // to tell plans apart
  return "applied/" + plan_id.substr(plan_id.find(':') + 1, kEnough) + "/";
}

std::map<std::string, std::string> evidence(const Profile& profile, const Json& report, std::string plan,
                                            std::string history, std::map<std::string, std::string> more) {
  std::map<std::string, std::string> files = std::move(more);
  for (const ProfileFile& file : profile.files) files[place_of(file)] = file.text;
  files["report.json"] = canonical(report);
  files["plan.json"] = std::move(plan);
  if (!history.empty()) files["history.json"] = std::move(history);
  std::string sums;
  // A digest is "sha256:" and 64 letters; the list has the letters, two blanks and the name.
  for (const auto& [file, bytes] : files)
    sums += digest(bytes).substr(std::string_view("sha256:").size()) + "  " + file + "\n";
  files[kSums] = std::move(sums);
  return files;
}

}  // namespace plumb::compliance
