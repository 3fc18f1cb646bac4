#include "providers/package/apt/dpkg_status.h"

#include "providers/package/apt/take_line.h"

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
DpkgEntry entry_of(const Paragraph& paragraph) {
  DpkgEntry entry;
  entry.version = paragraph.version;
  const std::string_view status = paragraph.status;
  const std::string_view is = status.substr(status.rfind(' ') == std::string_view::npos ? 0 : status.rfind(' ') + 1);
  entry.held = status.starts_with("hold ");
  entry.installed = is == "installed" || is == "triggers-awaited" || is == "triggers-pending";
  if (is == "half-installed" || is == "half-configured" || is == "unpacked") entry.trouble = is;
  return entry;
}

class Collector {
 public:
  explicit Collector(const std::set<std::string>& names) : names_(names) {}

  void add(const Paragraph& paragraph) {
    const DpkgEntry entry = entry_of(paragraph);
    const std::string name(paragraph.package);
    const std::string architecture(paragraph.architecture);
    if (name == "dpkg") native_ = architecture;
    if (names_.contains(name)) by_architecture_[name][architecture] = entry;
    if (const std::string full = name + ':' + architecture; names_.contains(full)) status_.entries[full] = entry;
    if (!entry.installed) return;
    each_name(paragraph.provides, [&](std::string_view provided) {
      const auto wanted = names_.find(std::string(provided));
      if (wanted != names_.end()) status_.provided_by[*wanted].push_back(name);
    });
  }

  DpkgStatus finish() {
    for (const auto& [name, entries] : by_architecture_) {
      const DpkgEntry* best = nullptr;
      for (const auto& [architecture, entry] : entries) {
        const bool own = architecture == native_ || architecture == "all";
        if (best == nullptr || (entry.installed && (own || !best->installed))) best = &entry;
      }
      status_.entries[name] = *best;
    }
    return std::move(status_);
  }

 private:
  const std::set<std::string>& names_;
  DpkgStatus status_;
  std::map<std::string, std::map<std::string, DpkgEntry>> by_architecture_;
  std::string native_;
};

}  // namespace

DpkgStatus read_dpkg_status(std::string_view text, const std::set<std::string>& names) {
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

}  // namespace plumb::providers::package::apt
