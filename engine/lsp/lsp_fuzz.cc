// Arbitrary bytes as what an editor sends: messages are read, taken and answered, and each answer is one for a request.
#include <cstdint>
#include <cstdlib>

#include "engine/history/sqlite_history.h"
#include "engine/lsp/inbox.h"
#include "engine/lsp/server.h"
#include "engine/testing/kinds.h"

namespace {

using namespace plumb;

// What lies on the disk of the editor's machine.
struct Machine {
  Machine() {
    files.add("/p/plumb.yaml",
              "plumb: v1\nproject: p\ninputs: {port: {type: integer, default: 1}}\nresources:\n"
              "  - note: /a\n    text: ${inputs.port}\n  - use: ./web\n");
    files.add("/p/web/module.yaml",
              "plumb: v1\nresources:\n  - lamp: x\n    relight_on: [\"note:/b\"]\n  - note: /b\n");
    files.add("/p/hosts.yaml", "plumb: v1\nhosts:\n  one: {inputs: {port: 2}}\n");
  }
  Registry kinds = testing::made_up_kinds();
  MemoryFiles files;
  lsp::Surroundings around{kinds, files, [](const std::filesystem::path&) -> std::unique_ptr<history::RunStore> {
                             return std::make_unique<history::SqliteHistory>("/nowhere/history.db");
                           }};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Machine machine;
  if (size > (std::size_t{64} << 10)) return 0;
  lsp::Inbox inbox;
  inbox.add({reinterpret_cast<const char*>(data), size});
  inbox.close();
  lsp::Server server(machine.around, [] { return false; });
  while (!server.ended()) {
    const std::optional<lsp::Inbox::Entry> entry = inbox.take();
    if (!entry) break;
    if (!entry->message) {
      (void)lsp::framed(lsp::Server::refuse(entry->message.error()).front());
      continue;
    }
    const Json& message = *entry->message;
    const bool asks = message.is_object() && message.contains("method") && message["method"].is_string() &&
                      message.contains("id") && (message["id"].is_string() || message["id"].is_number());
    std::size_t answers = 0;
    for (const Json& answer : server.take(message)) {
      if (answer.contains("result") || answer.contains("error")) ++answers;
      (void)lsp::framed(answer);
    }
    if (asks && answers != 1) std::abort();
    while (server.has_work()) (void)server.work();
  }
  return 0;
}
