#include "testdata/meet/scene.h"

#include <algorithm>

namespace plumb::meet {
namespace {

const Texts kAccounts = {"web", "app", "ops"};
const Texts kGroups = {"web", "app", "www"};

// Each a folder tree of its own, with some paths that only links lead to.
const std::vector<Texts> kPlaces = {
    {"/srv/a", "/srv/a/b", "/srv/a/b/c", "/srv/l", "/srv/a/x"},
    {"/srv/d", "/srv/d/x", "/srv/d/y", "/srv/e", "/srv/e/x"},
    {"/home", "/home/web", "/home/web/.ssh", "/home/web/.ssh/keys", "/home/app"},
    {"/home/web", "/home/web/x", "/srv/home", "/srv/home/x", "/home/web/.profile"},
    {"/etc/app", "/etc/app/app.conf", "/etc/app/conf.d", "/etc/app/conf.d/one", "/opt/l"},
    {"/etc/apt/sources.list.d", "/etc/apt/sources.list.d/x.list", "/etc/tool.conf", "/opt/l", "/opt/d"},
    {"/etc/systemd/system", "/etc/systemd/system/app.service", "/etc/systemd/system/web.service",
     "/etc/systemd/system/app.service.d", "/etc/systemd/system/app.service.d/x.conf"},
};

const Texts kContents = {"one\n", "two\n", "", "a=1\nb=2\n", "no end"};
const Texts kUnitContents = {"[Service]\nExecStart=/usr/bin/true\n",
                             "[Service]\nExecStart=/usr/bin/true\n[Install]\nWantedBy=multi-user.target\n",
                             "[Service]\nType=oneshot\nExecStart=/usr/bin/true\n[Install]\nWantedBy=default.target\n"};

}  // namespace

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

Scene::Scene(Random& random) : paths(random.of(kPlaces)) {
  if (random.one_in(4)) {
    for (const std::string& path : random.of(kPlaces)) paths.push_back(path);
  }
  const std::size_t count = 1 + random.below(2);
  for (std::size_t i = 0; i < count; ++i) accounts.push_back(random.of(kAccounts));
  // Those whose homes are among the paths.
  if (paths.front().starts_with("/home")) accounts.emplace_back("web");
  groups = {random.of(kGroups), accounts.front()};
  units = paths.front().starts_with("/etc/systemd");
  packages = paths.front().starts_with("/etc/apt");
}

bool Scene::is_inner(const std::string& path) const {
  return std::any_of(paths.begin(), paths.end(),
                     [&](const std::string& other) { return other.starts_with(path + "/"); });
}

const std::string& Scene::content(Random& random) const {
  return random.of(units ? kUnitContents : kContents);
}

std::string Scene::target(Random& random) const {
  const std::string& path = random.of(paths);
  if (random.one_in(6)) return "/dev/null";
  return random.one_in(4) ? path.substr(path.rfind('/') + 1) : path;
}

}  // namespace plumb::meet
