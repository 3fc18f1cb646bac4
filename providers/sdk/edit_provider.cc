#include "providers/sdk/edit_provider.h"

#include "engine/base/digest.h"
#include "engine/base/host_text.h"
#include "providers/sdk/edited_files.h"
#include "providers/sdk/ownership.h"

namespace plumb {

std::vector<Result<Observed>> EditProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return observe_edits(desired, system, [this](const Desired& one) { return edit(one); });
}

Change EditProvider::diff(const Desired& desired, const Observed& observed) const {
  return diff_edit(desired, observed, edit(desired));
}

std::vector<Address> EditProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  return infer_path_edges(desired, desired.text("path"));
}

std::vector<Address> EditProvider::provides(const Desired& desired) const {
  if (wants_absent(desired) || !desired.flag("create", false)) return {};
  return {{"", "file", desired.text("path")}};
}

std::vector<std::string> EditProvider::edits_paths(const Desired& desired) const {
  return {desired.text("path")};
}

void EditProvider::complete(Desired& desired, std::span<const Desired> host, const SecretOf& secret_of) const {
  complete_edit(desired, host, edit(desired), secret_of);
}

std::string EditProvider::remedy(const Desired&, const Missing& missing) const {
  if (missing.what.kind != "file") return "";
  return makes_files() ? "set `create: true` to make it, or name what brings it with `after`"
                       : "name what brings it with `after`";
}

bool can_be_written_again(const Json& text) {
  if (!text.is_string()) return false;
  const auto& value = text.get_ref<const std::string&>();
  return !is_keyed_digest(value) && bytes_of_text(value) == value;
}

std::vector<Result<Observed>> observe_edits(const Registry& kinds, std::span<const Desired* const> desired,
                                            System& system) {
  return observe_edits(desired, system,
                       [&](const Desired& one) { return *kinds.provider(one.address.kind)->edit_of(one); });
}

}  // namespace plumb
