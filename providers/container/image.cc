#include "providers/container/image.h"

#include "engine/base/digest.h"
#include "providers/container/image_name.h"
#include "providers/container/images.h"
#include "providers/container/kinds.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::container {
namespace {

constexpr const char* kContextLabel = "plumbline.context";
constexpr std::size_t kMostFiles = 20000;

bool pulls(const Desired& desired) {
  return !desired.has("build") && !desired.has("archive");
}

bool follows_registry(const Desired& desired) {
  return pulls(desired) && desired.text("pull") == "always";
}

std::string context_of(const Desired& desired) {
  return text_of(desired.attribute("build"), "path");
}

// Of all files in the folder, what they are called, what they hold and who may run them.
Result<std::string> digest_of_folder(const std::string& folder, System& system) {
  std::vector<std::pair<std::string, FileInfo>> entries;
  bool too_many = false;
  PLUMB_TRY(system.walk(folder, [&](const std::string& path, const FileInfo& info, bool) -> Result<bool> {
    too_many = too_many || entries.size() >= kMostFiles;
    if (too_many) return false;
    entries.emplace_back(path, info);
    return true;
  }));
  if (too_many) return fail(Code::kCannotObserve, folder + " holds too many files to build an image from");
  std::string list;
  for (const auto& [path, info] : entries) {
    list += path.substr(folder.size());
    if (info.type == FileType::kFile) {
      PLUMB_TRY_ASSIGN(const std::string content, system.file_digest(path));
      list += " " + content + ((info.mode & 0100) != 0 ? " x" : "");
    }
    list += '\n';
  }
  return digest(list);
}

Result<> note_source(const Desired& desired, System& system, Observed& observed) {
  const std::string archive = desired.text("archive");
  const std::string context = context_of(desired);
  const std::string& source = archive.empty() ? context : archive;
  if (source.empty()) return {};
  PLUMB_TRY_ASSIGN(const auto there, system.stat(source, true));
  if (!there) {
    observed.missing.push_back(
        {{"", archive.empty() ? "directory" : "file", source}, archive.empty() ? "build" : "archive"});
  } else if (archive.empty()) {
    PLUMB_TRY_ASSIGN(observed.attributes["context"], digest_of_folder(source, system));
  }
  return {};
}

Result<Observed> observe_image(const Engine& engine, const HeldImages& images, const Desired& desired, System& system) {
  Observed observed;
  const std::string name = desired.text("name");
  const std::optional<HeldImage> held = images.find(name);
  observed.exists = held.has_value();
  if (held) observed.attributes.update({{"digest", held->digest}, {"id", "sha256:" + held->id}});
  if (wants_absent(desired)) return observed;
  PLUMB_TRY(note_source(desired, system, observed));
  if (held && desired.has("build"))
    observed.attributes["built_from"] =
        text_of(member_of(member_of(held->info, "Config"), "Labels"), kContextLabel, "something else");
  if (desired.has("digest")) {
    observed.attributes["offered"] = desired.attribute("digest");
    if (held && held->digests.contains(desired.text("digest"))) observed.attributes["digest"] = desired.text("digest");
    return observed;
  }
  if (!pulls(desired) || (held && !follows_registry(desired))) return observed;
  const std::optional<Offer> offer = ask_registry(engine, name, system);
  if (!offer) {
    if (held)
      return fail(Code::kCannotObserve, "nothing tells what " + name + " means in its registry now")
          .hint("the package skopeo can; with `pull: missing`, or a `digest`, it is not asked");
    return observed;
  }
  observed.attributes["offered"] = offer->digest;
  if (offer->by_name) observed.attributes["by_name"] = true;
  if (held && is_current(*held, *offer)) observed.attributes["digest"] = offer->digest;
  return observed;
}

void add_build(const Desired& desired, const Observed& observed, Steps& steps) {
  const Json& build = desired.attribute("build");
  std::vector<std::string> words = {"build", "--tag", desired.text("name")};
  if (observed.has("context"))
    words.insert(words.end(), {"--label", std::string(kContextLabel) + "=" + observed.text("context")});
  if (const std::string file = text_of(build, "file"); !file.empty())
    words.insert(words.end(), {"--file", file.starts_with('/') ? file : context_of(desired) + "/" + file});
  for (const auto& [name, value] : texts_by_name(member_of(build, "args")))
    words.insert(words.end(), {"--build-arg", name + "=" + value});
  if (const std::string target = text_of(build, "target"); !target.empty())
    words.insert(words.end(), {"--target", target});
  if (flag_of(build, "pull", false)) words.emplace_back("--pull");
  if (!flag_of(build, "cache", true)) words.emplace_back("--no-cache");
  words.push_back(context_of(desired));
  steps.add(std::move(words));
}

void bound_by(Change& change, const char* note) {
  change.fidelity = Fidelity::kBounded;
  change.note = note;
}

}  // namespace

