#include "providers/apparmor_profile/apparmor_profile.h"

#include <algorithm>

#include "providers/apparmor_profile/profile_text.h"
#include "providers/sdk/is_there.h"
#include "providers/sdk/observe_each.h"

namespace plumb::providers::apparmor_profile {
namespace {

constexpr const char* kFolder = "/etc/apparmor.d/";
constexpr const char* kKernel = "/sys/module/apparmor/parameters/enabled";
constexpr const char* kLoaded = "/sys/kernel/security/apparmor/profiles";
constexpr const char* kProgram = "apparmor_parser";
// Folders in which a link to a profile says how it is loaded.
constexpr const char* kDisable = "disable";
constexpr const char* kComplain = "force-complain";
constexpr std::size_t kLargest = std::size_t{4} << 20U;

std::string file_of(const Desired& desired) {
  return kFolder + desired.text("name");
}
std::string link_of(const Desired& desired, const std::string& folder) {
  return kFolder + folder + '/' + desired.text("name");
}

// In which the profile is to have a link; "" for none.
std::string folder_of(const Desired& desired) {
  const std::string mode = desired.text("mode");
  return mode == "enforce" ? "" : mode == kDisable ? kDisable : kComplain;
}

// What undo asks for of a profile that came: neither loaded nor linked, and so nothing of it is left once its file
// goes.
constexpr const char* kGone = "gone";

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  PLUMB_TRY_ASSIGN(const auto file, system.stat(file_of(desired), true));
  observed.exists = file.has_value();
  std::vector<std::string> links;
  for (const char* folder : {kComplain, kDisable}) {
    PLUMB_TRY_ASSIGN(const bool linked, is_entry_there(link_of(desired, folder), system));
    if (linked) links.emplace_back(folder);
  }
  observed.attributes["links"] = links;
  if (!file) {
    if (!desired.flag(kGone, false)) observed.missing.push_back({{"", "file", file_of(desired)}, "name"});
    return observed;
  }
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(file_of(desired), kLargest));
  const std::vector<ProfileHead> heads = profile_heads(text);
  const bool complains =
      std::any_of(heads.begin(), heads.end(), [](const ProfileHead& head) { return head.complains; });
  // A link in `disable` counts before the others.
  observed.attributes["mode"] = !links.empty() && links.back() == kDisable ? "disable"
                                : !links.empty() || complains              ? "complain"
                                                                           : "enforce";
  if (complains && desired.text("mode") == "enforce") {
    observed.obstacle = Diagnostic(Code::kRefusedByState, file_of(desired) + " itself says that its profile complains")
                            .with_hint("take `complain` out of its flags, with a `replace` of that file");
  }
  const std::string folder = folder_of(desired);
  if (!folder.empty()) {
    PLUMB_TRY_ASSIGN(const bool can_link, is_there(kFolder + folder, system));
    if (!can_link) observed.missing.push_back({{"", "directory", kFolder + folder}, "mode"});
  }
  if (system.is_image()) return observed;
  PLUMB_TRY_ASSIGN(const bool known, is_there(kKernel, system));
  if (!known) return observed;
  PLUMB_TRY_ASSIGN(const std::string enabled, system.read_file(kKernel, 16));
  if (!enabled.starts_with('Y')) return observed;
  observed.attributes["kernel"] = true;
  if (system.find_program(kProgram).empty()) observed.missing.push_back({{"", "package", "apparmor"}, "name"});
  // Only root is told.
  if (const Result<std::string> loaded = system.read_file(kLoaded, kLargest)) {
    if (const std::string mode = loaded_mode(heads, *loaded); !mode.empty()) observed.attributes["running"] = mode;
  }
  return observed;
}

Run parser(std::initializer_list<const char*> words, const Desired& desired) {
  Run run;
  run.argv = {kProgram};
  run.argv.insert(run.argv.end(), words.begin(), words.end());
  run.argv.push_back(file_of(desired));
  run.timeout_seconds = 300;
  return run;
}
Run load(const Desired& desired) {
  return desired.text("mode") == "complain" ? parser({"--replace", "--Complain"}, desired)
                                            : parser({"--replace"}, desired);
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void set_links(const Desired& desired, const Observed& observed, Change& change) {
  const std::string wanted = folder_of(desired);
  const std::vector<std::string> links = texts_in(observed.attribute("links"));
  for (const std::string folder : {kDisable, kComplain}) {
    if (folder != wanted && contains(links, folder))
      change.operations.emplace_back(Remove{link_of(desired, folder), false, false});
  }
  if (wanted.empty() || contains(links, wanted)) return;
  change.operations.emplace_back(MakeLink{link_of(desired, wanted), file_of(desired), false, false});
}

}  // namespace

