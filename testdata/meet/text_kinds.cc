#include "testdata/meet/text_kinds.h"

#include <algorithm>
#include <array>

namespace plumb::meet {
namespace {

const char* const kKey = "ssh-ed25519 AAAAC3Nza me";
const char* const kOtherKey = "ssh-rsa AAAAB3Nza";

// With `path`: of which the resource is not called.
constexpr std::array kWithPath = {"environment", "limits", "host_entry", "known_host", "authorized_key"};

bool has_path(const std::string& kind) {
  return std::find(kWithPath.begin(), kWithPath.end(), kind) != kWithPath.end();
}

Resource any_ini(const std::string& path, Random& random) {
  Resource made{"ini", path};
  Json& attributes = made.attributes;
  if (!random.one_in(3)) attributes["section"] = random.of({"a", "Service", "Install"});
  if (attributes.contains("section") && random.one_in(4)) {
    attributes["state"] = "absent";
    return made;
  }
  attributes["options"] = {{random.of({"a", "b", "WantedBy"}), random.of({Json(1), Json("two"), Json(nullptr)})}};
  if (random.one_in(4)) attributes["options"]["c"] = {"1", "2"};
  if (random.one_in(4)) attributes["remove"] = {random.of({"x", "Type"})};
  if (random.one_in(4)) attributes["spaces"] = random.one_in(2);
  if (!random.one_in(4)) attributes["create"] = true;
  if (random.one_in(8)) attributes["validate"] = "test -e %s";
  return made;
}

Resource any_structured(const std::string& path, Random& random) {
  Resource made{"structured", path};
  Json& attributes = made.attributes;
  const std::size_t draw = random.below(4);
  if (draw < 2)
    attributes["set"] = {{random.of({"a", "a.b", "l.0"}), random.of({Json(1), Json("two"), Json::array()})}};
  if (draw == 1 || draw == 2) attributes["merge"] = {{"a", {{"c", 2}}}, {"d", true}};
  if (draw == 3 || random.one_in(4)) attributes["remove"] = {random.of({"x", "y.z"})};
  if (random.one_in(3)) attributes["format"] = random.of({"json", "yaml", "toml"});
  if (!random.one_in(4)) attributes["create"] = true;
  if (random.one_in(8)) attributes["validate"] = "test -e %s";
  return made;
}

Resource any_cron(const Words& words, Random& random) {
  Resource made{"cron", random.of({"one", "two"})};
  Json& attributes = made.attributes;
  attributes["user"] = random.of(words.accounts);
  if (random.one_in(2)) attributes["file"] = random.of({"jobs", "more"});
  if (random.one_in(4)) {
    made.name = "MAILTO";
    if (random.one_in(3)) {
      attributes.update({{"env", true}, {"state", "absent"}});
    } else {
      attributes["value"] = random.of({"ops", "me"});
    }
    return made;
  }
  if (random.one_in(4)) {
    attributes["state"] = "absent";
    return made;
  }
  attributes["job"] = random.of({"/bin/true", "test -e x"});
  if (random.one_in(2)) {
    attributes["special"] =
        random.of({"reboot", "hourly", "daily", "weekly", "monthly", "yearly", "annually", "midnight"});
  } else {
    for (const char* field : {"minute", "hour", "day", "month", "weekday"}) {
      if (random.one_in(3)) attributes[field] = random.of({"1", "*/2", "1-5"});
    }
  }
  if (random.one_in(4)) attributes["disabled"] = true;
  return made;
}

Resource any_key(const std::string& path, const Words& words, Random& random) {
  Resource made{"authorized_key", random.of(words.accounts)};
  Json& attributes = made.attributes;
  attributes["key"] = random.one_in(2) ? kKey : kOtherKey;
  if (random.one_in(3)) attributes["path"] = path;
  if (random.one_in(4)) {
    attributes["state"] = "absent";
    return made;
  }
  if (random.one_in(3)) attributes["comment"] = random.of({"", "you", "a b"});
  if (random.one_in(3)) attributes["options"] = {"restrict", "command=\"/bin/true\""};
  if (random.one_in(3)) attributes["exclusive"] = true;
  return made;
}

Resource any_sudoers(const Words& words, Random& random) {
  Resource made{"sudoers", random.of({"one", "two"})};
  Json& attributes = made.attributes;
  if (random.one_in(4)) {
    attributes["state"] = "absent";
    return made;
  }
  if (random.one_in(2)) {
    attributes["user"] = random.of(words.accounts);
  } else {
    attributes["group"] = random.of(words.groups);
  }
  attributes["commands"] = random.one_in(2) ? Json("ALL") : Json({"/bin/true", "/bin/false"});
  if (random.one_in(3)) attributes["run_as"] = "root";
  if (random.one_in(3)) attributes["host"] = "ALL";
  for (const char* flag : {"nopassword", "setenv", "noexec"}) {
    if (random.one_in(3)) attributes[flag] = true;
  }
  return made;
}

Resource any_row(const std::string& path, Random& random) {
  Resource made;
  Json& attributes = made.attributes;
  const bool gone = random.one_in(4);
  switch (random.below(4)) {
    case 0:
      made = {"environment", random.of({"A", "B"})};
      if (!gone) attributes["value"] = random.of({"1", "a b", "x"});
      if (random.one_in(3)) attributes["export"] = true;
      break;
    case 1:
      made = {"limits", random.of({"* soft nofile", "web - core"})};
      if (!gone) attributes["value"] = random.of({"1", "unlimited"});
      break;
    case 2:
      made = {"known_host", random.of({"one", "two"})};
      if (!gone || random.one_in(2)) attributes["key"] = random.one_in(2) ? kKey : kOtherKey;
      if (random.one_in(4)) attributes["marker"] = random.of({"cert-authority", "revoked"});
      break;
    default:
      made = {"host_entry", random.of({"one", "db.example"})};
      if (!gone || random.one_in(2)) attributes["address"] = random.of({"10.0.0.1", "10.0.0.2", "::2"});
      if (random.one_in(3)) attributes["aliases"] = {"alias"};
  }
  if (gone) attributes["state"] = "absent";
  if (random.one_in(2)) attributes["path"] = path;
  return made;
}

}  // namespace

bool is_text_kind(const std::string& kind) {
  constexpr std::array kOthers = {"line", "replace", "block", "ini", "structured", "cron", "sudoers"};
  return has_path(kind) || std::find(kOthers.begin(), kOthers.end(), kind) != kOthers.end();
}

std::string key_of_text_kind(const Resource& resource) {
  const Json& attributes = resource.attributes;
  if (resource.kind == "block") return "#" + attributes.value("name", "");
  if (resource.kind == "ini") return "#" + attributes.value("section", "");
  if (resource.kind == "cron") return "#" + attributes.value("file", attributes.value("user", ""));
  if (resource.kind == "authorized_key") return "#" + attributes.value("key", "");
  if (resource.kind == "environment" || resource.kind == "limits") return "#" + attributes.value("path", "");
  const bool by_pattern = resource.kind == "line" || resource.kind == "replace";
  return by_pattern ? "#" + attributes.value("match", attributes.value("text", "")) : "";
}

std::string file_of_text_kind(const Resource& resource) {
  if (has_path(resource.kind)) return resource.attributes.value("path", "");
  return resource.name.starts_with('/') ? resource.name : "";
}

Resource any_text_kind(const std::string& path, const Words& words, Random& random) {
  const std::size_t draw = random.below(8);
  Resource made = draw < 2   ? any_ini(path, random)
                  : draw < 3 ? any_structured(path, random)
                  : draw < 4 ? any_cron(words, random)
                  : draw < 6 ? any_key(path, words, random)
                  : draw < 7 ? any_sudoers(words, random)
                             : any_row(path, random);
  if (random.one_in(8)) made.attributes["backup"] = true;
  if (made.kind != "cron" && made.kind != "sudoers" && random.one_in(8)) made.attributes["follow"] = true;
  const bool written_over = made.kind == "ini" || made.kind == "structured" || made.kind == "host_entry";
  if (written_over && random.one_in(6)) made.attributes["in_place"] = true;
  return made;
}

std::vector<TextVariant> text_variants() {
  const Json gone = {{"state", "absent"}};
  const Json job = {{"job", "/bin/true"}, {"user", "web"}};
  const auto with = [](Json attributes, const Json& more) {
    attributes.update(more);
    return attributes;
  };
  std::vector<TextVariant> all = {
      {"ini", "", {{"section", "a"}, {"options", {{"x", 1}}}, {"create", true}, {"spaces", true}}},
      {"ini",
       "",
       {{"options", {{"one", nullptr}}},
        {"remove", {"a"}},
        {"validate", "test -e %s"},
        {"follow", true},
        {"in_place", true}}},
      {"ini", "", {{"section", "Install"}, {"state", "absent"}, {"backup", true}}},
      {"structured", "", {{"set", {{"a.b", 1}}}, {"create", true}, {"follow", true}, {"in_place", true}}},
      {"structured", "", {{"merge", {{"a", 1}}}, {"remove", {"x"}}, {"backup", true}, {"validate", "test -e %s"}}},
      {"structured", "", {{"set", {{"a.b", 1}}}, {"format", "yaml"}, {"create", true}}},
      {"structured", "", {{"set", {{"a.b", 1}}}, {"format", "toml"}, {"create", true}}},
      {"structured", "", {{"remove", {"a.b"}}, {"format", "json"}}},
      {"cron", "one", with(job, {{"special", "hourly"}, {"disabled", true}})},
      {"cron", "one", with(job, {{"minute", "1"}, {"hour", "1"}, {"day", "1"}, {"month", "1"}, {"weekday", "1"}})},
      {"cron", "one", {{"user", "web"}, {"state", "absent"}, {"backup", true}}},
      {"cron", "MAILTO", {{"user", "web"}, {"value", "ops"}}},
      {"cron", "MAILTO", {{"user", "web"}, {"env", true}, {"state", "absent"}}},
      {"authorized_key", "web", {{"key", kKey}, {"options", {"restrict"}}, {"comment", "x"}}},
      {"authorized_key", "web", {{"key", kOtherKey}, {"exclusive", true}, {"follow", true}}},
      {"authorized_key", "web", {{"key", kKey}, {"state", "absent"}, {"backup", true}}},
      {"authorized_key", "web", {{"key", kKey}, {"path", ""}}},
      {"host_entry",
       "one",
       {{"address", "10.0.0.1"}, {"aliases", {"a"}}, {"path", ""}, {"follow", true}, {"in_place", true}}},
      {"host_entry", "one", {{"state", "absent"}, {"path", ""}, {"backup", true}}},
      {"known_host", "one", {{"key", kKey}, {"path", ""}, {"follow", true}}},
      {"known_host", "one", {{"state", "absent"}, {"path", ""}, {"backup", true}}},
      {"known_host", "one", {{"key", kKey}, {"path", ""}, {"marker", "cert-authority"}}},
      {"known_host", "*", {{"key", kKey}, {"path", ""}, {"marker", "revoked"}}},
      {"environment", "a", {{"value", "2"}, {"path", ""}, {"backup", true}}},
      {"environment", "a", {{"value", "it's"}, {"path", ""}, {"export", true}, {"follow", true}}},
      {"environment", "a", {{"state", "absent"}, {"path", ""}}},
      {"limits", "web soft nofile", {{"value", "1"}, {"path", ""}, {"follow", true}}},
      {"limits", "web soft nofile", {{"state", "absent"}, {"path", ""}, {"backup", true}}},
      {"sudoers", "one", {{"user", "web"}, {"commands", "ALL"}, {"nopassword", true}, {"backup", true}}},
      {"sudoers",
       "one",
       {{"group", "www"}, {"commands", {"/a"}}, {"run_as", "root"}, {"host", "ALL"}, {"noexec", true}}},
      {"sudoers", "two", {{"user", "web"}, {"commands", "ALL"}, {"setenv", true}}},
      {"sudoers", "one", gone},
  };
  for (const char* special : {"reboot", "daily", "weekly", "monthly", "yearly", "annually", "midnight"})
    all.push_back({"cron", "one", with(job, {{"special", special}, {"file", "jobs"}})});
  return all;
}

}  // namespace plumb::meet
