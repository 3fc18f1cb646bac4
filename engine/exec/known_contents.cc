#include "engine/exec/known_contents.h"

#include "engine/base/sealed.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kLargest = std::size_t{1} << 20;

void add_written(const Kind& kind, const Json& attributes, LocalSystem& system, HiddenTexts& secrets) {
  for (const ContentAttribute& content : kind.contents) {
    if (!is_sealed(member_of(attributes, content.content))) continue;
    if (const Result<std::string> bytes = system.read_file(text_of(attributes, content.path, {}), kLargest))
      secrets.add_text(*bytes);
  }
}

}  // namespace

HiddenTexts known_contents(const ApplyTools& tools) {
  HiddenTexts secrets;
  tools.blobs.each_secret([&secrets](std::string_view bytes) {
    if (bytes.size() <= kLargest) secrets.add_text(bytes);
  });
  for (const auto& [written, attributes] : tools.log.record().resources) {
    const Result<Address> address = Address::parse(written);
    const Kind* kind = address ? tools.registry.find(address->kind) : nullptr;
    if (kind != nullptr) add_written(*kind, attributes, tools.system, secrets);
  }
  return secrets;
}

}  // namespace plumb::exec