std::vector<Result<Observed>> ApparmorProfileProvider::observe(std::span<const Desired* const> desired,
                                                               System& system) const {
  return observe_each(desired, [&system](const Desired& one) { return observe_one(one, system); });
}

Change ApparmorProfileProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::string mode = desired.text("mode");
  const bool gone = desired.flag(kGone, false);
  const bool goes = mode == kDisable || gone;
  const std::string running = goes ? "none" : mode;
  const auto differs = [&](const char* attribute, const std::string& wanted) {
    if (observed.text(attribute) == wanted) return false;
    if (observed.has(attribute)) change.before[attribute] = observed.attribute(attribute);
    change.after[attribute] = wanted;
    return true;
  };
  bool is_other = !gone && differs("mode", mode);
  if (const Json& links = observed.attribute("links"); gone && links.is_array() && !links.empty()) {
    change.before["links"] = links;
    change.after["links"] = Json::array();
    is_other = true;
  }
  const bool runs_other = observed.has("running") && differs("running", running);
  if (!is_other && !runs_other) return change;
  const bool kernel = observed.flag("kernel", false);
  // One that is disabled is not even taken out any more.
  if (goes && kernel && observed.text("running") != "none")
    change.operations.emplace_back(parser({"--remove"}, desired));
  if (is_other) set_links(desired, observed, change);
  if (!goes && kernel) change.operations.emplace_back(load(desired));
  if (!kernel) change.note = "counts once a kernel with AppArmor starts";
  change.op = Op::kUpdate;
  return change;
}

Change ApparmorProfileProvider::triggered(const Desired& desired, const Observed& observed, Op op) const {
  Change change;
  if (op != Op::kReload || desired.text("mode") == kDisable || !observed.flag("kernel", false)) return change;
  change.op = op;
  change.operations.emplace_back(load(desired));
  return change;
}

std::vector<Address> ApparmorProfileProvider::infers(const Desired& desired) const {
  return {{"", "file", file_of(desired)}, {"", "directory", kFolder + folder_of(desired)}, {"", "package", "apparmor"}};
}

std::vector<std::string> ApparmorProfileProvider::claims(const Desired& desired) const {
  return {"the AppArmor profile " + desired.text("name")};
}

std::vector<std::string> ApparmorProfileProvider::manages_paths(const Desired& desired) const {
  return {link_of(desired, kDisable), link_of(desired, kComplain)};
}

std::vector<ImpliedPath> ApparmorProfileProvider::implies_paths(const Desired& desired) const {
  return {{.path = file_of(desired), .needed = true}};
}

bool ApparmorProfileProvider::asks_about(const Desired& desired, std::string_view name) const {
  const std::vector<std::string> links = manages_paths(desired);
  return name == file_of(desired) || std::find(links.begin(), links.end(), name) != links.end();
}

bool ApparmorProfileProvider::follows_from(const Desired& desired, const Observed&, const std::string& path,
                                           const std::string*) const {
  return path == file_of(desired);
}

std::string ApparmorProfileProvider::remedy(const Desired& desired, const Missing& missing) const {
  if (missing.what.kind == "directory") return "the package `apparmor` brings it";
  if (missing.what.kind != "file") return {};
  return "a package brings it, such as `apparmor-profiles`, or a `file` " + file_of(desired);
}

std::optional<Desired> ApparmorProfileProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again;
  again.address = desired.address;
  again.attributes = {{"name", desired.attribute("name")}, {"mode", before.text("mode", "enforce")}};
  if (!before.has("mode")) again.attributes[kGone] = true;
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "apparmor_profile",
                .provider = make_provider<ApparmorProfileProvider>(),
                .operations = OperationSet::of<MakeLink, Remove, Run>(),
                .triggers = {{"reload_on", Op::kReload}},
                .removal = ""});
}

}  // namespace plumb::providers::apparmor_profile
