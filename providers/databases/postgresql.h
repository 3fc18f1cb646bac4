// What the kinds of PostgreSQL share: psql, and how names and texts are written for it.
#pragma once

#include <set>

#include "providers/databases/client.h"

namespace plumb::providers::databases {

// "app" and 'app', whatever they hold but a zero byte.
std::string pg_name(std::string_view name);
std::string pg_text(std::string_view text);
// psql's own command that goes on asking in another database of the server.
std::string pg_connect(std::string_view database);
// `inside`, asked in a database where that is there; elsewhere `outside`.
std::string pg_inside(std::string_view database, const std::string& inside, const std::string& outside);
// Names that are roles: {"roles": […]}.
std::string pg_roles_among(const std::set<std::string>& names);
bool is_among(const Json& list, std::string_view name);

class Postgresql : public Server {
 public:
  std::string_view title() const override { return "PostgreSQL"; }
  std::vector<std::string> programs() const override { return {"psql"}; }
  Client client(const Desired& desired, const std::string& program) const override;
  std::vector<std::string> lines(std::string_view output) const override;
  bool is_brought_by(std::string_view name) const override;
  std::string_view preamble() const override;
  std::string_view before_questions() const override;
};
const Postgresql& postgresql();
// What a role and a database are called where somebody decides on them, on the server that the resource is about.
std::string pg_role_claim(const Desired& desired, const std::string& role);
std::string pg_database_claim(const Desired& desired, const std::string& database);
// The same for a database of the server, where what is told goes.
Client pg_client(const Desired& desired, std::string_view database);

class PostgresqlProvider : public DatabaseProvider {
 protected:
  const Server& server() const override { return postgresql(); }
  std::vector<Address> stands_on(const Desired& desired) const override;
};

}  // namespace plumb::providers::databases
