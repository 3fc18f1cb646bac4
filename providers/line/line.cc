#include "providers/line/line.h"

#include "engine/base/digest.h"
#include "engine/base/host_text.h"
#include "providers/sdk/edited_files.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::line {
namespace {

Edit edit_of(const Desired& desired) {
  LineEdit edit;
  edit.text = desired.text("text");
  edit.match = desired.text("match");
  edit.absent = wants_absent(desired);
  edit.first = desired.flag("first", false);
  if (edit.absent) return edit;
  edit.back_references = desired.flag("back_references", false);
  edit.insert_after = desired.text("insert_after");
  edit.insert_before = desired.text("insert_before");
  edit.at_beginning = desired.text("place") == "beginning";
  return edit;
}

// A pattern of exactly this line.
std::string pattern_of(const std::string& line) {
  std::string pattern = "^";
  for (const char c : line) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       static_cast<unsigned char>(c) >= 0x80 || c == ' ' || c == '_';
    if (!plain) pattern += '\\';
    pattern += c;
  }
  return pattern + "$";
}

}  // namespace

std::vector<Result<Observed>> LineProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return observe_edits(desired, system, edit_of);
}

Change LineProvider::diff(const Desired& desired, const Observed& observed) const {
  return diff_edit(desired, observed, edit_of(desired));
}

std::vector<Address> LineProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  return infer_path_edges(desired, desired.text("path"));
}

std::vector<Address> LineProvider::provides(const Desired& desired) const {
  if (wants_absent(desired) || !desired.flag("create", false)) return {};
  return {{"", "file", desired.text("path")}};
}

std::vector<std::string> LineProvider::edits_paths(const Desired& desired) const {
  return {desired.text("path")};
}

void LineProvider::complete(Desired& desired, std::span<const Desired> host, const SecretOf& secret_of) const {
  complete_edit(desired, host, edit_of(desired), secret_of);
}

std::string LineProvider::remedy(const Desired&, const Missing& missing) const {
  return missing.what.kind == "file" ? "set `create: true` to make it, or name what brings it with `after`" : "";
}

std::optional<Desired> LineProvider::restore(const Desired& desired, const Observed& before) const {
  // Where lines were that are removed nothing tells, and of sensitive ones nothing is known.
  if (wants_absent(desired) || desired.sensitive.contains("text")) return std::nullopt;
  const std::string made = before.text("wanted", desired.text("text"));
  // What was found was sealed, so it cannot be put back.
  if (is_keyed_digest(before.text("text")) || is_keyed_digest(made)) return std::nullopt;
  // An edit writes texts, and bytes that are no UTF-8 are none.
  for (const std::string& text : {before.text("text"), made}) {
    if (bytes_of_text(text) != text) return std::nullopt;
  }
  Desired again;
  again.address = desired.address;
  again.attributes["path"] = desired.text("path");
  again.attributes["state"] = before.exists ? "present" : "absent";
  again.attributes["text"] = before.exists ? before.attribute("text") : Json(made);
  if (before.exists) again.attributes["match"] = pattern_of(made);
  for (const char* attribute : {"follow", "validate"}) {
    if (desired.has(attribute)) again.attributes[attribute] = desired.attribute(attribute);
  }
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "line",
                .provider = std::make_shared<LineProvider>(),
                .operations = OperationSet::of<EditFile>(),
                .stands_on_inferred = true,
                .confirmable = true});
}

}  // namespace plumb::providers::line
