#include "providers/kernel_module/kernel_module.h"

#include <algorithm>
#include <array>
#include <span>

#include "engine/base/joined.h"
#include "providers/sdk/kernel_files.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/place_limits.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::kernel_module {
namespace {

constexpr std::array<const char*, 4> kLoadFolders = {"/etc/modules-load.d", "/run/modules-load.d",
                                                     "/usr/local/lib/modules-load.d", "/usr/lib/modules-load.d"};
constexpr const char* kOldList = "/etc/modules";
constexpr std::size_t kLargest = std::size_t{64} << 20;

std::string load_file(const Desired& desired) {
  return "/etc/modules-load.d/" + desired.text("name") + ".conf";
}
std::string option_file(const Desired& desired) {
  return "/etc/modprobe.d/plumb-" + desired.text("name") + ".conf";
}

bool wants_loaded(const Desired& desired) {
  return desired.has("state") ? !wants_absent(desired) : !desired.flag("blacklisted", false);
}

// A comment begins at a word, and ends the line.
std::vector<std::string> words_before_comment(std::string_view line) {
  std::vector<std::string> words = words_of(line);
  const auto comment = std::find_if(words.begin(), words.end(),
                                    [](const std::string& word) { return word[0] == '#' || word[0] == ';'; });
  words.erase(comment, words.end());
  return words;
}

std::vector<std::string> asked_parameters(const Desired& desired) {
  std::vector<std::string> words;
  for (const std::string& text : texts_in(desired.attribute("params"))) {
    for (std::string& word : words_before_comment(text)) words.push_back(std::move(word));
  }
  return words;
}

// "" where there is none.
Result<std::string> text_at(const std::string& path, System& system) {
  PLUMB_TRY_ASSIGN(const auto there, system.stat(path, true));
  if (!there || there->type != FileType::kFile) return std::string();
  return system.read_file(path, kLargest);
}

bool names(std::string_view text, const std::string& module) {
  while (!text.empty()) {
    const std::vector<std::string> words = words_before_comment(take_line(text));
    if (!words.empty() && kernel_module_name(words.front()) == module) return true;
  }
  return false;
}

// A list of files of modules: whether one of them is this one's.
bool lists(std::string_view text, const std::string& module) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    line = line.substr(0, line.find(':'));
    line.remove_prefix(line.rfind('/') + 1);
    line = line.substr(0, line.find('.'));
    if (kernel_module_name(line) == module) return true;
  }
  return false;
}

// The first file that has it loaded when the host starts; "" for none.
Result<std::string> named_in(const std::string& module, System& system) {
  std::vector<std::string> paths = {kOldList};
  for (const char* folder : kLoadFolders) {
    PLUMB_TRY_ASSIGN(const auto there, system.stat(folder, true));
    if (!there || there->type != FileType::kDirectory) continue;
    PLUMB_TRY_ASSIGN(const auto entries, system.list(folder));
    for (const std::string& name : entries) {
      if (name.ends_with(".conf")) paths.push_back(std::string(folder) + '/' + name);
    }
  }
  for (const std::string& path : paths) {
    // What another resource is to write there is known by its digest at most.
    if (names(text_at(path, system).value_or(std::string()), module)) return path;
  }
  return std::string();
}

Result<> observe_persistence(const Desired& desired, const std::string& module, System& system, Observed& observed) {
  PLUMB_TRY_ASSIGN(const std::string file, named_in(module, system));
  observed.attributes["persistent"] = !file.empty();
  const bool unwanted = desired.has("persistent") ? !desired.flag("persistent", false) : wants_absent(desired);
  if (!file.empty() && unwanted && file != load_file(desired)) {
    observed.obstacle =
        Diagnostic(Code::kRefusedByState, file + " has " + desired.text("name") + " loaded at the start")
            .with_hint("take its line away there, with a `line` that is absent");
  }
  return {};
}

Result<> observe_options(const Desired& desired, const std::string& module, System& system, Observed& observed) {
  PLUMB_TRY_ASSIGN(const std::string text, text_at(option_file(desired), system));
  observed.attributes["blacklisted"] = false;
  for (std::string_view rest = text; !rest.empty();) {
    const std::vector<std::string> words = words_before_comment(take_line(rest));
    if (words.size() < 2 || kernel_module_name(words[1]) != module) continue;
    if (words[0] == "options") observed.attributes["params"] = joined(std::span(words).subspan(2), " ");
    if (words[0] == "install") observed.attributes["blacklisted"] = true;
  }
  return {};
}

