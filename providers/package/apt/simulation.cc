#include "providers/package/apt/simulation.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "engine/base/joined.h"
#include "providers/package/answer_words.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::package::apt {
namespace {

// The first text in single quotes at or after `from`; `from` moves past it.
std::string quoted(std::string_view line, std::size_t& from) {
  const std::size_t begin = line.find('\'', from);
  const std::size_t end = begin == std::string_view::npos ? begin : line.find('\'', begin + 1);
  if (end == std::string_view::npos) return "";
  from = end + 1;
  return std::string(line.substr(begin + 1, end - begin - 1));
}

// In the dependency trace every name has its architecture, elsewhere only foreign ones do.
std::string bare(std::string_view name) {
  return std::string(name.substr(0, name.find(':')));
}

class Parser {
 public:
  Simulation parse(std::string_view output) {
    while (!output.empty()) line(take_line(output));
    for (const auto& [name, providers] : providers_) {
      const auto found = result_.unknown.find(name);
      if (found == result_.unknown.end()) continue;
      found->second = name + " is a virtual package; name one that provides it: " + providers;
    }
    return std::move(result_);
  }

 private:
  void line(std::string_view text) {
    if (text.starts_with("Inst ")) return install(words_in(text));
    if (text.starts_with("Remv ")) {
      // A cut line names nothing.
      const auto words = words_in(text);
      if (words.size() < 2) return;
      result_.removes.emplace(words[1]);
      note_version(words);
      return;
    }
    if (text.starts_with("E: ")) return error(text);
    if (text.starts_with("Note, selecting ")) return selecting(text);
    if (!text.empty() && text.front() != ' ') {
      section_ = text == "The following packages will be DOWNGRADED:"     ? Section::kDowngraded
                 : text == "The following held packages will be changed:" ? Section::kHeld
                 : text.ends_with("have unmet dependencies:")             ? Section::kUnmet
                 : text.ends_with(" is a virtual package provided by:")   ? Section::kProviders
                                                                          : Section::kNone;
      if (const auto words = words_in(text); section_ == Section::kProviders && words.size() > 1) virtual_ = words[1];
      return;
    }
    indented(words_in(text), text);
  }

  // "Inst jq [1.6] (1.7 …", "Remv jq [1.6]"
  void note_version(const std::vector<std::string_view>& words) {
    if (words.size() < 3 || words[2].size() < 2 || words[2].front() != '[' || words[2].back() != ']') return;
    result_.versions[std::string(words[1])] = words[2].substr(1, words[2].size() - 2);
  }

  void install(const std::vector<std::string_view>& words) {
    note_version(words);
    for (std::size_t i = 2; i < words.size(); ++i) {
      if (words[i].front() != '(') continue;
      result_.installs[std::string(words[1])] = words[i].substr(1);
      return;
    }
  }

  void indented(const std::vector<std::string_view>& words, std::string_view text) {
    if (words.empty()) {
      section_ = Section::kNone;
      return;
    }
    // "  Installing redis-tools:amd64 as Depends of redis-server:amd64"
    if (words.size() == 6 && words[0] == "Installing" && words[2] == "as" && words[4] == "of") {
      result_.children[bare(words[5])].push_back(bare(words[1]));
      return;
    }
    // "  Upgrading perl-base:amd64 < 5.36.0-7 | 5.36.0-8 @ii uH > due to perl:amd64"
    if (words.size() > 5 && words[0] == "Upgrading" && words[words.size() - 3] == "due") {
      result_.children[bare(words.back())].push_back(bare(words[1]));
      return;
    }
    if (section_ == Section::kDowngraded) {
      for (const std::string_view word : words) result_.downgrades.insert(std::string(word));
    } else if (section_ == Section::kHeld) {
      for (const std::string_view word : words) result_.held.insert(std::string(word));
    } else if (section_ == Section::kProviders) {
      std::string& list = providers_[virtual_];
      append_item(list, words[0]);
    } else if (section_ == Section::kUnmet && unmet_.empty()) {
      unmet_ = text.substr(text.find_first_not_of(' '));
    }
  }

  void selecting(std::string_view text) {
    std::size_t at = 0;
    const std::string package = quoted(text, at);
    const std::string_view how = text.substr(at);
    const std::string name = quoted(text, at);
    if (how.starts_with(" instead of ")) {
      result_.selected[name] = package;
    } else if (!name.empty()) {
      // As a pattern or a task it would fit, but a plan is about one package.
      result_.unknown[name] = "no package is called " + name;
    }
  }

  void error(std::string_view text) {
    std::size_t at = 0;
    const std::string first = quoted(text, at);
    const std::string second = quoted(text, at);
    constexpr std::string_view kLocate = "E: Unable to locate package ";
    if (text.starts_with(kLocate)) {
      const std::string name(text.substr(kLocate.size()));
      result_.unknown[name] = "no package is called " + name;
    } else if (text.starts_with("E: Couldn't find any package by ")) {
      result_.unknown[first] = "no package is called " + first;
    } else if (text.starts_with("E: Version ")) {
      result_.unknown[second] = second + " is not available in version " + first;
      providers_.erase(second);  // also of one that it has in another version
    } else if (text.ends_with(" has no installation candidate")) {
      result_.unknown[first] = first + " is known and cannot be installed: no source has it";
    } else {
      std::string full(text.substr(3));
      if (!unmet_.empty()) full += " (" + unmet_ + ")";
      result_.errors.push_back(std::move(full));
    }
  }

