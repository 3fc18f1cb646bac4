#include "testdata/meet/shrink.h"

#include <set>

namespace plumb::meet {
namespace {

// A command without one runs every time, which is another matter.
const std::set<std::string> kGuards = {"creates", "removes", "unless", "read", "run_on"};

class Shrinker {
 public:
  Shrinker(Case one, const std::function<bool(const Case&)>& fails) : one_(std::move(one)), fails_(fails) {}

  Case run() {
    while (smaller()) {
    }
    return std::move(one_);
  }

 private:
  bool smaller() {
    bool any = without_elements(&Case::resources);
    any = without_attributes() || any;
    any = without_entries() || any;
    for (auto rows : {&Start::passwd, &Start::shadow, &Start::group, &Start::gshadow, &Start::packages})
      any = without_rows(rows) || any;
    return plainer_entries() || any;
  }

  bool keep(Case candidate) {
    if (!fails_(candidate)) return false;
    one_ = std::move(candidate);
    return true;
  }

  bool without_elements(std::vector<Resource> Case::*list) {
    bool any = false;
    for (std::size_t i = (one_.*list).size(); i-- > 0;) {
      Case candidate = one_;
      (candidate.*list).erase((candidate.*list).begin() + static_cast<std::ptrdiff_t>(i));
      any = keep(std::move(candidate)) || any;
    }
    return any;
  }

  bool without_attributes() {
    bool any = false;
    for (std::size_t i = 0; i < one_.resources.size(); ++i) {
      std::set<std::string> names;
      for (const auto& [name, unused] : one_.resources[i].attributes.items()) {
        if (!kGuards.contains(name)) names.insert(name);
      }
      for (const std::string& name : names) {
        Case candidate = one_;
        candidate.resources[i].attributes.erase(name);
        any = keep(std::move(candidate)) || any;
      }
    }
    return any;
  }

  bool without_entries() {
    bool any = false;
    for (std::size_t i = one_.start.entries.size(); i-- > 0;) {
      Case candidate = one_;
      candidate.start.entries.erase(candidate.start.entries.begin() + static_cast<std::ptrdiff_t>(i));
      any = keep(std::move(candidate)) || any;
    }
    return any;
  }

  bool without_rows(std::vector<std::string> Start::*rows) {
    bool any = false;
    for (std::size_t i = (one_.start.*rows).size(); i-- > 0;) {
      Case candidate = one_;
      (candidate.start.*rows).erase((candidate.start.*rows).begin() + static_cast<std::ptrdiff_t>(i));
      any = keep(std::move(candidate)) || any;
    }
    return any;
  }

  // Root's, with a plain mode.
  bool plainer_entries() {
    bool any = false;
    for (std::size_t i = 0; i < one_.start.entries.size(); ++i) {
      const Entry& was = one_.start.entries[i];
      const mode_t plain = was.type == EntryType::kDirectory ? 0755 : 0644;
      if (was.uid != 0 || was.gid != 0) {
        Case candidate = one_;
        candidate.start.entries[i].uid = candidate.start.entries[i].gid = 0;
        any = keep(std::move(candidate)) || any;
      }
      if (was.access_list) {
        Case candidate = one_;
        candidate.start.entries[i].access_list = false;
        any = keep(std::move(candidate)) || any;
      }
      if (was.mode != plain) {
        Case candidate = one_;
        candidate.start.entries[i].mode = plain;
        any = keep(std::move(candidate)) || any;
      }
    }
    return any;
  }

  Case one_;
  const std::function<bool(const Case&)>& fails_;
};

}  // namespace

Case shrink(Case one, const std::function<bool(const Case&)>& fails) {
  return Shrinker(std::move(one), fails).run();
}

}  // namespace plumb::meet
