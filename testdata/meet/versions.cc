#include "testdata/meet/versions.h"

#include <algorithm>
#include <array>
#include <set>

namespace plumb::meet {
namespace {

// Whose address is the kind and the name, so that another `id` is another name of the same thing.
bool may_be_renamed(const Resource& resource) {
  constexpr std::array kKinds = {"file", "directory", "link", "user", "group", "service"};
  return std::find(kKinds.begin(), kKinds.end(), resource.kind) != kKinds.end() && !resource.attributes.contains("id");
}

// Names of others that there may be no longer.
void forget_others(Resource& resource) {
  for (const char* key : {"after", "before"}) resource.attributes.erase(key);
}

// The same thing, with other wishes.
void change(Resource& resource, const std::vector<Resource>& all,
            const std::function<Resource(const std::vector<Resource>&)>& make) {
  for (int tries = 0; tries < 60; ++tries) {
    Resource other = make(all);
    if (other.kind != resource.kind) continue;
    for (const char* key : {"id", "when", "tags"}) {
      if (resource.attributes.contains(key)) other.attributes[key] = resource.attributes[key];
    }
    resource.attributes = std::move(other.attributes);
    return;
  }
}

std::string address_of(const Resource& resource) {
  return resource.kind + ":" + resource.attributes.value("id", resource.name);
}

}  // namespace

Version next_version(const Version& last, const std::function<Resource(const std::vector<Resource>&)>& make,
                     Random& random) {
  Version made = last;
  made.one.start = {};
  made.one.moved.clear();
  made.scope = {};
  std::vector<Resource>& all = made.one.resources;
  for (std::size_t i = all.size(); i-- > 0;) {
    Resource& resource = all[i];
    forget_others(resource);
    const std::size_t draw = random.below(7);
    if (draw < 2 && all.size() > 1) {
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
    } else if (draw == 2) {
      change(resource, all, make);
    } else if (draw == 3 && may_be_renamed(resource)) {
      const std::string old = address_of(resource);
      resource.attributes["id"] = "renamed" + std::to_string(i);
      if (!random.one_in(4)) made.one.moved.emplace_back(old, address_of(resource));
    }
  }
  std::set<std::string> names;
  for (const Resource& resource : all) names.insert(resource.address());
  for (std::size_t more = random.below(3); more > 0; --more) {
    Resource added = make(all);
    if (names.insert(added.address()).second) all.push_back(std::move(added));
  }
  made.scope.prune = !random.one_in(3);
  const Json tags = Json::array({"a"});
  const bool tagged = std::any_of(all.begin(), all.end(), [&](const Resource& resource) {
    return resource.attributes.value("tags", Json()) == tags;
  });
  if (tagged && random.one_in(4)) made.scope.tags = {"a"};
  if (random.one_in(8)) {
    made.one.project = "other";
    made.scope.take_over = random.one_in(2);
  }
  return made;
}

Verdict judge_versions(Judge& judge, const Versions& all) {
  Verdict last;
  const Version* before = nullptr;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool ends = i + 1 == all.size();
    const Demands demands = {.undo = ends, .order = false, .interference = false, .scope = all[i].scope};
    Verdict verdict = i == 0 ? judge.judge(all[i].one, demands) : judge.judge_next(all[i].one, demands);
    if (verdict.end == End::kBroken) verdict.what = "version " + std::to_string(i + 1) + ": " + verdict.what;
    // What a program of its own did, nobody knows.
    if (verdict.end == End::kBroken || verdict.end == End::kExcused) return verdict;
    const bool same_project = before != nullptr && before->one.project == all[i].one.project;
    if (ends && verdict.end == End::kHeld && verdict.restored && same_project) {
      if (Verdict again = judge.judge_nothing_left(before->one, {.scope = before->scope}); again.end != End::kHeld)
        return again;
    }
    verdict.changed = verdict.changed || last.changed;
    if (verdict.end == End::kHeld) before = &all[i];
    last = std::move(verdict);
  }
  return last;
}

std::string text_of(const Versions& all) {
  std::string text;
  for (const Version& version : all) {
    text += "# applied";
    if (version.scope.prune) text += " --prune";
    for (const std::string& tag : version.scope.tags) text += " --tags " + tag;
    if (version.scope.take_over) text += " --take-over";
    text += "\n" + project_text(version.one);
  }
  return text;
}

Versions shrink(Versions all, const std::function<bool(const Versions&)>& fails) {
  const auto keep = [&](Versions candidate) {
    if (candidate.empty() || !fails(candidate)) return false;
    all = std::move(candidate);
    return true;
  };
  for (bool any = true; any;) {
    any = false;
    // The last is the one that fails.
    for (std::size_t i = all.size() - 1; i-- > 0;) {
      Versions candidate = all;
      const Start start = candidate.front().one.start;
      candidate.erase(candidate.begin() + static_cast<std::ptrdiff_t>(i));
      candidate.front().one.start = start;
      any = keep(std::move(candidate)) || any;
    }
    for (std::size_t v = 0; v < all.size(); ++v) {
      for (std::size_t i = all[v].one.resources.size(); i-- > 0;) {
        Versions candidate = all;
        std::vector<Resource>& resources = candidate[v].one.resources;
        resources.erase(resources.begin() + static_cast<std::ptrdiff_t>(i));
        any = keep(std::move(candidate)) || any;
      }
      for (std::size_t i = 0; i < all[v].one.resources.size(); ++i) {
        const Json was = all[v].one.resources[i].attributes;
        for (const auto& [name, unused] : was.items()) {
          if (name == "creates" || name == "removes" || name == "unless" || name == "read") continue;
          Versions candidate = all;
          candidate[v].one.resources[i].attributes.erase(name);
          any = keep(std::move(candidate)) || any;
        }
      }
      for (std::size_t i = all[v].one.moved.size(); i-- > 0;) {
        Versions candidate = all;
        candidate[v].one.moved.erase(candidate[v].one.moved.begin() + static_cast<std::ptrdiff_t>(i));
        any = keep(std::move(candidate)) || any;
      }
    }
    for (std::size_t i = all.front().one.start.entries.size(); i-- > 0;) {
      Versions candidate = all;
      std::vector<Entry>& entries = candidate.front().one.start.entries;
      entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(i));
      any = keep(std::move(candidate)) || any;
    }
    for (auto rows : {&Start::passwd, &Start::shadow, &Start::group, &Start::gshadow, &Start::packages}) {
      for (std::size_t i = (all.front().one.start.*rows).size(); i-- > 0;) {
        Versions candidate = all;
        std::vector<std::string>& list = candidate.front().one.start.*rows;
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
        any = keep(std::move(candidate)) || any;
      }
    }
  }
  return all;
}

}  // namespace plumb::meet
