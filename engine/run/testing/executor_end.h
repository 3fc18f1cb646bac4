// The executor's end of a connection, in the process of a test: what was said lies ready until it is read, and what
// comes in is handed on as messages.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/host/transport.h"
#include "engine/wire/stream.h"

namespace plumb::run::testing {

class ExecutorEnd : public host::StreamConnection {
 public:
  Result<> shutdown_write(host::Deadline) override {
    end();
    return {};
  }
  std::optional<std::string> exit_reason() override { return std::nullopt; }
  void close() override { end(); }
  bool stays_here() const override { return true; }

 protected:
  virtual void hear(const wire::Message& message) = 0;
  // All that was said is read: the time to say more.
  virtual void go_on() {}

  void say(const wire::Message& message) { say_frame(wire::frame(wire::encode(message))); }
  void say_frame(std::string_view frame) { out_ += frame; }
  bool is_read() const { return out_.empty(); }
  // What is said by now can still be read.
  void end() { ended_ = true; }

  Result<std::optional<std::size_t>> do_read(char* into, std::size_t capacity, host::Deadline) override {
    if (is_read()) go_on();
    if (is_read() && !ended_) return fail(Code::kTimeout, "nothing is said");
    const std::size_t count = std::min(capacity, out_.size() - taken_);
    out_.copy(into, count, taken_);
    taken_ += count;
    if (taken_ == out_.size()) {
      out_.clear();
      taken_ = 0;
    }
    return std::optional<std::size_t>(count);
  }
  Result<> do_write(std::string_view bytes, host::Deadline) override {
    reader_.add(bytes);
    while (true) {
      PLUMB_TRY_ASSIGN(const std::optional<wire::Message> message, reader_.next());
      if (!message) return {};
      hear(*message);
    }
  }

 private:
  wire::MessageReader reader_;
  std::string out_;
  std::size_t taken_ = 0;  // of out_
  bool ended_ = false;
};

}  // namespace plumb::run::testing
