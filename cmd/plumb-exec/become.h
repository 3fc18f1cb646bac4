// Becoming another user on the host: runs this executor again through sudo, doas or su.
//
// Those programs ask at a terminal, in whatever words and language, and each has its own opinion on asking elsewhere.
// So they get a terminal, which is only for that: the executor's frames stay on standard input and output.
#pragma once

#include <string>
#include <vector>

namespace plumb::cmd {

struct BecomeRequest {
  std::string method;  // "sudo", "doas" or "su"
  std::string user;
  bool has_password = false;           // the far side has one to give
  std::vector<std::string> arguments;  // this program by its absolute path, and what it is to do
};

// Does not return where the program needs no terminal. Else its exit code. For every question "PLUMB-PASSWORD:" and
// the question go to standard error as one line, and the answer is read as one line from standard input.
int become(const BecomeRequest& request);

}  // namespace plumb::cmd
