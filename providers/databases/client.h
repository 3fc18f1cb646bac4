// Servers of databases, asked and told by their own clients over the local socket: what is said comes by standard
// input, and what is asked is asked once for all resources of a kind on one server.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/provider.h"

namespace plumb::providers::databases {

// How a resource's server is reached.
struct Client {
  std::vector<std::string> argv;
  std::map<std::string, std::string> env;
  std::string user;  // whom it runs as; "" for the executor's own
  friend auto operator<=>(const Client&, const Client&) = default;
};

// What is the same for all kinds of one server.
class Server {
 public:
  virtual ~Server() = default;
  virtual std::string_view title() const = 0;  // "PostgreSQL"
  // Names of its client, the first that is there is taken.
  virtual std::vector<std::string> programs() const = 0;
  // `program`: which of them; "" for where that is not known.
  virtual Client client(const Desired& desired, const std::string& program) const = 0;
  // What its client printed, as lines.
  virtual std::vector<std::string> lines(std::string_view output) const = 0;
  // Whether a package, service or command of this name may be what brings the server or has it run.
  virtual bool is_brought_by(std::string_view name) const = 0;
  // In front of all that is said, so that it is read as it was quoted.
  virtual std::string_view preamble() const = 0;
  // Behind that, where something is only asked.
  virtual std::string_view before_questions() const { return {}; }
};

// Of an answer: objects of JSON, one a line. {"n": 3, …} is about the resource of that number; what has no number is
// about all, and lines that are no object belong to the number before them, as `lines`.
struct Answers {
  std::vector<Json> rows;  // by number; null where nothing was said
  Json all = Json::object();
};

// One question for many resources, and what is made of its answer for one of them.
struct Inquiry {
  std::function<std::string(std::span<const Desired* const>)> question;
  std::function<Result<Observed>(const Desired&, const Json& row, const Json& all)> read;
};

// One result each, in the order asked for. Where a server cannot be asked, each of its resources has that as an
// obstacle (kServerRefused), with the client's own words.
std::vector<Result<Observed>> observe_by(const Server& server, const Inquiry& inquiry,
                                         std::span<const Desired* const> desired, System& system);

// The first of the server's clients that the host has; "" for none.
std::string program_of(const Server& server, System& system);
// What a client answers, as lines; kServerRefused with its own words where it does not.
Result<std::vector<std::string>> ask(const Server& server, const Client& client, const std::string& question,
                                     System& system);

// What a server said, or that there is none: no file tells whether it says so still once others had their turn.
Obstacle server_obstacle(Diagnostic why);

// The client that observed it, or the usual one.
Client client_of(const Server& server, const Desired& desired, const Observed& observed);
// The client told `sql`, which holds nothing that is secret.
Run told(const Server& server, const Client& client, const std::string& sql);
// The client told what `script` prints, which reads a secret from its standard input. `pipes`: where it goes.
Run told_secret(const Client& client, const std::string& script, const std::string& secret);
// "psql -X …" as words of sh.
std::string command_line(const Client& client);

// `before` and `after` of an attribute that differs; nothing where it is not asked for. True where it differs.
bool differs(const Observed& observed, const char* attribute, const Json& wanted, Change& change);
bool differs(const Desired& desired, const Observed& observed, const char* attribute, Change& change);
// The same of a secret. Where it is not known here, as to whoever takes a run back, nothing is compared.
bool secret_differs(const Desired& desired, const Observed& observed, const char* attribute, Change& change);
// What is observed of a secret that is asked for: `is_it` is asked where it is known here. An empty one asks for
// nothing.
void note_secret(const Desired& desired, const char* attribute, const std::function<bool(const std::string&)>& is_it,
                 Observed& observed);

// " of the server at /run/x" where the resource says which one; for claims.
std::string whose(const Desired& desired);
// "(0, 'app'), (1, 'web')": the values of an attribute with the numbers of their resources.
std::string numbered(std::span<const Desired* const> desired, const char* attribute,
                     const std::function<std::string(std::string_view)>& quote);

// In the place of a password that is another one: whatever a server keeps of it stays there.
inline constexpr const char* kAnother = "(another one)";
// Observed: which of the server's clients there is.
inline constexpr const char* kClient = "client";

// What all these kinds have in common.
class DatabaseProvider : public Provider {
 public:
  bool is_foreseeable(const Desired&) const override { return false; }
  bool asks_about(const Desired&, std::string_view name) const override { return server().is_brought_by(name); }
  std::vector<Address> infers(const Desired& desired) const override;

 protected:
  virtual const Server& server() const = 0;
  // Packages and services that come first, and of resources those beside them.
  virtual std::vector<Address> stands_on(const Desired& desired) const = 0;
};

}  // namespace plumb::providers::databases
