#include "testdata/meet/own_executor.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "engine/host/bootstrap.h"
#include "engine/host/process.h"

namespace plumb::meet {

Result<std::unique_ptr<host::StreamConnection>> OwnExecutor::connect(const host::HostSettings& settings,
                                                                     const host::Interrupt* cancel) {
  std::vector<std::string> words = {PLUMB_MEET_HOST};
  if (cut_) {
    words.insert(words.end(), {"cut", std::to_string(static_cast<int>(cut_->fault)), std::to_string(cut_->at), told_});
    cut_.reset();
  }
  words.emplace_back(settings.root.empty() ? "serve-live" : "serve");
  words.push_back(settings.root.empty() ? tree_ : settings.root);
  PLUMB_TRY_ASSIGN(host::Child child, host::start_child(words, host::ErrorStream::kPipe));
  auto connection = std::make_unique<host::ProcessConnection>(std::move(child));
  connection->set_cancel(cancel);
  PLUMB_TRY(host::await_first_byte(*connection, {}, host::Deadline::after(std::chrono::seconds(30))));
  return std::unique_ptr<host::StreamConnection>(std::move(connection));
}

void OwnExecutor::cut_next(const Cut& cut) {
  cut_ = cut;
  std::error_code failure;
  std::filesystem::remove(told_, failure);
}

Traced OwnExecutor::last_cut() const {
  Traced traced;
  // Whoever watches it tells as soon as it has ended, which may be a moment after its last word.
  for (int tries = 0; tries < 2000; ++tries) {
    std::ifstream in(told_);
    if (in >> traced.calls >> traced.cut >> traced.status) return traced;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return {};
}

}  // namespace plumb::meet
