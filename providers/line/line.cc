#include "providers/line/line.h"

#include "providers/sdk/edited_files.h"

namespace plumb::providers::line {

Edit LineProvider::edit(const Desired& desired) const {
  LineEdit edit;
  edit.text = desired.text("text");
  edit.match = desired.text("match");
  edit.absent = wants_absent(desired);
  edit.first = desired.flag("first", false);
  if (edit.absent) return edit;
  static_cast<Insertion&>(edit) = insertion_of(desired);
  edit.back_references = desired.flag("back_references", false);
  return edit;
}

// Among lines alone the digest of a sensitive one is enough.
std::vector<std::string> LineProvider::observed_with(const Desired& desired) const {
  return is_observed_in_clear(desired) ? std::vector<std::string>{"text"} : std::vector<std::string>();
}

std::optional<Desired> LineProvider::restore_text(const Desired& desired, const Observed& before) const {
  // Where lines were that are removed nothing tells, and of sensitive ones nothing is known.
  if (wants_absent(desired) || desired.sensitive.contains("text")) return std::nullopt;
  const std::string made = before.text("wanted", desired.text("text"));
  if (before.exists && !can_be_written_again(before.attribute("text"))) return std::nullopt;
  if (!can_be_written_again(Json(made))) return std::nullopt;
  Desired again;
  again.address = desired.address;
  again.attributes["path"] = desired.text("path");
  again.attributes["state"] = before.exists ? "present" : "absent";
  again.attributes["text"] = before.exists ? before.attribute("text") : Json(made);
  if (before.exists) again.attributes["match"] = "^" + quoted_pattern(made) + "$";
  for (const char* attribute : {"follow", "validate"}) {
    if (desired.has(attribute)) again.attributes[attribute] = desired.attribute(attribute);
  }
  return again;
}

void add_to(Registry& registry) {
  registry.add(edit_kind<LineProvider>("line"));
}

}  // namespace plumb::providers::line