Result<> observe_running(const Desired& desired, const std::string& module, System& system, Observed& observed) {
  if (system.is_image()) return {};
  PLUMB_TRY_ASSIGN(const std::vector<std::string> loaded, read_modules(system));
  const bool there = std::find(loaded.begin(), loaded.end(), module) != loaded.end();
  observed.attributes["loaded"] = there ? "yes" : "no";
  if (there) return {};
  PLUMB_TRY_ASSIGN(const std::string told, text_at("/proc/sys/kernel/osrelease", system));
  std::string_view release = told;
  const std::string folder = "/lib/modules/" + std::string(take_line(release));
  PLUMB_TRY_ASSIGN(const std::string built_in, text_at(folder + "/modules.builtin", system));
  if (lists(built_in, module)) {
    observed.attributes["loaded"] = "built in";
    if (desired.has("state") && wants_absent(desired)) {
      observed.obstacle =
          Diagnostic(Code::kRefusedByState, desired.text("name") + " is built into this kernel and cannot be unloaded");
    }
    return {};
  }
  if (!wants_loaded(desired)) return {};
  PLUMB_TRY_ASSIGN(const std::string loadable, text_at(folder + "/modules.dep", system));
  if (!lists(loadable, module)) observed.missing.push_back({{"", "module", desired.text("name")}, "name"});
  return {};
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  const std::string module = kernel_module_name(desired.text("name"));
  PLUMB_TRY(observe_persistence(desired, module, system, observed));
  PLUMB_TRY(observe_options(desired, module, system, observed));
  PLUMB_TRY(observe_running(desired, module, system, observed));
  observed.exists = observed.text("loaded", "no") != "no" || observed.flag("persistent", false) ||
                    observed.flag("blacklisted", false) || observed.has("params");
  if (desired.flag("persistent", false) && !observed.flag("persistent", false))
    PLUMB_TRY(note_missing_parent(load_file(desired), system, observed));
  const bool has_options = desired.flag("blacklisted", false) || !asked_parameters(desired).empty();
  if (has_options && !observed.flag("blacklisted", false) && !observed.has("params"))
    PLUMB_TRY(note_missing_parent(option_file(desired), system, observed));
  return observed;
}

class Differences {
 public:
  Differences(const Desired& desired, const Observed& observed) : desired_(desired), observed_(observed) {}

  Change change() {
    const bool gone = desired_.has("state") && wants_absent(desired_);
    options(gone);
    persistence(gone);
    running(gone);
    if (change_.operations.empty()) return std::move(change_);
    const bool all_gone = gone && !desired_.flag("blacklisted", false) && !desired_.flag("persistent", false) &&
                          asked_parameters(desired_).empty();
    // What is loaded is new, whatever files there are; what comes with it is looked for by others.
    const bool fresh = change_.before.empty() && (loads_ || !observed_.exists);
    change_.op = all_gone ? Op::kDelete : fresh ? Op::kCreate : Op::kUpdate;
    if (all_gone) change_.after = Json::object();
    return std::move(change_);
  }

 private:
  void note(const char* attribute, const Json& wanted) {
    const Json& found = observed_.attribute(attribute);
    if (!found.is_null() && found != false && found != "no") change_.before[attribute] = found;
    change_.after[attribute] = wanted;
  }

  // Both stand in one file, so what is not asked for stays as it is there.
  void options(bool gone) {
    const bool blacklisted = desired_.flag("blacklisted", !gone && observed_.flag("blacklisted", false));
    const std::string params = desired_.has("params") ? joined(asked_parameters(desired_), " ")
                               : gone                 ? ""
                                                      : observed_.text("params");
    if (params == observed_.text("params") && blacklisted == observed_.flag("blacklisted", false)) return;
    if (params != observed_.text("params")) note("params", params);
    if (blacklisted != observed_.flag("blacklisted", false)) note("blacklisted", blacklisted);
    const std::string path = option_file(desired_);
    const std::string& name = desired_.text("name");
    std::string text;
    if (!params.empty()) text += "options " + name + " " + params + "\n";
    // The first keeps others from asking for it by what it serves, the second by its name.
    if (blacklisted) text += "blacklist " + name + "\ninstall " + name + " /bin/false\n";
    put(path, text);
    if (observed_.text("loaded") == "yes" && !params.empty())
      change_.note = "its parameters count once it is loaded anew";
  }

