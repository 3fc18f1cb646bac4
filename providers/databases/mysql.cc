#include "providers/databases/mysql.h"

#include <algorithm>

#include "providers/sdk/managers.h"

namespace plumb::providers::databases {
namespace {

// What the client prints of a value: a line has no line break, no tab and no zero byte in it.
std::string unescaped(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      out += line[i];
      continue;
    }
    const char c = line[++i];
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c == '0' ? '\0' : c;
  }
  return out;
}

}  // namespace

std::string my_name(std::string_view name) {
  std::string out = "`";
  for (const char c : name) {
    if (c == '`') out += '`';
    if (c != '\0') out += c;
  }
  return out + "`";
}

std::string my_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += c;
    if (c != '\0') out += c;
  }
  return out + "'";
}

std::string host_of(const Desired& desired) {
  return desired.text("host", "localhost");
}

std::string my_account(const Desired& desired, const char* name) {
  return my_text(desired.text(name)) + "@" + my_text(host_of(desired));
}

std::string my_accounts(std::span<const Desired* const> desired, const char* name) {
  std::string sql;
  for (std::size_t i = 0; i < desired.size(); ++i) {
    sql += (i == 0 ? "SELECT " : " UNION ALL SELECT ") + std::to_string(i) + " AS n, " +
           my_text(desired[i]->text(name)) + " AS name, " + my_text(host_of(*desired[i])) + " AS host";
  }
  return sql;
}

Client Mysql::client(const Desired& desired, const std::string& program) const {
  Client client;
  client.argv = {program.empty() ? programs().front() : program};
  // It is read as such only where it stands first.
  if (desired.has("login_file")) client.argv.push_back("--defaults-extra-file=" + desired.text("login_file"));
  client.argv.insert(client.argv.end(), {"--batch", "--skip-column-names", "--default-character-set=utf8mb4"});
  if (desired.has("socket")) client.argv.push_back("--socket=" + desired.text("socket"));
  client.user = desired.text("as");
  return client;
}

std::vector<std::string> Mysql::lines(std::string_view output) const {
  std::vector<std::string> lines;
  while (!output.empty()) lines.push_back(unescaped(take_line(output)));
  return lines;
}

bool Mysql::is_brought_by(std::string_view name) const {
  if (name.find('/') != std::string_view::npos) return false;
  for (const std::string_view word : {"mysql", "mariadb", "percona"}) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

// A backslash escapes, whatever the server is set to.
std::string_view Mysql::preamble() const {
  return "SET SESSION sql_mode = '';\n";
}

const Mysql& mysql() {
  static const Mysql server;
  return server;
}

std::string my_account_claim(const Desired& desired, const std::string& name) {
  return "the account " + name + "@" + host_of(desired) + " of MySQL" + whose(desired);
}

std::vector<Address> MysqlProvider::stands_on(const Desired&) const {
  std::vector<Address> edges;
  for (const char* package : {"mariadb-server", "mysql-server", "default-mysql-server", "mysql-community-server"})
    edges.push_back({"", "package", package});
  for (const char* service : {"mariadb", "mysql", "mysqld"}) edges.push_back({"", "service", service});
  return edges;
}

}  // namespace plumb::providers::databases
