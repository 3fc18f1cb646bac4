// plumb/provider.h: speaks plumb's provider protocol, version 1, for a program in C++17. Needs nlohmann/json.
//
//   class Note : public plumb::provider::Kind {
//     plumb::provider::State observe(const plumb::provider::Request& request) override;  // reads
//     void apply(const plumb::provider::Request& request) override;                     // makes it so
//   };
//
//   int main() {
//     Note note;
//     return plumb::provider::serve("notes", "0.1.0", {{"note", &note}});
//   }
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace plumb::provider {

using Json = nlohmann::json;

// Thrown by both functions of a kind: nothing honest can be said, or it cannot be done.
class Failed : public std::runtime_error {
 public:
  explicit Failed(const std::string& message, std::string hint = "")
      : std::runtime_error(message), hint_(std::move(hint)) {}
  const std::string& hint() const { return hint_; }

 private:
  std::string hint_;
};

// Of a system call that has just failed: "cannot open /x: Permission denied".
inline Failed failed_to(const std::string& what) {
  return Failed("cannot " + what + ": " + std::strerror(errno));
}

// One resource.
struct Request {
  std::string kind;
  std::string identity;
  Json want = Json::object();         // what is asked for, the identity's attribute among it
  std::vector<std::string> withheld;  // observe: names of sensitive attributes that are not told
  std::string verb;                   // apply: create, update, replace, delete, restart, reload
  Json before = Json::object();       // apply: what was observed of the attributes that change
  std::vector<std::string> changes;   // apply: their names

  bool wants(const std::string& name) const { return want.contains(name); }
  std::string text(const std::string& name, const std::string& otherwise = "") const {
    return want.value(name, otherwise);
  }
};

// What there is.
struct State {
  bool exists = false;
  Json attributes = Json::object();
  std::vector<std::string> same = {};               // written otherwise than asked for, and mean the same
  std::map<std::string, std::string> missing = {};  // "package:redis-server": the attribute that asks for it
  std::string obstacle = "";                        // why what is asked for cannot be reached from here
  std::string hint = "";                            // beside an obstacle

  static State absent() { return {}; }
  static State present(Json attributes) { return {true, std::move(attributes)}; }
};

class Kind {
 public:
  virtual ~Kind() = default;
  virtual State observe(const Request& request) = 0;
  virtual void apply(const Request& request) = 0;
};

// Whoever looks finds the old file or the new one. What was there keeps its mode and owner. Throws Failed.
inline void replace_file(const std::string& path, const std::string& bytes, mode_t mode = 0644) {
  const std::size_t slash = path.rfind('/');
  const std::string temporary = path.substr(0, slash + 1) + ".plumb-" + path.substr(slash + 1);
  struct stat old {};
  const bool is_there = ::stat(path.c_str(), &old) == 0;
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) throw failed_to("make " + temporary);
  std::size_t written = 0;
  bool done = true;
  while (done && written < bytes.size()) {
    const ssize_t count = ::write(file, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR) continue;
    done = count > 0;
    if (done) written += static_cast<std::size_t>(count);
  }
  done = done && ::fchmod(file, is_there ? old.st_mode & 07777U : mode) == 0;
  if (done && is_there && old.st_uid != ::geteuid()) done = ::fchown(file, old.st_uid, old.st_gid) == 0;
  done = done && ::fsync(file) == 0;
  ::close(file);
  if (done && ::rename(temporary.c_str(), path.c_str()) == 0) return;
  const Failed error = failed_to("write " + path);
  ::unlink(temporary.c_str());
  throw error;
}

namespace detail {

inline Json answer(const State& state) {
  Json answer = {{"exists", state.exists}};
  if (state.exists) answer["attributes"] = state.attributes;
  if (!state.same.empty()) answer["same"] = state.same;
  for (const auto& [what, attribute] : state.missing)
    answer["missing"].push_back({{"what", what}, {"attribute", attribute}});
  if (!state.obstacle.empty()) answer["obstacle"] = {{"message", state.obstacle}, {"hint", state.hint}};
  return answer;
}

inline Json error(const std::string& message, const std::string& hint) {
  return {{"error", {{"message", message}, {"hint", hint}}}};
}

inline Json answer(const std::map<std::string, Kind*>& kinds, const Json& message) {
  try {
    Request request;
    request.kind = message.at("kind").get<std::string>();
    request.identity = message.at("identity").get<std::string>();
    request.want = message.value("desired", Json::object());
    request.withheld = message.value("withheld", std::vector<std::string>());
    request.verb = message.value("verb", "");
    request.before = message.value("before", Json::object());
    request.changes = message.value("changes", std::vector<std::string>());
    Kind& kind = *kinds.at(request.kind);
    if (message.at("call") == "observe") return answer(kind.observe(request));
    kind.apply(request);
    return {{"done", true}};
  } catch (const Failed& failed) {
    return error(failed.what(), failed.hint());
  } catch (const std::exception& problem) {
    return error(problem.what(), "");
  }
}

}  // namespace detail

// Answers all requests; for main(). `name` and `version` are those of provider.yaml.
inline int serve(const std::string& name, const std::string& version, const std::map<std::string, Kind*>& kinds) {
  for (std::string line; std::getline(std::cin, line);) {
    const Json message = Json::parse(line, nullptr, false);
    if (!message.is_object()) return 1;
    Json answer = message.value("call", "") == "hello" ? Json{{"protocol", 1}, {"name", name}, {"version", version}}
                                                       : detail::answer(kinds, message);
    answer["id"] = message.value("id", 0);
    // What is no UTF-8 cannot be told in JSON.
    std::cout << answer.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
  }
  return 0;
}

}  // namespace plumb::provider
