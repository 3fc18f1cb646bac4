// The readings of one host: what expressions see of them, and what a plan says of them.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "engine/ir/expand.h"
#include "engine/plan/plan.h"

namespace plumb::run {

// One that is not sensitive, of a file or of a program with arguments.
struct PublicReading {
  std::string name;
  std::vector<std::string> words;  // the file's path, or the program with its arguments
  SourceSpan span = {};
};

struct HostReadings {
  ir::Readings values;
  std::vector<UsedReading> used;            // in the order of their names
  std::map<std::string, ToldReading> told;  // by name, but for those that are sensitive
  std::vector<std::string> sensitive;       // names
  std::vector<PublicReading> in_clear;      // which may be of what is sensitive on the host
  std::set<std::string> given_out;          // names of those that outputs of the project alone use

  // Those that a plan may stand on: what is only given out decides nothing.
  std::vector<UsedReading> used_by_plan() const;
};

// Which readings are still wanted, where these were told.
using FindWanted = std::function<std::vector<ir::WantedReading>(const ir::Readings& known, Diagnostics& diagnostics)>;
// What sources tell, one answer each.
using AskReadings = std::function<Result<std::vector<Result<ToldReading>>>(const std::vector<ir::WantedReading>&)>;

// What a plan stands on of facts that the host was asked for apart: the parts that its graph comes of.
void add_used_facts(const std::set<std::string>& paths, const Json& facts, HostReadings& readings);

// Asks a host until none is wanted any more. `key` is the project's. False after it was told why not; an error is the
// host's.
Result<bool> take_readings(const std::string& host, const FindWanted& find, const AskReadings& ask,
                           const std::string& key, HostReadings& readings, Diagnostics& diagnostics);

}  // namespace plumb::run
