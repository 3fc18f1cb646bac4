// plumb lsp: the language server, over standard input and output.

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>

#include <unistd.h>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/workspace.h"
#include "engine/history/sqlite_history.h"
#include "engine/lsp/inbox.h"
#include "engine/lsp/server.h"

namespace plumb::cmd {
namespace {

void read_messages(lsp::Inbox& inbox) {
  std::array<char, 1 << 16> piece{};
  for (;;) {
    const ssize_t count = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    inbox.add({piece.data(), static_cast<std::size_t>(count)});
  }
  inbox.close();
}

// False once nobody reads.
bool send(const std::vector<Json>& messages) {
  for (const Json& message : messages) {
    const std::string bytes = lsp::framed(message);
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t count = ::write(STDOUT_FILENO, bytes.data() + at, bytes.size() - at);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      at += static_cast<std::size_t>(count);
    }
  }
  return true;
}

int serve(const Options& options) {
  lsp::Surroundings around{options.kinds, disk_files(),
                           [](const std::filesystem::path& folder) -> std::unique_ptr<history::RunStore> {
                             return std::make_unique<history::SqliteHistory>(folder / ".plumb" / "history.db");
                           }};
  around.inputs = input_arguments(options);
  around.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  const auto inbox = std::make_shared<lsp::Inbox>();
  lsp::Server server(around, [&inbox] { return inbox->waiting(); });
  // It waits in read() for an editor that may never say more, so nobody waits for it.
  std::thread([inbox] { read_messages(*inbox); }).detach();
  while (!server.ended()) {
    std::vector<Json> answers;
    if (!inbox->waiting() && server.has_work()) {
      answers = server.work();
    } else if (std::optional<lsp::Inbox::Entry> entry = inbox->take()) {
      answers = !entry->message    ? lsp::Server::refuse(entry->message.error())
                : entry->cancelled ? lsp::Server::cancel(*entry->message)
                                   : server.take(*entry->message);
    } else {
      break;
    }
    if (!send(answers)) break;
  }
  return server.exit_code();
}

}  // namespace

void add_lsp(Program& program) {
  CLI::App* command = program.app.add_subcommand("lsp", "The language server that editors start and talk to");
  command->callback([&program] { program.exit_code = serve(program.options); });
}

}  // namespace plumb::cmd
