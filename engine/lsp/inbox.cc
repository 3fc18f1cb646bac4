#include "engine/lsp/inbox.h"

#include <utility>

namespace plumb::lsp {
namespace {

// The id of the request that this message takes back; null for none.
Json cancelled_by(const Json& message) {
  if (!message.is_object() || message.value("method", Json()) != "$/cancelRequest") return nullptr;
  const auto params = message.find("params");
  return params != message.end() && params->is_object() ? params->value("id", Json()) : Json();
}

}  // namespace

void Inbox::add(std::string_view bytes) {
  reader_.add(bytes);
  while (std::optional<Result<Json>> next = reader_.next()) {
    const std::lock_guard lock(mutex_);
    const Json cancelled = *next ? cancelled_by(**next) : Json();
    if (!cancelled.is_null()) {
      for (Entry& entry : entries_) {
        if (entry.message && entry.message->is_object() && entry.message->contains("method") &&
            entry.message->value("id", Json()) == cancelled)
          entry.cancelled = true;
      }
      continue;
    }
    entries_.push_back({std::move(*next)});
    came_.notify_one();
  }
}

void Inbox::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  came_.notify_one();
}

bool Inbox::waiting() const {
  const std::lock_guard lock(mutex_);
  return !entries_.empty() || closed_;
}

std::optional<Inbox::Entry> Inbox::take() {
  std::unique_lock lock(mutex_);
  came_.wait(lock, [this] { return !entries_.empty() || closed_; });
  if (entries_.empty()) return std::nullopt;
  Entry entry = std::move(entries_.front());
  entries_.pop_front();
  return entry;
}

}  // namespace plumb::lsp
