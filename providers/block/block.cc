#include "providers/block/block.h"

namespace plumb::providers::block {
namespace {

constexpr std::string_view kMark = "{mark}";

// A marker line, of the text that both have in common.
std::string marker_of(const Desired& desired, const std::string& mark) {
  std::string marker = desired.text("marker");
  if (marker.empty()) {
    marker = "# {mark} plumb managed block";
    if (const std::string name = desired.text("name"); !name.empty()) marker += " " + name;
  }
  if (const std::size_t at = marker.find(kMark); at != std::string::npos) marker.replace(at, kMark.size(), mark);
  return marker;
}

}  // namespace

Edit BlockProvider::edit(const Desired& desired) const {
  BlockEdit edit;
  edit.begin = marker_of(desired, desired.text("marker_begin", "BEGIN"));
  edit.end = marker_of(desired, desired.text("marker_end", "END"));
  edit.absent = wants_absent(desired);
  if (edit.absent) return edit;
  edit.content = desired.text("content");
  static_cast<Insertion&>(edit) = insertion_of(desired);
  return edit;
}

std::optional<Desired> BlockProvider::restore_text(const Desired& desired, const Observed& before) const {
  // Where a block was that is removed nothing tells, and of a sensitive one nothing is known.
  if (wants_absent(desired) || desired.sensitive.contains("content")) return std::nullopt;
  if (before.exists && !can_be_written_again(before.attribute("content"))) return std::nullopt;
  Desired again = desired;
  for (const char* attribute : {"create", "backup", "new_mode", "meets", "beside_secrets"})
    again.attributes.erase(attribute);
  again.attributes["state"] = before.exists ? "present" : "absent";
  if (before.exists) {
    again.attributes["content"] = before.attribute("content");
  } else {
    again.attributes.erase("content");
  }
  return again;
}

void add_to(Registry& registry) {
  registry.add(edit_kind<BlockProvider>("block"));
}

}  // namespace plumb::providers::block
