// What the engine does, step by step, for whoever looks for a fault. The engine hands entries to a log that it was
// given; where they go, and in which form, is decided outside. An entry names durations, sizes, kinds and places, and
// never a content or a sensitive value.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace plumb {

enum class LogLevel { kTrace, kDebug, kInfo, kWarning, kError };

// Safe to use from many threads.
class Log {
 public:
  virtual ~Log() = default;
  virtual bool takes(LogLevel level) const = 0;
  // `host` is empty where an entry is about none.
  virtual void write(LogLevel level, const std::string& host, const std::string& text) = 0;
};

// The log as the work on one host sees it; without a log it does nothing.
class HostLog {
 public:
  HostLog() = default;
  HostLog(Log* log, std::string host) : log_(log), host_(std::move(host)) {}

  bool takes(LogLevel level) const { return log_ != nullptr && log_->takes(level); }
  void write(LogLevel level, const std::string& text) const {
    if (takes(level)) log_->write(level, host_, text);
  }
  void debug(const std::string& text) const { write(LogLevel::kDebug, text); }
  void info(const std::string& text) const { write(LogLevel::kInfo, text); }

 private:
  Log* log_ = nullptr;
  std::string host_;
};

// Logs the steps of something with the time that each took: "login: 7.1 ms".
class StepLog {
 public:
  explicit StepLog(HostLog log) : log_(std::move(log)) {}

  void done(const std::string& step) {
    const auto now = std::chrono::steady_clock::now();
    if (log_.takes(LogLevel::kDebug)) log_.debug(step + ": " + milliseconds(now - begin_));
    begin_ = now;
  }

 private:
  static std::string milliseconds(std::chrono::steady_clock::duration span) {
    const std::int64_t tenths = std::chrono::duration_cast<std::chrono::microseconds>(span).count() / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " ms";
  }

  HostLog log_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace plumb
