#include "testdata/meet/wanted.h"

#include "testdata/meet/getting.h"
#include "testdata/meet/systems.h"
#include "testdata/meet/text_kinds.h"

namespace plumb::meet {
namespace {

const Texts kUnits = {"app", "web"};
const Texts kModes = {"0644", "0600", "0755", "0750", "4755", "2775", "0444", "u+x", "u=rwX,go=rX", "go-w"};

class Wanted {
 public:
  Wanted(const Scene& scene, const std::vector<Resource>& others, Random& random)
      : scene_(scene), others_(others), random_(random) {}

  Resource any() {
    if (maybe(12)) return getting(words(), random_);
    if ((scene_.packages || scene_.units) && maybe(scene_.packages ? 2 : 8)) return package();
    const std::size_t draw = random_.below(scene_.units ? 24 : 20);
    if (draw < 5) return file();
    if (draw < 9) return directory();
    if (draw < 11) return link();
    if (draw < 13) return edit();
    if (draw < 16) return user();
    if (draw < 18) return group();
    if (draw < 19) return command();
    if (draw < 20) return maybe(2) ? package() : maybe(2) ? command() : system();
    return maybe(4) ? system() : service();
  }

 private:
  Words words() const { return {scene_.paths, scene_.accounts, scene_.groups}; }
  std::string path_for_file() {
    std::string path = path_for(false);
    while (path == "/home" || path == "/etc/systemd/system") path = path_for(false);
    return path;
  }
  // Of a calm case mostly one that is as a folder is, or is not.
  std::string path_for(bool folder) {
    std::string path = random_.of(scene_.paths);
    if (!scene_.calm || maybe(6)) return path;
    for (int i = 0; i < 8 && scene_.is_inner(path) != folder; ++i) path = random_.of(scene_.paths);
    return path;
  }
  bool maybe(std::size_t count) { return random_.one_in(count); }
  void ownership(Json& attributes) {
    if (maybe(3))
      attributes["owner"] = random_.of({random_.of(scene_.accounts), random_.of(scene_.accounts), std::string("root"),
                                        std::string("1500"), std::string("4242")});
    if (maybe(4))
      attributes["group"] =
          random_.of({random_.of(scene_.groups), random_.of(scene_.groups), std::string("root"), std::string("1501")});
    if (maybe(3)) attributes["mode"] = random_.of(kModes);
  }

  Resource file() {
    Resource made{"file", path_for_file()};
    Json& attributes = made.attributes;
    if (maybe(scene_.calm ? 5 : 3)) {
      attributes["state"] = "absent";
      if (maybe(4)) attributes["backup"] = true;
      return made;
    }
    if (!maybe(5)) attributes["content"] = scene_.content(random_);
    ownership(attributes);
    if (maybe(8)) attributes["backup"] = true;
    if (maybe(8)) attributes["follow"] = true;
    if (maybe(12)) attributes["validate"] = "test -e %s";
    return made;
  }

  Resource directory() {
    Resource made{"directory", path_for(true)};
    Json& attributes = made.attributes;
    if (maybe(scene_.calm ? 6 : 3)) {
      attributes["state"] = "absent";
      return made;
    }
    ownership(attributes);
    if (maybe(2)) attributes["parents"] = true;
    if (maybe(3)) attributes["recurse"] = true;
    if (maybe(4)) attributes["purge"] = true;
    if (maybe(8)) attributes["follow"] = true;
    return made;
  }

  Resource link() {
    Resource made{"link", path_for_file()};
    Json& attributes = made.attributes;
    if (maybe(6)) {
      attributes["state"] = "absent";
      if (maybe(2)) return made;
    }
    if (maybe(4)) {
      attributes["hard"] = true;
      attributes["target"] = random_.of(scene_.paths);
    } else {
      attributes["target"] = scene_.target(random_);
    }
    if (maybe(2)) attributes["force"] = true;
    return made;
  }

  Resource edit() {
    if (maybe(3)) return any_text_kind(path_for_file(), words(), random_);
    if (maybe(2)) return line();
    return maybe(2) ? replace() : block();
  }

  Resource replace() {
    Resource made{"replace", path_for_file()};
    Json& attributes = made.attributes;
    attributes["match"] = random_.of({"^a=", "one", "[12]$", "^#.*\\n", "x"});
    if (!maybe(4)) attributes["text"] = random_.of({"b=", "two", "3", "c=3"});
    if (maybe(5)) attributes[maybe(2) ? "only_after" : "only_before"] = random_.of({"^a", "one"});
    if (maybe(8)) attributes["follow"] = true;
    return made;
  }

  Resource block() {
    Resource made{"block", path_for_file()};
    Json& attributes = made.attributes;
    attributes["content"] = random_.of({"a=1", "one\nc=3\n", ""});
    if (maybe(2)) attributes["name"] = random_.of({"n", "m"});
    if (maybe(4)) attributes["state"] = "absent";
    if (!maybe(5)) attributes["create"] = true;
    if (maybe(5)) attributes["place"] = random_.of({"beginning", "end"});
    if (maybe(8)) attributes["follow"] = true;
    if (maybe(10)) attributes["backup"] = true;
    return made;
  }

