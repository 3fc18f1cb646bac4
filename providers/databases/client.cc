#include "providers/databases/client.h"

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/base/joined.h"
#include "engine/base/shell_word.h"
#include "providers/sdk/json_answer.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/obstacles.h"

namespace plumb::providers::databases {
namespace {

constexpr auto kAsking = std::chrono::seconds(60);
constexpr std::size_t kMostOutput = std::size_t{16} << 20;
constexpr int kTelling = 600;

// Told so that the change which the obstacle refuses is never empty.
Observed refused(const Desired& desired, Obstacle why) {
  Observed observed;
  observed.exists = wants_absent(desired);
  observed.obstacle = std::move(why);
  return observed;
}

Diagnostic not_there(const Server& server, const std::string& what) {
  return Diagnostic(Code::kServerRefused,
                    "this host has no " + what + ", so no server of " + std::string(server.title()) + " can be asked")
      .with_hint("a `package` before it brings the server; what else does is named with `after`");
}

Answers sorted(const std::vector<std::string>& lines, std::size_t count) {
  Answers answers;
  answers.rows.resize(count);
  std::optional<std::size_t> last;
  for (const std::string& line : lines) {
    const Json row = json_answer(line);
    if (!row.is_object()) {
      if (!last || line.empty()) continue;
      Json& own = answers.rows[*last]["lines"];
      if (!own.is_array()) own = Json::array();
      own.push_back(line);
      continue;
    }
    const Json& number = member_of(row, "n");
    if (!number.is_number_unsigned()) {
      answers.all.update(row);
    } else if (number.get<std::size_t>() < count) {
      last = number.get<std::size_t>();
      Json& known = answers.rows[*last];
      if (known.is_null()) known = Json::object();
      known.update(row);
    }
  }
  return answers;
}

}  // namespace

std::string program_of(const Server& server, System& system) {
  for (const std::string& program : server.programs()) {
    if (!system.find_program(program).empty()) return program;
  }
  return {};
}

Result<std::vector<std::string>> ask(const Server& server, const Client& client, const std::string& question,
                                     System& system) {
  ProcessRequest request;
  request.argv = client.argv;
  request.env = client.env;
  request.user = client.user;
  request.stdin_text = std::string(server.preamble()).append(server.before_questions()) + question;
  request.timeout = kAsking;
  request.output_limit = kMostOutput;
  request.may_be_late = true;
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(const ProcessResult result, system.run(request));
  const std::string title(server.title());
  if (result.timed_out) return fail(Code::kServerRefused, "the server of " + title + " did not answer within 60 s");
  if (result.exit_code != 0) {
    return fail(Code::kServerRefused, "the server of " + title + " cannot be asked: " + last_lines(result.errors, 5))
        .hint("it has to run, and let " + (client.user.empty() ? "whoever applies" : client.user) +
              " in by its socket; a `service` before it has it run");
  }
  return server.lines(result.output);
}

Obstacle server_obstacle(Diagnostic why) {
  return {std::move(why), ObstacleGoes::kWithAnything};
}

std::vector<Result<Observed>> observe_by(const Server& server, const Inquiry& inquiry,
                                         std::span<const Desired* const> desired, System& system) {
  std::vector<Result<Observed>> results(desired.size());
  const std::vector<std::string> programs = server.programs();
  const std::string program = program_of(server, system);
  std::map<Client, std::vector<std::size_t>> servers;
  for (std::size_t i = 0; i < desired.size(); ++i) {
    Client client = server.client(*desired[i], program);
    const bool has_user = client.user.empty() || system.user_by_name(client.user).has_value();
    if (!program.empty() && has_user && !system.is_image()) {
      servers[std::move(client)].push_back(i);
    } else if (wants_absent(*desired[i]) && !system.is_image()) {
      results[i] = Observed();  // with the server it is gone
    } else {
      results[i] =
          refused(*desired[i], system.is_image()
                                   ? image_runs_nothing()
                                   : server_obstacle(not_there(server, program.empty() ? "`" + programs.front() + "`"
                                                                                       : "user " + client.user)));
    }
  }
  for (const auto& [client, places] : servers) {
    std::vector<const Desired*> asked;
    for (const std::size_t i : places) asked.push_back(desired[i]);
    const Result<std::vector<std::string>> lines = ask(server, client, inquiry.question(asked), system);
    const Answers answers = lines ? sorted(*lines, asked.size()) : Answers();
    for (std::size_t n = 0; n < places.size(); ++n) {
      Result<Observed>& slot = results[places[n]];
      slot = lines ? inquiry.read(*asked[n], answers.rows[n], answers.all)
                   : Result<Observed>(refused(*asked[n], server_obstacle(lines.error().diagnostic())));
      if (!slot) continue;
      if (slot->exists) slot->attributes["state"] = "present";
      if (program != programs.front()) slot->attributes[kClient] = program;
    }
  }
  return results;
}

Client client_of(const Server& server, const Desired& desired, const Observed& observed) {
  const std::vector<std::string> programs = server.programs();
  return server.client(desired, observed.text(kClient, programs.front()));
}

Run told(const Server& server, const Client& client, const std::string& sql) {
  Run run;
  run.argv = client.argv;
  run.env = client.env;
  run.user = client.user;
  run.stdin_text = std::string(server.preamble()) + sql;
  run.timeout_seconds = kTelling;
  return run;
}

Run told_secret(const Client& client, const std::string& script, const std::string& secret) {
  Run run;
  run.script = script;
  run.env = client.env;
  run.user = client.user;
  run.stdin_text = secret;
  run.timeout_seconds = kTelling;
  return run;
}

std::string command_line(const Client& client) {
  std::string line;
  for (const std::string& word : client.argv) append_item(line, shell_word(word), " ");
  return line;
}

bool differs(const Observed& observed, const char* attribute, const Json& wanted, Change& change) {
  const Json& found = observed.attribute(attribute);
  if (wanted.is_null() || (observed.exists && found == wanted)) return false;
  if (observed.exists && !found.is_null()) change.before[attribute] = found;
  change.after[attribute] = wanted;
  return true;
}

bool differs(const Desired& desired, const Observed& observed, const char* attribute, Change& change) {
  return differs(observed, attribute, desired.attribute(attribute), change);
}

bool secret_differs(const Desired& desired, const Observed& observed, const char* attribute, Change& change) {
  if (observed.exists && !observed.has(attribute)) return false;
  return differs(desired, observed, attribute, change);
}

void note_secret(const Desired& desired, const char* attribute, const std::function<bool(const std::string&)>& is_it,
                 Observed& observed) {
  const std::string asked = desired.text(attribute);
  if (!desired.has(attribute) || is_keyed_digest(asked)) return;
  observed.attributes[attribute] = asked.empty() || is_it(asked) ? asked : kAnother;
}

std::string whose(const Desired& desired) {
  std::string at;
  for (const char* attribute : {"socket", "port", "login_file"}) {
    const Json& value = desired.attribute(attribute);
    if (!value.is_null()) append_item(at, value.is_string() ? value.get<std::string>() : value.dump());
  }
  return at.empty() ? at : " of the server at " + at;
}

std::string numbered(std::span<const Desired* const> desired, const char* attribute,
                     const std::function<std::string(std::string_view)>& quote) {
  std::string rows;
  for (std::size_t i = 0; i < desired.size(); ++i)
    rows += (i == 0 ? "(" : ", (") + std::to_string(i) + ", " + quote(desired[i]->text(attribute)) + ")";
  return rows;
}

std::vector<Address> DatabaseProvider::infers(const Desired& desired) const {
  return wants_absent(desired) ? std::vector<Address>() : stands_on(desired);
}

}  // namespace plumb::providers::databases
