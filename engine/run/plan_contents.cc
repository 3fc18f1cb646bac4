#include "engine/run/plan_contents.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/stat.h>

#include "engine/base/digest.h"
#include "engine/base/file.h"

namespace plumb::run {
namespace {

namespace fs = std::filesystem;

std::string file_name(const std::string& digest) {
  return digest.substr(kDigestPrefix.size());
}

// The first address whose action writes it.
std::string writer_of(const plan::Plan& plan, const std::string& digest) {
  for (const auto& [host, host_plan] : plan.hosts) {
    const std::shared_ptr<const plan::Actions> actions = host_plan.actions.get();
    for (const plan::Action& action : *actions) {
      for (const Operation& operation : action.operations) {
        const std::string* content = content_of(operation);
        if (content != nullptr && *content == digest) return action.desired.address.str();
      }
    }
  }
  return "an action";
}

// Contents of an earlier plan in the same file, and what a killed process left.
void remove_others(const plan::Plan& plan, const fs::path& folder, bool all) {
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, none)) {
    const std::string digest = std::string(kDigestPrefix) + entry.path().stem().string();
    const auto content = plan.contents.find(digest);
    const bool wanted = content != plan.contents.end() && (all || content->second.source.empty());
    if (is_digest(digest) && !(wanted && entry.path().extension().empty())) fs::remove(entry.path(), none);
  }
  fs::remove(folder, none);  // where it is empty
}

}  // namespace

std::optional<fs::path> find_kept(const Folder& folder, const std::string& digest) {
  if (folder.path().empty()) return std::nullopt;
  const std::string name = file_name(digest);
  return folder.holds(name) ? std::optional(folder.path() / name) : std::nullopt;
}

std::optional<std::uint64_t> PlanContents::large(const std::string& digest) const {
  if (is_keyed_digest(digest)) {
    const std::optional<ir::ContentInfo> info = compiled_.info(digest);
    return info && info->size > plan::kLargeContent ? std::optional(info->size) : std::nullopt;
  }
  const auto found = plan_.contents.find(digest);
  return found == plan_.contents.end() ? std::nullopt : std::optional(found->second.size);
}

Result<ir::ContentReader> PlanContents::open(const std::string& digest) const {
  if (is_keyed_digest(digest)) return compiled_.open(digest);
  if (const auto blob = plan_.blobs.find(digest); blob != plan_.blobs.end())
    return ir::ContentReader(digest, {}, blob->second);
  const auto named = plan_.contents.find(digest);
  if (named == plan_.contents.end()) return fail(Code::kPlanUnreadable, "the plan does not hold the content " + digest);
  const std::string& source = named->second.source;
  if (const std::optional<fs::path> kept = find_kept(folder_, digest)) {
    PLUMB_TRY_ASSIGN(std::unique_ptr<FileStream> file, folder_.files().open(*kept));
    return ir::ContentReader(digest, {}, std::move(file), kept->string());
  }
  if (!source.empty() && project_.holds(source)) {
    PLUMB_TRY_ASSIGN(std::unique_ptr<FileStream> file, project_.open(source));
    return ir::ContentReader(digest, {}, std::move(file), source);
  }
  if (compiled_.holds(digest)) return compiled_.open(digest);
  const std::string what = "the content of " + writer_of(plan_, digest) + " is not here";
  if (source.empty()) {
    return fail(Code::kContentMissing, what + ": it was rendered, and the project now renders something else")
        .hint(folder_.path().empty() ? "apply the plan's file again, with its folder of contents, or make the plan anew"
                                     : "put " + folder_.path().string() + " back, or make the plan anew");
  }
  return fail(Code::kContentMissing,
              what + ": there is no " + source + " in the project" +
                  (folder_.path().empty() ? "" : ", and no " + (folder_.path() / file_name(digest)).string()))
      .hint("put the file back, or make the plan with --with-contents and take its folder of contents along");
}

bool needs_rendering(const plan::Plan& plan, const Folder& folder) {
  return std::any_of(plan.contents.begin(), plan.contents.end(), [&](const auto& content) {
    return content.second.source.empty() && !find_kept(folder, content.first);
  });
}

bool keeps_contents(const plan::Plan& plan, const Folder& folder) {
  return std::any_of(plan.contents.begin(), plan.contents.end(),
                     [&](const auto& content) { return find_kept(folder, content.first).has_value(); });
}

void check_contents(const plan::Plan& plan, const PlanContents& contents, const std::function<bool()>& stopped,
                    Diagnostics& diagnostics) {
  for (const auto& [digest, unused] : plan.contents) {
    Result<ir::ContentReader> reader = contents.open(digest);
    Result<> read = reader ? ir::read_all(std::move(*reader),
                                          [&](std::string_view) -> Result<> {
                                            if (!stopped()) return {};
                                            return fail(Code::kInterrupted, "stopped before a host was touched");
                                          })
                           : Result<>(std::move(reader.error()));
    if (!read) diagnostics.add(std::move(read.error()).diagnostic());
    if (stopped()) return;
  }
}

fs::path contents_folder(const fs::path& plan_file) {
  return plan_file.string() + ".contents";
}

Result<> write_contents(const plan::Plan& plan, const ContentHolders& holders, const fs::path& folder, bool all) {
  for (const auto& [digest, content] : plan.contents) {
    if (!all && !content.source.empty()) continue;
    if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST)
      return fail(Code::kWriteFailed, "cannot make the folder " + folder.string() + ": " + std::strerror(errno));
    const auto holder =
        std::find_if(holders.begin(), holders.end(), [&name = digest](const auto& one) { return one->holds(name); });
    if (holder == holders.end()) return fail(Code::kInternal, "nobody holds the content " + digest);
    PLUMB_TRY_ASSIGN(ir::ContentReader reader, (*holder)->open(digest));
    PLUMB_TRY(write_file(folder / file_name(digest),
                         [&](const ByteSink& take) { return ir::read_all(std::move(reader), take); }));
  }
  if (std::error_code none; fs::exists(folder, none)) remove_others(plan, folder, all);
  return {};
}

}  // namespace plumb::run