  Resource line() {
    Resource made{"line", path_for_file()};
    Json& attributes = made.attributes;
    attributes["text"] = random_.of({"a=1", "a=2", "c=3", "one", "[Install]"});
    if (maybe(3)) attributes["match"] = random_.of({"^a=", "^b=", "one"});
    if (maybe(4)) attributes["state"] = "absent";
    if (!maybe(5)) attributes["create"] = true;
    if (maybe(5)) attributes["place"] = random_.of({"beginning", "end"});
    if (maybe(8)) attributes["follow"] = true;
    if (maybe(10)) attributes["backup"] = true;
    return made;
  }

  Resource user() {
    Resource made{"user", random_.of(scene_.accounts)};
    Json& attributes = made.attributes;
    if (maybe(3)) {
      attributes["state"] = "absent";
      if (maybe(2)) attributes["remove_home"] = true;
      return made;
    }
    if (maybe(3)) attributes["uid"] = random_.of({1500, 1501, 1502});
    if (maybe(4))
      attributes["group"] = random_.of({random_.of(scene_.groups), std::string("1500"), std::string("root")});
    if (maybe(4)) {
      attributes["groups"] = Json::array({random_.of(scene_.groups)});
      if (maybe(2)) attributes["append"] = true;
    }
    if (maybe(4))
      attributes["home"] = random_.of({random_.of(scene_.paths), "/home/" + made.name, std::string("/nonexistent")});
    if (attributes.contains("home") && maybe(3)) attributes["move_home"] = true;
    if (maybe(3)) attributes["create_home"] = maybe(2);
    if (maybe(6)) attributes["system"] = true;
    if (maybe(6)) attributes["locked"] = maybe(2);
    if (maybe(8)) attributes["password_hash"] = "*";
    if (maybe(6)) attributes["shell"] = random_.of({"/bin/sh", "/srv/d/x"});
    if (maybe(8)) attributes["comment"] = "somebody";
    if (maybe(8)) attributes["expires"] = random_.of({"never", "2031-01-01"});
    return made;
  }

  Resource group() {
    Resource made{"group", random_.of(scene_.groups)};
    Json& attributes = made.attributes;
    if (maybe(3)) {
      attributes["state"] = "absent";
      return made;
    }
    if (maybe(3)) attributes["gid"] = random_.of({1500, 1501, 1600});
    if (maybe(4)) attributes["members"] = maybe(3) ? Json::array() : Json::array({random_.of(scene_.accounts)});
    if (maybe(6)) attributes["system"] = true;
    // Nobody reaches an image by a login, so it changes nothing.
    if (attributes.contains("members") && attributes.value("gid", 0) == 1501) attributes["allow_lock_out"] = true;
    return made;
  }

  // Only what its guard says: a program does what it wants, and nobody can foretell that.
  Resource command() {
    const std::string path = path_for_file();
    Resource made{"command", "", {}};
    switch (random_.below(5)) {
      case 0:
        made.name = "make " + path;
        made.attributes = {{"run", {"touch", path}}, {"creates", path}};
        break;
      case 1:
        made.name = "remove " + path;
        made.attributes = {{"run", {"rm", "-rf", path}}, {"removes", path}};
        break;
      case 2:
        made.name = "after others";
        made.attributes = {{"run", {"true"}}, {"run_on", {"*"}}};
        if (!others_.empty()) made.attributes["run_on"] = {random_.of(others_).kind + ":*"};
        break;
      case 3:
        made.name = "tells";
        made.attributes = {{"run", {"sh", "-c", "echo told >$0", "/tmp/told"}},
                           {"read", {"sh", "-c", "read it </tmp/told && echo $it"}}};
        if (maybe(2)) {
          made.attributes["want"] = "told";
        } else {
          made.attributes["want_match"] = "^to";
        }
        break;
      default:
        made.name = "asks";
        made.attributes = {{"run", {"touch", "/tmp/asked"}}, {"unless", {"test", "-e", "/tmp/asked"}}};
        break;
    }
    if (maybe(5)) made.attributes["as"] = random_.of(scene_.accounts);
    if (maybe(5)) made.attributes["cwd"] = random_.of(scene_.paths);
    return made;
  }

  Resource service() {
    Resource made{"service", random_.of(kUnits)};
    if (maybe(3)) made.name += ".service";
    if (!maybe(4)) made.attributes["enabled"] = !maybe(3);
    if (maybe(4)) made.attributes["masked"] = maybe(2);
    if (maybe(4)) made.attributes["state"] = maybe(4) ? "running" : "stopped";
    return made;
  }

  Resource package() {
    Resource made{"package", random_.of({"present", "tool", "tool", "lib", "rival", "app", "extra", "missing"})};
    if (maybe(3)) {
      made.attributes["state"] = "absent";
    } else if (maybe(4)) {
      // What a source has that nobody has read cannot be known.
      made.attributes["version"] = made.name == "extra" ? "1.0" : random_.of({"1.0", "2.*", "3.0"});
    } else if (maybe(4)) {
      made.attributes["state"] = "latest";
    }
    if (maybe(4)) made.attributes["allow_removal"] = Json::array({random_.of({"tool", "rival"})});
    return made;
  }

  // Of units more where there are units.
  Resource system() {
    const SystemWord* word = &random_.of(system_words());
    if (scene_.units && maybe(2)) {
      while (!word->is_unit()) word = &random_.of(system_words());
    }
    return word->make(path_for_file(), random_.of(scene_.paths));
  }

  const Scene& scene_;
  const std::vector<Resource>& others_;
  Random& random_;
};

}  // namespace

Resource wanted(const Scene& scene, const std::vector<Resource>& others, Random& random) {
  return Wanted(scene, others, random).any();
}

}  // namespace plumb::meet
