#include "testdata/meet/generate.h"

#include <algorithm>
#include <set>

#include "testdata/meet/rarer.h"
#include "testdata/meet/shared_words.h"
#include "testdata/meet/start.h"
#include "testdata/meet/systems.h"
#include "testdata/meet/text_kinds.h"
#include "testdata/meet/wanted.h"

namespace plumb::meet {
namespace {

// By a program, which only hosts run.
bool gets(const Resource& resource) {
  return resource.kind == "download" || resource.kind == "archive" || resource.kind == "git";
}

bool is_edit(const Resource& resource) {
  return is_text_kind(resource.kind);
}

std::string key_of(const Resource& resource) {
  if (resource.kind == "alternatives") return "#" + resource.attributes.value("path", "");
  return is_edit(resource) ? key_of_text_kind(resource) : "";
}

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed), scene_(random_) {}

  Case run() {
    one_.live = maybe(2);
    scene_.calm = !maybe(4);
    StartMaker start(scene_, one_.start, random_);
    start.make();
    const Words words{scene_.paths, scene_.accounts, scene_.groups};
    const std::size_t count = 2 + random_.below(5);
    std::set<std::string> addresses;
    for (std::size_t tries = 0; one_.resources.size() < count && tries < 40; ++tries) {
      Resource made = wanted(scene_, one_.resources, random_);
      if (maybe(3)) add_rarer(made, words, random_);
      // The same address twice is an error that says nothing of how two meet; two kinds at one path are one soon.
      if (addresses.contains(made.address() + key_of(made))) continue;
      if (is_taken(made) && !maybe(8)) continue;
      if (scene_.calm && takes_others_away(made) && !maybe(6)) continue;
      addresses.insert(made.address() + key_of(made));
      if (made.kind == "command" || (gets(made) && !maybe(8))) one_.live = true;
      order(made);
      one_.resources.push_back(std::move(made));
    }
    if (scene_.calm) start.settle(one_.resources);
    // What is a kernel's is the machine's.
    if (std::any_of(one_.resources.begin(), one_.resources.end(), is_of_kernel)) {
      one_.live = false;
      std::erase_if(one_.resources, [](const Resource& one) { return one.kind == "command"; });
    }
    if (maybe(3)) add_rarer(one_.start, words, random_);
    return std::move(one_);
  }

  Versions run_on() {
    Versions all = {{run(), {}}};
    // What packages bring and take along is another matter.
    std::erase_if(all.front().one.resources,
                  [](const Resource& one) { return one.kind == "package" || one.kind == "upgrade"; });
    add_shared_words(all.front().one, scene_, random_);
    const auto make = [this](const std::vector<Resource>& others) {
      Resource made = wanted(scene_, others, random_);
      // What is a kernel's is the machine's.
      while (made.kind == "package" || made.kind == "command" || gets(made) || is_of_kernel(made))
        made = wanted(scene_, others, random_);
      return made;
    };
    for (std::size_t more = 1 + random_.below(2); more > 0; --more)
      all.push_back(next_version(all.back(), make, random_));
    return all;
  }

 private:
  bool maybe(std::size_t count) { return random_.one_in(count); }

  // Another resource decides on all of the path.
  bool is_taken(const Resource& made) const {
    return std::any_of(one_.resources.begin(), one_.resources.end(), [&](const Resource& other) {
      // A program makes a file, which a plan cannot know.
      const auto made_another = [](const Resource& one, const Resource& program) {
        return program.attributes.value("creates", "") == one.name && (one.kind == "directory" || one.kind == "link");
      };
      if (made_another(made, other) || made_another(other, made)) return true;
      if (other.name != made.name || made.name.front() != '/') return false;
      const auto is_part = [](const Resource& one) { return is_edit(one); };
      const auto leaves_it = [](const Resource& one) {
        return one.kind == "file" && !one.attributes.contains("content");
      };
      return !(is_part(made) && (is_part(other) || leaves_it(other))) && !(is_part(other) && leaves_it(made));
    });
  }

  // It or another one removes what the other is about.
  bool takes_others_away(const Resource& made) const {
    return std::any_of(one_.resources.begin(), one_.resources.end(), [&](const Resource& other) {
      const auto above = [](const Resource& a, const Resource& b) {
        return a.is_absent() && (b.name.starts_with(a.name + "/") || b.attributes.value("owner", "") == a.name ||
                                 b.attributes.value("group", "") == a.name);
      };
      return above(made, other) || above(other, made);
    });
  }

  void order(Resource& made) {
    if (one_.resources.empty() || !maybe(10)) return;
    const Resource& other = random_.of(one_.resources);
    if (!is_edit(other)) made.attributes[maybe(2) ? "after" : "before"] = Json::array({other.address()});
  }

  Random random_;
  Scene scene_;
  Case one_;
};

}  // namespace

Case generate(std::uint64_t seed) {
  return Generator(seed).run();
}

Versions generate_versions(std::uint64_t seed) {
  return Generator(seed).run_on();
}

}  // namespace plumb::meet
