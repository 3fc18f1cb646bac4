#include "providers/package/zypper/answer.h"

#include <array>

#include "providers/package/rpm.h"

namespace plumb::providers::package::zypper {
namespace {

constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {
    {{"&apos;", '\''}, {"&quot;", '"'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}}};

std::string plain(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    bool found = false;
    for (const auto& [entity, character] : kEntities) {
      if (!text.starts_with(entity)) continue;
      out += character;
      text.remove_prefix(entity.size());
      found = true;
      break;
    }
    if (found) continue;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

// `name="…"` in a tag; "" where it has none.
std::string attribute(std::string_view tag, std::string_view name) {
  const std::string begin = ' ' + std::string(name) + "=\"";
  const std::size_t at = tag.find(begin);
  if (at == std::string_view::npos) return {};
  tag.remove_prefix(at + begin.size());
  return plain(tag.substr(0, tag.find('"')));
}

// The text in the first pair of single quotes.
std::string in_quotes(std::string_view text) {
  const std::size_t begin = text.find('\'');
  const std::size_t end = begin == std::string_view::npos ? begin : text.find('\'', begin + 1);
  return end == std::string_view::npos ? std::string() : std::string(text.substr(begin + 1, end - begin - 1));
}

class Reader {
 public:
  Answer read(std::string_view output) {
    while (true) {
      const std::size_t begin = output.find('<');
      const std::size_t end = begin == std::string_view::npos ? begin : output.find('>', begin);
      if (end == std::string_view::npos) break;
      const std::string_view tag = output.substr(begin + 1, end - begin - 1);
      output.remove_prefix(end + 1);
      read_tag(tag, output.substr(0, output.find('<')));
    }
    return std::move(answer_);
  }

 private:
  void read_tag(std::string_view tag, std::string_view text) {
    if (tag.starts_with("install-summary")) answer_.ended = true;
    if (tag.starts_with("to-")) section_ = tag;
    if (tag.starts_with("/to-")) section_ = {};
    if (tag.starts_with("solvable ")) read_solvable(tag);
    if (tag.starts_with("message ") && attribute(tag, "type") == "error") read_error(plain(text));
    if (tag == "description" && section_.empty()) read_problem(plain(text));
  }

  void read_solvable(std::string_view tag) {
    if (const std::string kind = attribute(tag, "kind"); !kind.empty()) {
      if (kind == "package") answer_.found.push_back(attribute(tag, "name") + '=' + attribute(tag, "edition"));
      return;
    }
    if (attribute(tag, "type") != "package") return;
    Simulation& simulation = answer_.simulation;
    const std::string name = name_with_architecture(attribute(tag, "name"), attribute(tag, "arch"));
    const std::string version = attribute(tag, "edition");
    if (section_ == "to-remove") {
      simulation.removes.insert(name);
      simulation.versions[name] = version;
      return;
    }
    if (section_.starts_with("to-reinstall") || section_.empty()) return;
    simulation.installs[name] = version;
    if (const std::string old = attribute(tag, "edition-old"); !old.empty()) simulation.versions[name] = old;
    if (section_.starts_with("to-downgrade")) simulation.downgrades.insert(name);
  }

  void read_error(std::string text) {
    while (text.ends_with('\n')) text.pop_back();
    const std::string what = in_quotes(text);
    if ((text.starts_with("No provider of '") || text.starts_with("Package '")) && text.ends_with(" found.")) {
      answer_.simulation.unknown[what] = "no package is called " + what;
    } else {
      answer_.simulation.errors.push_back(std::move(text));
    }
  }

  // "Problem: …", with what else is on its lines but the solutions.
  void read_problem(std::string_view text) {
    constexpr std::string_view kProblem = "Problem: ";
    if (!text.starts_with(kProblem)) return;
    text.remove_prefix(kProblem.size());
    answer_.simulation.errors.emplace_back(take_line(text));
  }

  Answer answer_;
  std::string_view section_;
};

}  // namespace

Answer parse_answer(std::string_view output) {
  return Reader().read(output);
}

}  // namespace plumb::providers::package::zypper
