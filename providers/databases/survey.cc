#include "providers/databases/survey.h"

#include "providers/sdk/json_answer.h"

namespace plumb::providers::databases {

std::vector<std::string> surveyed_lines(const Server& server, const Desired& where, const std::string& question,
                                        const SurveyedHost& host, Survey& found) {
  const std::string program = program_of(server, host.system);
  const Client client = server.client(where, program);
  if (program.empty() || host.system.is_image()) return {};
  if (!client.user.empty() && !host.system.user_by_name(client.user)) return {};
  Result<std::vector<std::string>> lines = ask(server, client, question, host.system);
  if (lines) return std::move(*lines);
  found.leave_out("what " + std::string(server.title()) + " has", lines.error().summary());
  return {};
}

void add_found(const std::vector<std::string>& lines, const Desired& where, Survey& found) {
  for (const std::string& line : lines) {
    const Json row = json_answer(line);
    const Json& told = member_of(row, "a");
    if (!told.is_object()) continue;
    Json attributes = where.attributes;
    for (const auto& [name, value] : told.items()) {
      if (!value.is_null()) attributes[name] = value;
    }
    FoundThing& thing = found.add(text_of(row, "name"), std::move(attributes));
    // One of the servers has numbers for truth.
    const Json& kept = member_of(row, "hash");
    if (kept == true || kept == 1) thing.withheld.push_back({"password_hash", "a password's hash"});
  }
}

}  // namespace plumb::providers::databases