std::vector<Result<Observed>> ContainerImageProvider::observe(std::span<const Desired* const> desired,
                                                              System& system) const {
  return by_engine(desired, system,
                   [](const Engine& engine, const std::vector<const Desired*>& together, System& host) {
                     std::vector<Result<Observed>> results;
                     std::vector<std::string> names;
                     for (const Desired* one : together) names.push_back(one->text("name"));
                     const Result<HeldImages> images = HeldImages::of(engine, names, host);
                     for (const Desired* one : together) {
                       results.push_back(images ? observe_image(engine, *images, *one, host)
                                                : Result<Observed>(Error(images.error())));
                     }
                     return results;
                   });
}

Change ContainerImageProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  Steps steps(desired, observed);
  const std::string name = desired.text("name");
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before["digest"] = observed.attribute("digest");
    steps.add({"image", "rm", name});
    change.operations = steps.take();
    return change;
  }
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  if (desired.has("build")) {
    if (observed.exists && observed.text("built_from") == observed.text("context")) return {};
    if (observed.exists)
      note_change("built_from", observed.attribute("built_from"), observed.attribute("context"), change);
    if (!observed.exists) change.after["name"] = name;
    bound_by(change, "what is built is known once it is");
    add_build(desired, observed, steps);
  } else if (desired.has("archive")) {
    if (observed.exists) return {};
    change.after["name"] = name;
    bound_by(change, "what the archive holds is known once it is loaded");
    steps.add({"load", "--quiet", "--input", desired.text("archive")});
  } else {
    const bool knows = observed.has("offered");
    if (observed.exists && (!knows || observed.text("digest") == observed.text("offered"))) return {};
    if (knows) {
      note_change("digest", observed.attribute("digest"), observed.attribute("offered"), change);
      if (observed.flag("by_name", false)) bound_by(change, kByName);
    } else {
      change.after["name"] = name;
      bound_by(change, "which image comes is known once it is pulled");
    }
    add_pull(steps, name, observed.flag("by_name", false) ? "" : observed.text("offered"));
  }
  change.operations = steps.take();
  return change;
}

std::vector<Address> ContainerImageProvider::infers(const Desired& desired) const {
  std::vector<Address> edges = engine_edges(desired);
  if (wants_absent(desired)) return edges;
  const std::string archive = desired.text("archive");
  if (!archive.empty()) edges.push_back({"", "file", archive});
  if (!archive.empty()) edges.push_back({"", "download", archive});
  const std::string context = context_of(desired);
  if (!context.empty()) {
    for (const char* kind : {"directory", "git", "archive"}) edges.push_back({"", kind, context});
    for (const char* file : {"/Dockerfile", "/Containerfile"}) edges.push_back({"", "file", context + file});
  }
  edges.push_back({"", "container_registry", registry_of(desired.text("name"))});
  return edges;
}

std::vector<std::string> ContainerImageProvider::claims(const Desired& desired) const {
  return {"the image " + desired.text("name") + whose(desired)};
}

void ContainerImageProvider::complete(Desired& desired, std::span<const Desired> host, const SecretOf&) const {
  learn_from_host(desired, host, registry_of(desired.text("name")));
}

bool ContainerImageProvider::asks_about(const Desired& desired, std::string_view name) const {
  const std::string context = context_of(desired);
  return desired.text("archive") == name || desired.text("as") == name ||
         (!context.empty() && (name == context || is_below(name, context) || is_below(context, name)));
}

Change ContainerImageProvider::triggered(const Desired& desired, const Observed& observed, Op op) const {
  Change change;
  if (op != Op::kRun || !desired.has("build") || wants_absent(desired) || !diff(desired, observed).empty())
    return change;
  change.op = op;
  change.fidelity = Fidelity::kOpaque;
  change.note = "what it watches changed";
  Steps steps(desired, observed);
  add_build(desired, observed, steps);
  change.operations = steps.take();
  return change;
}

Observed ContainerImageProvider::as_declared(const Desired& desired) const {
  Observed observed = Provider::as_declared(desired);
  if (observed.exists && desired.has("digest")) observed.attributes["offered"] = desired.attribute("digest");
  return observed;
}

std::optional<Desired> ContainerImageProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again = of_same_engine(desired, "name");
  if (!before.exists) {
    again.attributes["state"] = "absent";
    return again;
  }
  // Its registry has it under this digest as long as it keeps it; what was built or loaded nobody has.
  if (!pulls(desired) || before.text("digest") == before.text("id")) return std::nullopt;
  again.attributes["digest"] = before.attribute("digest");
  return again;
}

void add_image_to(Registry& registry) {
  registry.add({.name = "container_image",
                .provider = make_provider<ContainerImageProvider>(),
                .operations = OperationSet::of<Run>(),
                .triggers = {{"rebuild_on", Op::kRun}},
                .adoption = {survey_images, "containers"}});
}

}  // namespace plumb::providers::container
