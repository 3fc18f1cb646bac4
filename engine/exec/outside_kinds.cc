#include "engine/exec/outside_kinds.h"

#include "providers/outside/calling.h"

namespace plumb::exec {
namespace {

// Where its files lie, once they do; "" where they have to be brought.
Result<std::string> folder_of(const std::string& digest, ProviderStore& store, BlobStore& blobs) {
  if (std::optional<std::string> kept = store.find(digest)) return std::move(*kept);
  PLUMB_TRY_ASSIGN(const std::optional<std::string> packed, blobs.take(digest));
  if (!packed) return std::string();
  return store.keep(digest, *packed);
}

}  // namespace

Result<OutsideKinds> outside_kinds(const wire::Providers& message, const Registry& builtin, ProviderStore store,
                                   BlobStore& blobs, const std::shared_ptr<outside::Elsewhere>& elsewhere) {
  OutsideKinds kinds{builtin, {}, {}};
  for (const Json& description : message.packages) {
    PLUMB_TRY_ASSIGN(outside::Package package, outside::package_from_json(description));
    // The controller has the files of what it does itself.
    if (!package.on_controller) {
      PLUMB_TRY_ASSIGN(package.folder, folder_of(package.digest, store, blobs));
      if (package.folder.empty()) kinds.lacking.push_back(package.digest);
    }
    const auto known = std::make_shared<const outside::Package>(std::move(package));
    for (Kind& kind : outside::kinds_of(known, false, elsewhere)) {
      if (kinds.registry.find(kind.name) != nullptr)
        return fail(Code::kProtocol, "`" + kind.name + "` of " + known->str() + " is a kind already");
      kinds.registry.add(std::move(kind));
    }
    kinds.packages.emplace(known->digest, known);
  }
  return kinds;
}

wire::ProviderAnswer call_program(LocalSystem& system, const outside::Package& package,
                                  const wire::ProviderCall& call) {
  constexpr std::size_t kMostErrors = std::size_t{1} << 20;
  outside::Start start;
  start.lines = call.lines;
  start.observes = call.observes;
  start.env = call.env;
  start.seconds = call.seconds;
  wire::ProviderAnswer answer;
  Result<ProcessResult> result = system.run(outside::request_of(package, start));
  if (!result) {
    answer.problem = result.error().diagnostic();
    return answer;
  }
  answer.output = std::move(result->output);
  answer.errors = std::move(result->errors);
  answer.errors.resize(std::min(answer.errors.size(), kMostErrors));
  answer.exit_code = result->exit_code;
  answer.timed_out = result->timed_out;
  return answer;
}

}  // namespace plumb::exec
