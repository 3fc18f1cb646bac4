#include "providers/sdk/beyond_mode.h"

#include <array>

#include "engine/base/joined.h"
#include "providers/sdk/managers.h"

namespace plumb {
namespace {

constexpr std::array<const char*, 4> kParts = {"user", "role", "type", "level"};
using Label = std::array<std::string, kParts.size()>;

// The level is all that is left: it may hold colons.
Label parts_of(std::string_view text) {
  Label label;
  for (std::size_t i = 0; i < label.size(); ++i) {
    const std::size_t end = i + 1 < label.size() ? text.find(':') : std::string_view::npos;
    label[i] = text.substr(0, end);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return label;
}

// A kernel that has it, or of an image a system that is set up for it.
Result<bool> has_selinux(System& system) {
  if (!system.is_image()) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> enforcing, system.stat("/sys/fs/selinux/enforce", true));
    return enforcing.has_value();
  }
  constexpr const char* kConfig = "/etc/selinux/config";
  constexpr std::size_t kLargest = 65536;
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> config, system.stat(kConfig, true));
  if (!config || config->type != FileType::kFile) return false;
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(kConfig, kLargest));
  std::string_view lines = text;
  while (!lines.empty()) {
    const std::string_view line = take_line(lines);
    if (line.starts_with("SELINUX=")) return !line.starts_with("SELINUX=disabled");
  }
  return false;
}

}  // namespace

Result<> note_selinux(const Desired& desired, System& system, Observed& observed) {
  if (!desired.has("selinux")) return {};
  PLUMB_TRY_ASSIGN(const bool has, has_selinux(system));
  if (!has) observed.attributes["no_selinux"] = true;
  return {};
}

void observe_labels(const Desired& desired, const BeyondMode& beyond, Observed& observed) {
  const bool goes = wants_absent(desired);
  const bool tells = (goes || desired.has("selinux")) && !observed.flag("no_selinux", false);
  if (tells && !beyond.label.empty()) observed.attributes["selinux"] = beyond.label;
  if (goes && !beyond.extended.empty()) observed.attributes["xattrs"] = beyond.extended;
  if (goes || !desired.attribute("xattrs").is_object()) return;
  Json& told = observed.attributes["xattrs"] = Json::object();
  for (const auto& [name, value] : desired.attribute("xattrs").items()) {
    const auto found = beyond.extended.find(name);
    if (found == beyond.extended.end() && beyond.is_cut && !observed.obstacle) {
      observed.obstacle = Diagnostic(
          Code::kRefusedByState, "it has more extended attributes than are read here: " + name + " may be among them");
    }
    told[name] = found == beyond.extended.end() ? Json(false) : Json(found->second);
  }
}

std::optional<std::string> label_for(const Desired& desired, std::string_view there) {
  const Json& asked = desired.attribute("selinux");
  if (asked.is_null()) return std::nullopt;
  Label label = asked.is_string() ? parts_of(asked.get_ref<const std::string&>()) : Label();
  const Label before = parts_of(there);
  static const Label kUsual = {"system_u", "object_r", "", "s0"};
  std::string text;
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (asked.is_object()) label[i] = text_of(asked, kParts[i]);
    if (label[i].empty()) label[i] = there.empty() ? kUsual[i] : before[i];
    if (i == 0 || !label[i].empty()) text += (i == 0 ? "" : ":") + label[i];
  }
  return text;
}

void diff_labels(const Desired& desired, const Observed& observed, Ownership& wanted, Change& change) {
  const auto compare = [&](const char* attribute, const Json& value) {
    const Json& there = observed.attribute(attribute);
    if (observed.exists && there == value) return false;
    if (observed.exists && !there.is_null()) change.before[attribute] = there;
    change.after[attribute] = value;
    return true;
  };
  if (const auto label = label_for(desired, observed.text("selinux"))) {
    if (observed.flag("no_selinux", false)) {
      const char* why = "the host has no SELinux, so no label is set";
      if (!observed.exists || !change.after.empty()) append_item(change.note, why, "; ");
    } else if (compare("selinux", *label)) {
      wanted.label = label;
    }
  }
  const Json& asked = desired.attribute("xattrs");
  if (!asked.is_object() || !compare("xattrs", asked)) return;
  for (const auto& [name, value] : asked.items()) {
    if (value.is_string()) {
      wanted.extended[name] = value.get<std::string>();
    } else if (observed.exists) {
      wanted.without.push_back(name);
    }
  }
}

void restore_labels(const Change& change, const Observed& before, Desired& again) {
  for (const char* attribute : {"selinux", "xattrs"}) {
    const bool concerned = change.before.contains(attribute) || change.after.contains(attribute);
    if (concerned && before.has(attribute)) again.attributes[attribute] = before.attribute(attribute);
  }
}

void give(const Ownership& ownership, BeyondMode& beyond) {
  if (ownership.label) beyond.label = *ownership.label;
  for (const std::string& name : ownership.without) beyond.extended.erase(name);
  for (const auto& [name, value] : ownership.extended) beyond.extended[name] = value;
}

std::string why_no_label(const Desired& desired, const Observed& observed) {
  if (!observed.flag("no_selinux", false)) return {};
  return "the host has no SELinux, so " + desired.text("path") + " gets no label";
}

}  // namespace plumb
