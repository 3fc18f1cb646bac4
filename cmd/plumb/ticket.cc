#include "cmd/plumb/ticket.h"

#include "engine/base/json.h"
#include "engine/trust/statement.h"

namespace plumb::cmd {

void add_ticket_option(CLI::App& command, std::string& ticket) {
  constexpr std::size_t kMostTicket = 200;
  command.add_option("--ticket", ticket, "What it is for, where a rule asks for it; the history keeps it")
      ->check(CLI::Validator(
          [](const std::string& text) {
            const bool good = text.size() <= kMostTicket && trust::is_one_line(text) && valid_utf8(text);
            return std::string(good ? "" : "a ticket is one line of at most 200 bytes");
          },
          ""))
      ->type_name("TEXT");
}

}  // namespace plumb::cmd
