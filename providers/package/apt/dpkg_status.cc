#include "providers/package/apt/dpkg_status.h"

#include "providers/sdk/managers.h"

namespace plumb::providers::package::apt {
namespace {

struct Paragraph {
  std::string_view package, status, version, architecture, provides;
};

bool field(std::string_view line, std::string_view name, std::string_view& value) {
  if (line.size() < name.size() + 2 || !line.starts_with(name) || line[name.size()] != ':') return false;
  value = line.substr(name.size() + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  return true;
}

// Calls each(word) for "a (= 1), b [x], c".
template <class Each>
void each_name(std::string_view list, Each each) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view item = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    item = item.substr(0, item.find(' '));
    if (!item.empty()) each(item);
  }
}

// "install ok installed": what is wanted, whether it is well, and what is.
PackageEntry entry_of(const Paragraph& paragraph) {
  PackageEntry entry;
  entry.version = paragraph.version;
  const std::string_view status = paragraph.status;
  const std::string_view is = status.substr(status.rfind(' ') == std::string_view::npos ? 0 : status.rfind(' ') + 1);
  entry.held = status.starts_with("hold ");
  entry.leftover = is == "config-files";
  entry.installed = is == "installed" || is == "triggers-awaited" || is == "triggers-pending";
  if (is == "half-installed" || is == "half-configured" || is == "unpacked") entry.trouble = is;
  return entry;
}

std::string_view base_of(std::string_view name) {
  return name.substr(0, name.find(':'));
}

// Behind the colon; "" for none.
std::string_view architecture_in(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view() : name.substr(colon + 1);
}

class Collector {
 public:
  explicit Collector(const std::set<std::string>& names) : names_(names) {
    for (const std::string& name : names) bases_.insert(std::string(base_of(name)));
  }

  void add(const Paragraph& paragraph) {
    const PackageEntry entry = entry_of(paragraph);
    const std::string name(paragraph.package);
    if (name == "dpkg") native_ = paragraph.architecture;
    if (bases_.contains(name)) by_architecture_[name][std::string(paragraph.architecture)] = entry;
    if (!entry.installed) return;
    each_name(paragraph.provides, [&](std::string_view provided) {
      const auto wanted = names_.find(std::string(provided));
      if (wanted != names_.end()) status_.provided_by[*wanted].push_back(name);
    });
  }

  Installed finish() {
    for (const std::string& name : names_) status_.entries[name] = find(name);
    return std::move(status_);
  }

 private:
  PackageEntry find(const std::string& name) const {
    const std::string base(base_of(name));
    const std::string_view wanted = architecture_in(name);
    const bool own_alone = wanted == "native" || (!wanted.empty() && wanted == native_);
    const bool any = wanted.empty() || wanted == "any";
    PackageEntry best;
    best.package = own_alone || any ? base : name;
    const auto found = by_architecture_.find(base);
    if (found == by_architecture_.end()) return best;
    bool some = false;
    for (const auto& [architecture, entry] : found->second) {
      const bool own = architecture == native_ || architecture == "all";
      if (!(any || (own_alone ? own : architecture == wanted))) continue;
      if (some && !(entry.installed && (own || !best.installed))) continue;
      some = true;
      best = entry;
      best.package = own ? base : base + ':' + architecture;
      best.architecture = own ? native_ : architecture;
    }
    return best;
  }

  const std::set<std::string>& names_;
  std::set<std::string, std::less<>> bases_;
  Installed status_;
  std::map<std::string, std::map<std::string, PackageEntry>> by_architecture_;
  std::string native_;
};

}  // namespace

Installed read_dpkg_status(std::string_view text, const std::set<std::string>& names) {
  Collector collector(names);
  Paragraph paragraph;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) {
      if (!paragraph.package.empty()) collector.add(paragraph);
      paragraph = {};
      continue;
    }
    switch (line.front()) {
      case 'P':
        field(line, "Package", paragraph.package) || field(line, "Provides", paragraph.provides);
        break;
      case 'S':
        field(line, "Status", paragraph.status);
        break;
      case 'V':
        field(line, "Version", paragraph.version);
        break;
      case 'A':
        field(line, "Architecture", paragraph.architecture);
        break;
      default:
        break;
    }
  }
  if (!paragraph.package.empty()) collector.add(paragraph);
  return collector.finish();
}

std::set<std::string> read_automatic(std::string_view text) {
  std::set<std::string> automatic;
  std::string_view package, architecture, installed;
  const auto end_paragraph = [&] {
    if (installed == "1") automatic.insert(std::string(package) + ':' + std::string(architecture));
    package = architecture = installed = {};
  };
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) {
      end_paragraph();
    } else {
      (void)(field(line, "Package", package) || field(line, "Architecture", architecture) ||
             field(line, "Auto-Installed", installed));
    }
  }
  end_paragraph();
  return automatic;
}

}  // namespace plumb::providers::package::apt