  void persistence(bool gone) {
    if (!desired_.has("persistent") && !gone) return;
    const bool persistent = desired_.flag("persistent", false);
    if (persistent == observed_.flag("persistent", false)) return;
    note("persistent", persistent);
    put(load_file(desired_), persistent ? desired_.text("name") + "\n" : "");
  }

  void running(bool gone) {
    const std::string loaded = observed_.text("loaded");
    if (loaded == "no" && wants_loaded(desired_)) {
      note("loaded", "yes");
      loads_ = true;
      change_.operations.push_back(ChangeModule{"load", desired_.text("name"), asked_parameters(desired_)});
      change_.fidelity = Fidelity::kBounded;
      change_.note = "values of the kernel may come with it";
    } else if ((loaded == "yes" || loaded == "built in") && gone) {
      note("loaded", "no");
      change_.operations.push_back(ChangeModule{"unload", desired_.text("name")});
    }
  }

  void put(const std::string& path, const std::string& text) {
    if (text.empty()) {
      change_.operations.push_back(Remove{path, false, false});
      return;
    }
    EditFile edit;
    edit.path = path;
    edit.edits = {TextEdit{text}};
    edit.create = true;
    change_.operations.push_back(std::move(edit));
  }

  const Desired& desired_;
  const Observed& observed_;
  Change change_;
  bool loads_ = false;
};

}  // namespace

std::vector<Result<Observed>> KernelModuleProvider::observe(std::span<const Desired* const> desired,
                                                            System& system) const {
  return observe_places(*this, desired, system, [&](const Desired& one) { return observe_one(one, system); });
}

Change KernelModuleProvider::diff(const Desired& desired, const Observed& observed) const {
  return Differences(desired, observed).change();
}

std::vector<Address> KernelModuleProvider::infers(const Desired& desired) const {
  if (is_unwanted(desired)) return {};
  std::vector<Address> edges = infer_path_edges({}, option_file(desired));
  for (Address& edge : infer_path_edges({}, load_file(desired))) edges.push_back(std::move(edge));
  edges.push_back({"", "package", "kmod"});  // brings the folders
  return edges;
}

bool KernelModuleProvider::may_bring(const Desired& desired, const Observed&, const Address& what) const {
  return wants_loaded(desired) && what.kind == "kernel_value";
}

std::vector<std::string> KernelModuleProvider::claims(const Desired& desired) const {
  return {"the kernel's module " + kernel_module_name(desired.text("name"))};
}

std::vector<std::string> KernelModuleProvider::manages_paths(const Desired& desired) const {
  return {load_file(desired), option_file(desired)};
}

std::vector<std::string> KernelModuleProvider::replaces_paths(const Desired& desired) const {
  return manages_paths(desired);
}

std::vector<ImpliedPath> KernelModuleProvider::implies_paths(const Desired& desired) const {
  if (is_unwanted(desired)) return {};
  std::vector<ImpliedPath> paths;
  for (const char* folder : kLoadFolders) paths.push_back({folder});
  return paths;
}

std::string KernelModuleProvider::remedy(const Desired&, const Missing& missing) const {
  if (missing.what.kind == "module") return "check its name; a package may bring it, for the kernel that runs";
  return "a `package` with kmod before it brings the folder";
}

Observed KernelModuleProvider::as_declared(const Desired& desired) const {
  Observed observed;
  observed.exists = !is_unwanted(desired);
  if (!observed.exists) return observed;
  observed.attributes["loaded"] = wants_loaded(desired) ? "yes" : "no";
  observed.attributes["persistent"] = desired.flag("persistent", false);
  observed.attributes["blacklisted"] = desired.flag("blacklisted", false);
  if (desired.has("params")) observed.attributes["params"] = joined(asked_parameters(desired), " ");
  return observed;
}

bool KernelModuleProvider::is_unwanted(const Desired& desired) const {
  return wants_absent(desired) && !desired.flag("blacklisted", false);
}

std::optional<Desired> KernelModuleProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again;
  again.address = desired.address;
  again.attributes["name"] = desired.attribute("name");
  const std::string loaded = before.text("loaded");
  if (!loaded.empty()) again.attributes["state"] = loaded == "no" ? "absent" : "present";
  again.attributes["persistent"] = before.flag("persistent", false);
  again.attributes["blacklisted"] = before.flag("blacklisted", false);
  again.attributes["params"] = before.text("params");
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "kernel_module",
                .provider = make_provider<KernelModuleProvider>(),
                .operations = OperationSet::of<ChangeModule, EditFile, Remove>(),
                .adoption = {survey, "kernel"}});
}

}  // namespace plumb::providers::kernel_module
