#include <fstream>
#include <iterator>
#include <string>

#include <plumb/provider.h>

using plumb::provider::failed_to;
using plumb::provider::Request;
using plumb::provider::State;

class Kind : public plumb::provider::Kind {
 public:
  State observe(const Request& request) override {
    const std::string path = request.text("path");
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
      if (errno == ENOENT) return State::absent();
      throw failed_to("look at " + path);
    }
    State state = State::present(plumb::provider::Json::object());
    if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
      state.obstacle = path + " is no file";
      return state;
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) throw failed_to("read " + path);
    state.attributes["text"] = std::string{std::istreambuf_iterator<char>(file), {}};
    return state;
  }

  void apply(const Request& request) override {
    const std::string path = request.text("path");
    if (request.verb != "delete") {
      plumb::provider::replace_file(path, request.text("text"));
    } else if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
      throw failed_to("remove " + path);
    }
  }
};

int main() {
  Kind kind;
  return plumb::provider::serve("@NAME@", "0.1.0", {{"@KIND@", &kind}});
}