  enum class Section { kNone, kDowngraded, kHeld, kUnmet, kProviders };

  Simulation result_;
  Section section_ = Section::kNone;
  std::string virtual_;
  std::string unmet_;
  std::map<std::string, std::string> providers_;
};

}  // namespace

Simulation parse_simulation(std::string_view output) {
  return Parser().parse(output);
}

std::string argument_of(const std::string& name) {
  return name.ends_with('-') || name.ends_with('+') ? name + ":native" : name;
}

namespace {

// It writes no cache, and without locks it does not stand in anyone's way. The trace tells on whose behalf each package
// comes; without -q=0 a pipe would not be told what stands in for a virtual package.
ProcessRequest simulation_of(std::vector<std::string> words) {
  ProcessRequest request;
  request.argv = {"apt-get", "-s",
                  "-y",      "-q=0",
                  "-o",      "Dir::Cache::pkgcache=",
                  "-o",      "Dir::Cache::srcpkgcache=",
                  "-o",      "Debug::NoLocking=1",
                  "-o",      "Debug::pkgDepCache::AutoInstall=1"};
  request.argv.insert(request.argv.end(), std::make_move_iterator(words.begin()), std::make_move_iterator(words.end()));
  request.decided_by = {"/var/lib/dpkg/status", "/var/lib/apt/extended_states", "/var/lib/apt/lists", "/etc/apt"};
  request.timeout = std::chrono::seconds(120);
  request.output_limit = std::size_t{16} << 20U;
  return request;
}

}  // namespace

ProcessRequest question(const std::vector<std::string>& arguments, const Allowed& allowed) {
  std::vector<std::string> words;
  if (allowed.older) words.emplace_back("--allow-downgrades");
  if (allowed.held) words.emplace_back("--allow-change-held-packages");
  if (!allowed.recommended) words.emplace_back("--no-install-recommends");
  words.emplace_back("install");
  words.emplace_back("--");
  words.insert(words.end(), arguments.begin(), arguments.end());
  ProcessRequest request = simulation_of(std::move(words));
  // No name of a package begins so.
  std::copy_if(arguments.begin(), arguments.end(), std::back_inserter(request.decided_by),
               [](const std::string& one) { return one.starts_with('/'); });
  return request;
}

std::vector<std::string> upgrade_words(const std::string& extent, bool autoremove) {
  std::vector<std::string> words;
  if (autoremove) words.emplace_back("--autoremove");
  if (extent == "full") {
    words.emplace_back("dist-upgrade");
  } else {
    words.emplace_back("--with-new-pkgs");
    words.emplace_back("upgrade");
  }
  return words;
}

ProcessRequest upgrade_question(const std::string& extent, bool autoremove) {
  return simulation_of(upgrade_words(extent, autoremove));
}

FixedQuestion fixed_question() {
  static constexpr std::array<std::string_view, 15> kWords = {"-y",
                                                              "-q=0",
                                                              "-o",
                                                              "Dir::Cache::pkgcache=",
                                                              "Dir::Cache::srcpkgcache=",
                                                              "Debug::NoLocking=1",
                                                              "Debug::pkgDepCache::AutoInstall=1",
                                                              "--allow-downgrades",
                                                              "--allow-change-held-packages",
                                                              "--no-install-recommends",
                                                              "install",
                                                              "--autoremove",
                                                              "--with-new-pkgs",
                                                              "upgrade",
                                                              "dist-upgrade"};
  return {"apt-get", "-s", kWords};
}

// By its archive: for single fields dpkg-deb makes a folder, which who only asks may not on every kernel.
ProcessRequest ask_file(const std::string& path) {
  ProcessRequest request;
  request.argv = {"sh", "-c", "dpkg-deb --ctrl-tarfile \"$1\" | tar -xO --no-anchored control 2>/dev/null", "sh", path};
  request.decided_by = {path};
  request.timeout = std::chrono::seconds(120);
  return request;
}

PackageFile parse_file(std::string_view output) {
  PackageFile file;
  while (!output.empty()) {
    const std::string_view line = take_line(output);
    if (line.starts_with("Package: ")) file.name = line.substr(9);
    if (line.starts_with("Version: ")) file.version = line.substr(9);
  }
  return file;
}

ProcessRequest ask_sources() {
  ProcessRequest request;
  request.argv = {"apt-get", "-o", "Debug::NoLocking=1", "--print-uris", "update"};
  request.decided_by = {"/etc/apt"};
  request.timeout = std::chrono::seconds(60);
  request.output_limit = std::size_t{16} << 20U;
  return request;
}

std::vector<std::string> parse_sources(std::string_view output) {
  constexpr std::string_view kRelease = "InRelease";
  std::vector<std::string> sources;
  while (!output.empty()) {
    // 'URI' NAME SIZE
    const std::vector<std::string_view> words = words_in(take_line(output));
    if (words.size() > 1 && words[0].starts_with('\'') && words[1].ends_with(kRelease))
      sources.emplace_back(words[1].substr(0, words[1].size() - kRelease.size()));
  }
  return sources;
}

}  // namespace plumb::providers::package::apt
