#include "providers/container/images.h"

#include <algorithm>

#include "providers/container/image_name.h"
#include "providers/sdk/json_answer.h"

namespace plumb::providers::container {
namespace {

bool has_name(const Json& image, const ImageName& name) {
  if (!name.id.empty()) return bare_id(text_of(image, "Id")) == name.id;
  const bool by_digest = !name.digest.empty();
  for (const std::string& one : texts_in(member_of(image, by_digest ? "RepoDigests" : "RepoTags"))) {
    ImageName found = image_name(one);
    if (found == name) return true;
    // podman says where an image without a registry is from.
    constexpr std::string_view kLocal = "localhost/";
    if (!found.repository.starts_with(kLocal)) continue;
    found.repository.replace(0, kLocal.size(), "docker.io/library/");
    if (found == name) return true;
  }
  return false;
}

std::string digest_in(std::string_view name) {
  const std::size_t at = name.find('@');
  return at == std::string_view::npos ? std::string() : std::string(name.substr(at + 1));
}

bool is_own(const Json& platform) {
  return text_of(platform, "architecture") == own_architecture() && text_of(platform, "os", "linux") == "linux";
}

// "" where it is none.
std::string as_digest(const std::string& text) {
  return text.starts_with("sha256:") ? text : std::string();
}

// A list of manifests, as podman prints it, or the one that there is.
std::optional<Offer> offer_of_podman(const Json& told) {
  const Json& list = member_of(told, "manifests");
  for (const Json& one : list) {
    const std::string digest = as_digest(text_of(one, "digest"));
    if (!digest.empty() && is_own(member_of(one, "platform"))) return Offer{digest, {digest}};
  }
  const std::string id = as_digest(text_of(member_of(told, "config"), "digest"));
  if (!list.is_null() || id.empty()) return std::nullopt;
  return Offer{id, {id}, true};
}

// podman before 4.4 takes one manifest for an error, which quotes it.
std::string manifest_in_error(const std::string& errors) {
  constexpr std::string_view kBefore = "parsing manifest blob \"";
  std::string manifest;
  const std::size_t begin = errors.find(kBefore);
  for (std::size_t at = begin == std::string::npos ? errors.size() : begin + kBefore.size(); at < errors.size(); ++at) {
    if (errors[at] == '"') break;
    if (errors[at] == '\\' && ++at == errors.size()) break;
    manifest += errors[at] == 'n' && errors[at - 1] == '\\' ? ' ' : errors[at];
  }
  return manifest;
}

// One manifest with what describes it, as docker prints it, or a list of such.
std::optional<Offer> offer_in_manifests(const Json& answer) {
  const auto offer = [](const Json& one) -> std::optional<Offer> {
    const std::string digest = as_digest(text_of(member_of(one, "Descriptor"), "digest"));
    if (digest.empty()) return std::nullopt;
    Offer found{digest, {digest}};
    for (const char* form : {"SchemaV2Manifest", "OCIManifest"}) {
      const std::string id = as_digest(text_of(member_of(member_of(one, form), "config"), "digest"));
      if (!id.empty()) found.same.insert(id);
    }
    return found;
  };
  if (answer.is_object()) return offer(answer);
  for (const Json& one : answer) {
    if (is_own(member_of(member_of(one, "Descriptor"), "platform"))) return offer(one);
  }
  return std::nullopt;
}

}  // namespace

std::string_view own_architecture() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#elif defined(__arm__)
  return "arm";
#elif defined(__riscv)
  return "riscv64";
#elif defined(__powerpc64__)
  return "ppc64le";
#elif defined(__s390x__)
  return "s390x";
#else
  return "386";
#endif
}

Result<HeldImages> HeldImages::of(const Engine& engine, const std::vector<std::string>& names, System& system) {
  HeldImages images;
  PLUMB_TRY_ASSIGN(images.all_, inspect(engine, "image", names, system));
  return images;
}

std::optional<HeldImage> HeldImages::find(const std::string& text) const {
  const ImageName name = image_name(text);
  for (const Json& one : all_) {
    if (!has_name(one, name)) continue;
    HeldImage held;
    held.id = bare_id(text_of(one, "Id"));
    held.info = one;
    for (const std::string& known : texts_in(member_of(one, "RepoDigests"))) {
      if (name.id.empty() && image_name(known).repository != name.repository) continue;
      held.digests.insert(digest_in(known));
    }
    held.digest = held.digests.empty() ? "sha256:" + held.id : *held.digests.begin();
    if (held.digests.contains(name.digest)) held.digest = name.digest;
    return held;
  }
  return std::nullopt;
}

std::optional<Offer> ask_registry(const Engine& engine, const std::string& text, System& system) {
  const ImageName name = image_name(text);
  if (!name.id.empty()) return std::nullopt;
  if (!name.digest.empty()) return Offer{name.digest, {name.digest}};
  if (!system.find_program("skopeo").empty()) {
    const Result<ProcessResult> answer = ask_program(
        engine,
        {"skopeo", "inspect", "--no-tags", "--format", "{{.Digest}}", "docker://" + name.repository + ":" + name.tag},
        system);
    if (answer && answer->exit_code == 0) {
      const std::string digest = as_digest(answer->output.substr(0, answer->output.find('\n')));
      if (!digest.empty()) return Offer{digest, {digest}};
    }
  }
  std::vector<std::string> words = {"manifest", "inspect"};
  if (!engine.is_podman()) words.emplace_back("--verbose");
  words.push_back(text);
  const Result<ProcessResult> answer = ask_engine(engine, words, system);
  if (!answer) return std::nullopt;
  const std::string text_told = answer->exit_code == 0 ? answer->output
                                : engine.is_podman()   ? manifest_in_error(answer->errors)
                                                       : std::string();
  const Json told = json_answer(text_told);
  return engine.is_podman() ? offer_of_podman(told) : offer_in_manifests(told);
}

bool is_current(const HeldImage& image, const Offer& offer) {
  const auto is_the_same = [&](const std::string& digest) { return offer.same.contains(digest); };
  return is_the_same("sha256:" + image.id) || std::any_of(image.digests.begin(), image.digests.end(), is_the_same);
}

void add_pull(Steps& steps, const std::string& text, const std::string& digest) {
  const ImageName name = image_name(text);
  if (digest.empty() || name.tag.empty()) {
    steps.add({"pull", "--quiet", text});
    return;
  }
  const std::string exactly = bare_name(text) + "@" + digest;
  steps.add({"pull", "--quiet", exactly});
  steps.add({"tag", exactly, text});
}

}  // namespace plumb::providers::container
