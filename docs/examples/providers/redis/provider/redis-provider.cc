// Settings of a running Redis server, which is asked by its own protocol, RESP.
#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <vector>

#include <netdb.h>
#include <plumb/provider.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

namespace {

using namespace plumb::provider;

constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr timeval kPatience{10, 0};

class Server {
 public:
  explicit Server(const Request& request) : where_(request.text("server", "127.0.0.1:6379")) {
    where_.front() == '/' ? reach_socket() : reach_port();
    if (request.wants("password")) ask({"AUTH", request.text("password")});
  }
  ~Server() { ::close(socket_); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The texts of its answer.
  std::vector<std::string> ask(const std::vector<std::string>& words) {
    std::string sent = "*" + std::to_string(words.size()) + "\r\n";
    for (const std::string& word : words) sent += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    for (std::size_t at = 0; at < sent.size();) {
      const ssize_t count = ::send(socket_, sent.data() + at, sent.size() - at, MSG_NOSIGNAL);
      if (count <= 0) throw failed_to("ask " + where_);
      at += static_cast<std::size_t>(count);
    }
    const std::string head = line();
    if (head.front() == '+') return {head.substr(1)};
    if (head.front() == '-') throw Failed(where_ + " says " + head.substr(1), hint(head));
    std::vector<std::string> texts(head.front() == '*' ? length(head) : 0);
    for (std::string& text : texts) {
      text = take(length(line()));
      take(2);
    }
    return texts;
  }

 private:
  void reach_socket() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (where_.size() >= sizeof address.sun_path) throw Failed("the path of the socket is too long: " + where_);
    where_.copy(address.sun_path, where_.size());
    if (!reach(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address))
      throw Failed(failed_to("reach " + where_).what(), "does the server run, and listen there?");
  }

  void reach_port() {
    const std::size_t colon = where_.rfind(':');
    addrinfo wanted{}, *found = nullptr;
    wanted.ai_socktype = SOCK_STREAM;
    const int code = ::getaddrinfo(where_.substr(0, colon).c_str(), where_.substr(colon + 1).c_str(), &wanted, &found);
    if (code != 0) throw Failed("cannot find " + where_ + ": " + ::gai_strerror(code));
    bool reached = false;
    for (const addrinfo* one = found; one != nullptr && !reached; one = one->ai_next)
      reached = reach(one->ai_family, one->ai_addr, one->ai_addrlen);
    const Failed failed(failed_to("reach " + where_).what(), "does the server run, and listen there?");
    ::freeaddrinfo(found);
    if (!reached) throw failed;
  }

  bool reach(int family, const sockaddr* address, socklen_t size) {
    ::close(socket_);
    socket_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    for (const int which : {SO_RCVTIMEO, SO_SNDTIMEO})
      ::setsockopt(socket_, SOL_SOCKET, which, &kPatience, sizeof kPatience);
    return socket_ >= 0 && ::connect(socket_, address, size) == 0;
  }

  std::string take(std::size_t count) {
    while (answer_.size() < count) {
      char part[4096];
      const ssize_t got = ::recv(socket_, part, sizeof part, 0);
      if (got < 0 && errno == EAGAIN) throw Failed(where_ + " has not answered within 10 s", "is it Redis?");
      if (got < 0) throw failed_to("hear " + where_);
      if (got == 0 || answer_.size() > kMostBytes) throw Failed(where_ + " does not answer as Redis does");
      answer_.append(part, static_cast<std::size_t>(got));
    }
    const std::string taken = answer_.substr(0, count);
    answer_.erase(0, count);
    return taken;
  }
  std::string line() {
    std::string text = take(3);
    while (text.compare(text.size() - 2, 2, "\r\n") != 0) text += take(1);
    return text.substr(0, text.size() - 2);
  }
  std::size_t length(const std::string& head) {
    const unsigned long count = head.size() < 9 ? std::strtoul(head.c_str() + 1, nullptr, 10) : kMostBytes;
    return count < kMostBytes ? count : throw Failed(where_ + " does not answer as Redis does");
  }
  static std::string hint(const std::string& error) {
    return error.find("NOAUTH") == 1 || error.find("WRONGPASS") == 1 ? "is `password` right?" : "";
  }

  std::string where_;
  int socket_ = -1;
  std::string answer_;
};

// A size as bytes, as redis.conf writes them: 1k is 1000, 1kb is 1024.
std::optional<unsigned long long> bytes(const std::string& text) {
  const std::size_t unit = std::min(text.find_first_not_of("0123456789"), text.size());
  if (unit == 0 || unit > 18) return std::nullopt;
  unsigned long long count = std::stoull(text.substr(0, unit));
  const char* const powers = "bkmg";
  const char* const power = unit == text.size() ? powers : std::strchr(powers, std::tolower(text[unit]));
  const std::string rest = text.substr(std::min(unit + 1, text.size()));
  if (power == nullptr || !(rest.empty() || ::strcasecmp(rest.c_str(), "b") == 0)) return std::nullopt;
  for (const char* each = powers; each < power; ++each) count *= rest.empty() ? 1000 : 1024;
  return count;
}

class RedisSetting : public Kind {
  State observe(const Request& request) override {
    const std::vector<std::string> found = Server(request).ask({"CONFIG", "GET", request.text("name")});
    if (found.size() != 2) throw Failed("the server has no setting `" + request.text("name") + "`");
    State state = State::present({{"value", found[1]}});
    const std::string wanted = request.text("value");
    if (bytes(wanted) && bytes(wanted) == bytes(found[1])) state.same.push_back("value");
    return state;
  }

  void apply(const Request& request) override {
    Server server(request);
    server.ask({"CONFIG", "SET", request.text("name"), request.text("value")});
    if (request.want.value("keep", false)) server.ask({"CONFIG", "REWRITE"});
  }
};

}  // namespace

int main() {
  RedisSetting setting;
  return serve("redis", "0.1.0", {{"redis_setting", &setting}});
}
