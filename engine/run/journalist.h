// Writes what one host tells during a run into the history, gathered so that a thousand small actions do not cost a
// thousand transactions. Until it is written, the host's own journal holds it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/history/history.h"
#include "engine/plan/plan.h"
#include "engine/wire/messages.h"

namespace plumb::run {

class Journalist {
 public:
  // `writer` may be null: nothing is written then. `first`: the position of the first of the actions.
  Journalist(std::string host, const plan::Actions& actions, history::RunWriter* writer, std::int64_t first = 0);

  void note(const wire::Event& event);
  // What the host did with actions after it had told their end.
  void amend(const std::vector<std::string>& addresses, ActionOutcome outcome);
  // Ends the account: actions that were told to have begun and not to have ended get `outcome`.
  void close(ActionOutcome outcome);
  // The first write that failed.
  Result<> problem() const;

 private:
  void flush();
  history::ActionEntry entry(std::size_t index, ActionOutcome outcome) const;

  std::string host_;
  const plan::Actions& actions_;
  history::RunWriter* writer_;
  std::int64_t first_;
  std::vector<history::ActionEntry> gathered_;
  std::map<std::size_t, std::string> output_;  // by action: the last of what it printed
  std::map<std::size_t, bool> open_;           // begun and not ended
  std::chrono::steady_clock::time_point last_write_ = std::chrono::steady_clock::now();
  std::optional<Error> problem_;
};

}  // namespace plumb::run
