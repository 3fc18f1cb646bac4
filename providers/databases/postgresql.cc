#include "providers/databases/postgresql.h"

#include <algorithm>

#include "engine/base/joined.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::databases {
namespace {

// Where what is the whole server's is asked and told.
constexpr std::string_view kUsual = "postgres";

std::string between(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    if (c != '\0') out += c;
  }
  return out + quote;
}

// "dbname='app'", as libpq reads it: what looks like more than a name is none.
std::string connection(std::string_view database) {
  std::string out = "dbname='";
  for (const char c : database) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

std::string pg_name(std::string_view name) {
  return between(name, '"');
}

std::string pg_text(std::string_view text) {
  return between(text, '\'');
}

std::string pg_connect(std::string_view database) {
  return "\\connect -reuse-previous=on " + between(connection(database), '"') + "\n" +
         std::string(postgresql().preamble()).append(postgresql().before_questions());
}

std::string pg_inside(std::string_view database, const std::string& inside, const std::string& outside) {
  return "SELECT count(*) > 0 AS there FROM pg_database WHERE datallowconn AND datname = " + pg_text(database) +
         " \\gset plumb_\n\\if :plumb_there\n" + pg_connect(database) + inside + pg_connect(kUsual) + "\\else\n" +
         outside + "\\endif\n";
}

std::string pg_roles_among(const std::set<std::string>& names) {
  if (names.empty()) return {};
  std::string list;
  for (const std::string& name : names) append_item(list, pg_text(name));
  return "SELECT jsonb_build_object('roles', coalesce(jsonb_agg(rolname), '[]')) FROM pg_roles WHERE rolname IN (" +
         list + ");\n";
}

bool is_among(const Json& list, std::string_view name) {
  const std::vector<std::string> names = texts_in(list);
  return std::find(names.begin(), names.end(), name) != names.end();
}

Client Postgresql::client(const Desired& desired, const std::string&) const {
  return pg_client(desired, kUsual);
}

Client pg_client(const Desired& desired, std::string_view database) {
  Client client;
  client.argv = {"psql", "-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1"};
  if (desired.has("socket")) client.argv.insert(client.argv.end(), {"-h", desired.text("socket")});
  if (const Json& port = desired.attribute("port"); port.is_number_integer())
    client.argv.insert(client.argv.end(), {"-p", port.dump()});
  client.argv.insert(client.argv.end(), {"-d", connection(database)});
  client.env["PGCLIENTENCODING"] = "UTF8";
  if (desired.has("login_file")) {
    client.env["PGSERVICEFILE"] = desired.text("login_file");
    client.env["PGSERVICE"] = "plumb";
  }
  client.user = desired.text("as", "postgres");
  return client;
}

std::vector<std::string> Postgresql::lines(std::string_view output) const {
  std::vector<std::string> lines;
  while (!output.empty()) lines.emplace_back(take_line(output));
  return lines;
}

bool Postgresql::is_brought_by(std::string_view name) const {
  return name.starts_with("postgresql") && name.find('/') == std::string_view::npos;
}

std::string_view Postgresql::preamble() const {
  return "SET standard_conforming_strings = on;\nSET TimeZone = 'UTC';\n";
}

// A superuser asks, in databases of others: whoever may make functions there could make one that fits a question better
// than the server's own of that name. With no path only the server's own are found.
std::string_view Postgresql::before_questions() const {
  return "SET search_path = '';\n";
}

const Postgresql& postgresql() {
  static const Postgresql server;
  return server;
}

std::string pg_role_claim(const Desired& desired, const std::string& role) {
  return "the role " + role + " of PostgreSQL" + whose(desired);
}

std::string pg_database_claim(const Desired& desired, const std::string& database) {
  return "the database " + database + " of PostgreSQL" + whose(desired);
}

std::vector<Address> PostgresqlProvider::stands_on(const Desired&) const {
  std::vector<Address> edges;
  for (const char* package : {"postgresql", "postgresql-server", "postgresql-contrib", "postgresql-13", "postgresql-14",
                              "postgresql-15", "postgresql-16", "postgresql-17", "postgresql-18"})
    edges.push_back({"", "package", package});
  edges.push_back({"", "service", "postgresql"});
  edges.push_back({"", "service", "postgresql.service"});
  return edges;
}

}  // namespace plumb::providers::databases
