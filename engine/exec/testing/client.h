// For the tests of this folder: a controller of a few lines, which starts an executor and speaks frames with it, and a
// scratch folder that serves as a host.
#pragma once

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/descriptors.h"
#include "engine/base/digest.h"
#include "engine/testing/scratch_folder.h"
#include "engine/wire/stream.h"

namespace plumb::exec {

// What a test cannot do without.
template <class T>
T must(Result<T> result) {
  if (!result) std::abort();
  return std::move(*result);
}

class TestClient {
 public:
  explicit TestClient(const std::string& root, bool greets = true) {
    Pipe to = make_pipe();
    Pipe from = make_pipe();
    if (!to || !from) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(to.read.get(), 0);
      ::dup2(from.write.get(), 1);
      const char* other = std::getenv("PLUMB_TEST_EXECUTOR");
      const char* program = other == nullptr ? PLUMB_EXECUTOR : other;
      ::execl(program, program, "serve", "--root", root.c_str(), nullptr);
      ::_exit(127);
    }
    in_ = from.read.release();
    out_ = to.write.release();
    if (greets) send(wire::Hello{wire::kVersions, "0.0.0", "", Json::object()});
  }
  ~TestClient() {
    end_of_stream();
    wait();
    if (in_ >= 0) ::close(in_);
  }

  void send(const wire::Message& message) {
    const std::string bytes = must(wire::frames(message));
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t count = ::write(out_, bytes.data() + at, bytes.size() - at);
      if (count <= 0) return;
      at += static_cast<std::size_t>(count);
    }
  }

  // Nothing at the end of the stream.
  std::optional<wire::Message> next() {
    while (true) {
      auto message = reader_.next();
      if (!message) return std::nullopt;
      if (*message) return std::move(*message);
      std::array<char, 65536> bytes{};
      const ssize_t count = ::read(in_, bytes.data(), bytes.size());
      if (count <= 0) return std::nullopt;
      reader_.add({bytes.data(), static_cast<std::size_t>(count)});
    }
  }

  // The next message of a type, others in front of it are kept as events or dropped.
  template <class T>
  std::optional<T> expect() {
    while (auto message = next()) {
      if (auto* found = std::get_if<T>(&*message)) return std::move(*found);
      if (auto* event = std::get_if<wire::Event>(&*message)) events.push_back(std::move(*event));
      if (auto* refused = std::get_if<wire::Refused>(&*message)) {
        refusal = refused->problem;
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  void blob(const std::string& bytes) { send(wire::Blob{digest(bytes), bytes, true, false, {}}); }

  void end_of_stream() {
    if (out_ >= 0) ::close(out_);
    out_ = -1;
  }
  // As a cut line: both directions at once.
  void cut() {
    end_of_stream();
    ::close(in_);
    in_ = -1;
  }
  int wait() {
    if (pid_ < 0) return status_;
    ::waitpid(pid_, &status_, 0);
    pid_ = -1;
    return status_;
  }
  void kill() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    wait();
  }
  pid_t pid() const { return pid_; }

  std::vector<wire::Event> events;
  std::optional<Diagnostic> refusal;

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int status_ = 0;
  wire::MessageReader reader_;
};

// A folder that is a host: gone when the test is.
class ScratchRoot {
 public:
  ScratchRoot() {
    for (const char* folder : {"etc", "var/lib", "tmp", "root"}) std::filesystem::create_directories(folder_ / folder);
    write("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
    write("/etc/group", "root:x:0:\nnogroup:x:65534:\n");
  }

  std::string path() const { return folder_.path().string(); }
  std::string at(const std::string& path) const { return folder_.path().string() + path; }
  void write(const std::string& path, const std::string& bytes) const { folder_.write(path.substr(1), bytes); }
  std::string read(const std::string& path) const { return folder_.read(path.substr(1)); }
  bool has(const std::string& path) const { return std::filesystem::exists(std::filesystem::symlink_status(at(path))); }
  // The path of the one copy that was kept of a file; "" where there is none, or more than one.
  std::string backup_of(const std::string& path) const {
    std::string found;
    const std::filesystem::path place = at(path);
    for (const auto& entry : std::filesystem::directory_iterator(place.parent_path())) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with(place.filename().string() + ".plumb-")) continue;
      if (!found.empty()) return "";
      found = path + name.substr(place.filename().string().size());
    }
    return found;
  }

 private:
  testing::ScratchFolder folder_;
};

}  // namespace plumb::exec
