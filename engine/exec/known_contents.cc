#include "engine/exec/known_contents.h"

#include <algorithm>
#include <set>

#include "engine/base/sealed.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kLargestKnown = std::size_t{1} << 20;

class WrittenSecrets {
 public:
  WrittenSecrets(LocalSystem& system, const std::string& key, HiddenTexts& secrets)
      : system_(system), key_(key), secrets_(secrets) {}

  // What lies on the disk of a resource that the record knows.
  void add(const Kind& kind, const Desired& desired) {
    std::set<std::string> sealed;
    for (const auto& [name, value] : desired.attributes.items()) {
      if (is_sealed(value)) sealed.insert(value.get<std::string>());
    }
    if (sealed.empty()) return;
    for (const ContentAttribute& content : kind.contents) {
      if (is_sealed(desired.attribute(content.content))) add_file(desired.text(content.path));
    }
    for (const std::string& path : kind.provider->edits_paths(desired)) add_lines(path, sealed);
  }

 private:
  void add_file(const std::string& path) {
    if (const Result<std::string> bytes = system_.read_file(path, kLargestKnown)) secrets_.add_text(*bytes);
  }

  // Of a file that has such a line, others are nobody's secret.
  void add_lines(const std::string& path, const std::set<std::string>& sealed) {
    const Result<std::string> bytes = key_.empty() ? Result<std::string>("") : system_.read_file(path, kLargestKnown);
    if (!bytes) return;
    const std::string_view text = *bytes;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      std::string_view line = text.substr(begin, end - begin);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (sealed.contains(Sealed::of(key_, line).encode())) secrets_.add_text(line);
      begin = end + 1;
    }
  }

  LocalSystem& system_;
  const std::string& key_;
  HiddenTexts& secrets_;
};

}  // namespace

HiddenTexts known_contents(const ApplyTools& tools, const std::string& key) {
  HiddenTexts secrets;
  tools.blobs.each_secret([&secrets](std::string_view bytes) {
    if (bytes.size() <= kLargestKnown) secrets.add_text(bytes);
  });
  WrittenSecrets written(tools.system, key, secrets);
  for (const auto& [name, attributes] : tools.log.record().resources) {
    const Result<Address> address = Address::parse(name);
    const Kind* kind = address ? tools.registry.find(address->kind) : nullptr;
    if (kind != nullptr && attributes.is_object()) written.add(*kind, {*address, attributes, {}});
  }
  return secrets;
}

}  // namespace plumb::exec
