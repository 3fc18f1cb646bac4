#include "providers/sdk/edit_provider.h"

#include "engine/base/digest.h"
#include "engine/base/host_text.h"
#include "engine/base/joined.h"
#include "providers/sdk/edited_files.h"
#include "providers/sdk/ownership.h"

namespace plumb {

std::vector<Result<Observed>> EditProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return observe_edits(desired, system, [this](const Desired&) -> const EditProvider& { return *this; });
}

Change EditProvider::diff(const Desired& desired, const Observed& observed) const {
  return diff_edit(desired, observed, *this);
}

std::vector<Address> EditProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  return infer_path_edges(desired, path(desired));
}

std::vector<Address> EditProvider::provides(const Desired& desired) const {
  if (wants_absent(desired) || !creates(desired)) return {};
  return {{"", "file", path(desired)}};
}

Result<> EditProvider::look_around(const Desired&, const std::string& place, System& system, Observed& observed) const {
  return note_missing_parent(place, system, observed);
}

Ownership EditProvider::of_new(const Desired& desired, const Observed&) const {
  Ownership made;
  if (desired.has("new_mode")) made.mode = desired.text("new_mode");
  return made;
}

void EditProvider::complete(Desired& desired, std::span<const Desired> host, const SecretOf& secret_of) const {
  complete_edit(desired, host, *this, secret_of);
}

std::string EditProvider::remedy(const Desired&, const Missing& missing) const {
  if (missing.what.kind != "file") return "";
  return makes_files() ? "set `create: true` to make it, or name what brings it with `after`"
                       : "name what brings it with `after`";
}

// What a file holds of an edit is that edit's text, made in an empty file: of many kinds no attribute says it.
Observed EditProvider::as_declared_before(const Desired& before, const Desired& desired) const {
  Observed observed = Provider::as_declared(before);
  if (!observed.exists) return observed;
  const Edit had = edit(before);
  const Edit wants = edit(desired);
  if (had == wants) {
    observed.attributes["left"] = true;
    return observed;
  }
  const Result<EditResult> there = make_edit(had, "");
  if (there && there->wanted) observed.attributes[value_name(had)] = *there->wanted;
  const Result<EditResult> wanted = make_edit(wants, "");
  if (wanted && wanted->wanted) observed.attributes["wanted"] = *wanted->wanted;
  return observed;
}

std::optional<Desired> EditProvider::restore(const Desired& desired, const Observed& before) const {
  std::optional<Desired> again = restore_text(desired, before);
  if (!again) return again;
  const bool made = before.flag("makes_file", false);
  const bool went = desired.flag("made_file", false);  // it is an undo that is taken back
  again->attributes.erase("made_file");
  if (made) again->attributes["made_file"] = true;
  if (went) again->attributes["create"] = true;
  if (desired.has("in_place")) again->attributes["in_place"] = desired.attribute("in_place");
  if ((made || went) && desired.has("new_mode")) again->attributes["new_mode"] = desired.attribute("new_mode");
  return again;
}

// `entry_before` takes the place of what is asked for.
std::optional<Desired> EntryProvider::restore_text(const Desired& desired, const Observed& before) const {
  Desired again = desired;
  for (const char* attribute : {"backup", "new_mode", "meets", "beside_secrets"}) again.attributes.erase(attribute);
  if (!before.exists) {
    if (wants_absent(desired)) return std::nullopt;
    again.attributes["state"] = "absent";
    return again;
  }
  // What it takes from others, nobody keeps.
  if (desired.flag("exclusive", false)) return std::nullopt;
  if (!can_be_written_again(before.attribute("entry"))) return std::nullopt;
  std::string line = before.text("entry");
  // With its mark, which stays.
  if (const std::size_t end = line.find('\n'); end != std::string::npos && !entry(desired).mark.empty())
    line.erase(0, end + 1);
  if (line.find('\n') != std::string::npos) return std::nullopt;
  again.attributes["state"] = "present";
  again.attributes["entry_before"] = std::move(line);
  return again;
}

Edit EntryProvider::edit(const Desired& desired) const {
  EntryEdit made = entry(desired);
  made.absent = wants_absent(desired);
  if (made.absent) {
    made.text.clear();
    made.same.clear();
  } else if (desired.has("entry_before")) {
    made.text = desired.text("entry_before");
    made.same.clear();
  }
  return made;
}

void note_writers(const std::string& path, const std::string& reader, System& system, Observed& observed) {
  const auto info = system.is_image() ? Result<std::optional<FileInfo>>() : system.stat(path, true);
  if (!info || !*info || (*info)->type != FileType::kFile) return;
  constexpr std::uint32_t kOthersWrite = 0022;
  if ((*info)->uid == 0 && ((*info)->mode & kOthersWrite) == 0) return;
  const std::string why = (*info)->uid != 0 ? " does not belong to root" : " has the mode " + mode_text((*info)->mode);
  observed.obstacle =
      Diagnostic(Code::kRefusedByState, path + why + ", and " + reader + " passes over such files")
          .with_hint("a `file` of that path before it, with `owner: root` and a `mode`, puts that right");
}

Insertion insertion_of(const Desired& desired) {
  Insertion insertion;
  insertion.first = desired.flag("first", false);
  insertion.insert_after = desired.text("insert_after");
  insertion.insert_before = desired.text("insert_before");
  insertion.at_beginning = desired.text("place") == "beginning";
  return insertion;
}

std::string quoted_pattern(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       static_cast<unsigned char>(c) >= 0x80 || c == ' ' || c == '_';
    if (!plain) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

std::string words_pattern(const std::vector<std::string>& words) {
  std::string pattern;
  for (const std::string& word : words) append_item(pattern, quoted_pattern(word), "\\s+");
  return pattern;
}

bool can_be_written_again(const Json& text) {
  if (!text.is_string()) return false;
  const auto& value = text.get_ref<const std::string&>();
  return !is_keyed_digest(value) && bytes_of_text(value) == value;
}

std::vector<Result<Observed>> observe_edits(const Registry& kinds, std::span<const Desired* const> desired,
                                            System& system) {
  return observe_edits(desired, system, [&](const Desired& one) -> const EditProvider& {
    return *kinds.provider(one.address.kind)->editor();
  });
}

}  // namespace plumb
