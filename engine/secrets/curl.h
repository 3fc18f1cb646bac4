// A request to a web server by curl(1), which knows this machine's certificates and proxies. What is secret is given to
// it on its standard input.
#pragma once

#include <string>
#include <vector>

#include "engine/secrets/surroundings.h"

namespace plumb::secrets {

struct WebRequest {
  std::string method;
  std::string url;
  std::vector<std::string> headers;  // "Name: value", printable
  std::string body;                  // JSON, or ""
  std::string ca_file;               // "" for the certificates that the machine trusts
  int timeout_seconds = 30;
};

struct WebAnswer {
  int status = 0;
  std::string body;
};

// What the server answers, whatever that is; no answer leads elsewhere. `whose` as for programs. Errors: kSecretStore,
// where no answer came; kInterrupted.
Result<WebAnswer> ask_server(const Surroundings& around, const WebRequest& request, const std::string& whose);

}  // namespace plumb::secrets
