#include "engine/trust/sign.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <sys/wait.h>

#include "engine/base/program.h"
#include "engine/base/spawn.h"
#include "engine/trust/signature.h"

namespace plumb::trust {
namespace {

// Without a name, and gone with this process.
using ScratchFile = std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })>;

Error failed(const std::string& what) {
  return fail(Code::kSigning, what);
}

Error failed_with_errno() {
  return failed(std::string("a file for the signature cannot be made: ") + std::strerror(errno));
}

}  // namespace

Result<std::string> sign(std::string_view bytes, std::string_view name_space, const std::filesystem::path& key,
                         int errors) {
  if (!has_program("ssh-keygen")) return failed("there is no ssh-keygen here").hint("it comes with OpenSSH's client");
  const ScratchFile input(std::tmpfile());
  const ScratchFile output(std::tmpfile());
  if (!input || !output || std::fwrite(bytes.data(), 1, bytes.size(), input.get()) != bytes.size() ||
      std::fflush(input.get()) != 0)
    return failed_with_errno();
  std::rewind(input.get());

  const std::vector<std::string> arguments = {"ssh-keygen", "-q",        "-Y", "sign", "-n", std::string(name_space),
                                              "-f",         key.string()};
  pid_t child = 0;
  const int error = spawn({.arguments = arguments,
                           .folder = {},
                           .input = fileno(input.get()),
                           .output = fileno(output.get()),
                           .errors = errors,
                           .own = Spawn::Own::kNothing},
                          child);
  if (error != 0) return failed(std::string("ssh-keygen cannot be started: ") + std::strerror(error));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return failed_with_errno();
  }
  if (WIFSIGNALED(status)) return fail(Code::kInterrupted, "ssh-keygen was ended");
  if (WEXITSTATUS(status) != 0) {
    return failed("ssh-keygen could not sign with " + key.string())
        .hint("a key with a passphrase needs a terminal, or the agent: `ssh-add`, and then the .pub file here");
  }

  std::string text(kMostSignature, '\0');
  std::rewind(output.get());
  text.resize(std::fread(text.data(), 1, text.size(), output.get()));
  PLUMB_TRY_ASSIGN(const Signature made, read_signature(text));
  PLUMB_TRY(check_signature(made, name_space, bytes));
  return text;
}

}  // namespace plumb::trust
