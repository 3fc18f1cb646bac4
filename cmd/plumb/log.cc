#include "cmd/plumb/log.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <system_error>

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include "cmd/plumb/screen.h"
#include "engine/base/json.h"
#include "engine/base/time_text.h"
#include "engine/report/text_width.h"

namespace plumb::cmd {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return spdlog::level::trace;
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

const char* name(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return "trace";
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

// Standard error, above what is drawn there.
class ScreenSink : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    Screen::get().say(std::string(message.payload.data(), message.payload.size()) + "\n");
  }
  void flush_() override {}
};

class SpdLog : public Log {
 public:
  void start(std::shared_ptr<spdlog::logger> logger, bool json, std::string run) {
    logger_ = std::move(logger);
    json_ = json;
    run_ = std::move(run);
  }
  bool takes(LogLevel level) const override { return logger_ != nullptr && logger_->should_log(level_of(level)); }
  void write(LogLevel level, const std::string& host, const std::string& text) override {
    if (!takes(level)) return;
    const std::string time = timestamp(std::chrono::system_clock::now());
    logger_->log(level_of(level), spdlog::string_view_t(log_line(json_, time, level, run_, host, text)));
  }

 private:
  std::shared_ptr<spdlog::logger> logger_;
  bool json_ = false;
  std::string run_;
};

SpdLog& spd_log() {
  static SpdLog only;
  return only;
}

}  // namespace

std::string log_line(bool json, const std::string& time, LogLevel level, const std::string& run,
                     const std::string& host, const std::string& text) {
  if (json) {
    Json line = {{"time", time}, {"level", name(level)}, {"run", run}, {"message", text}};
    if (!host.empty()) line["host"] = host;
    return line.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return time + " " + name(level) + " run=" + run + (host.empty() ? "" : " host=" + report::clean(host)) + " " +
         report::clean(text);
}

Log& log() {
  return spd_log();
}

Result<> set_up_log(const Options& options) {
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (options.log_file.empty()) {
    sink = std::make_shared<ScreenSink>();
  } else {
    // The library would make the folder.
    const std::filesystem::path folder = std::filesystem::path(options.log_file).parent_path();
    if (!folder.empty() && !std::filesystem::is_directory(folder)) {
      return fail(Code::kWriteFailed,
                  "the log " + options.log_file + " cannot be written: there is no folder " + folder.string());
    }
    try {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.log_file);
    } catch (const spdlog::spdlog_ex&) {
      return fail(Code::kWriteFailed, "the log " + options.log_file + " cannot be written: " + std::strerror(errno));
    }
  }
  auto logger = std::make_shared<spdlog::logger>("plumb", std::move(sink));
  logger->set_pattern("%v");
  const std::string level = !options.log_level.empty() ? options.log_level : options.log_file.empty() ? "off" : "info";
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::trace);
  spd_log().start(std::move(logger), options.log_format == "json", options.run_id);
  return {};
}

}  // namespace plumb::cmd
