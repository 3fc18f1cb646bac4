// What shows somebody else how an assessment came about: files that stock tools check (docs/guide/compliance.md).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "engine/compliance/assessment.h"

namespace plumb::compliance {

// In which the list of the files' digests is signed.
inline constexpr std::string_view kNamespace = "compliance@plumbline";
// That list, as sha256sum(1) writes and checks it.
inline constexpr const char* kSums = "SHA256SUMS";

// What was made of hosts, as a document.
struct ReportFacts {
  std::string engine;  // version of the program
  std::string project;
  std::string at;  // RFC 3339
  std::string plan_id;
  // Of saved plans that were applied, by their ids: the hosts that ended well. The bundle holds them.
  std::map<std::string, std::set<std::string>> applied = {};
};
// Where such a plan and what stood behind it lie in the bundle, with a `/` at its end.
std::string place_of_applied(const std::string& plan_id);

Json report_json(const Profile& profile, const Assessment& assessment, const ReportFacts& facts);

// The files of the bundle with their bytes, the list of digests among them. `history` is the statement about the end of
// the history, "" where there is none; `more` are further files.
std::map<std::string, std::string> evidence(const Profile& profile, const Json& report, std::string plan,
                                            std::string history, std::map<std::string, std::string> more = {});

}  // namespace plumb::compliance
