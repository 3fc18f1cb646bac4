#include "providers/package/host_packages.h"

namespace plumb::providers::package {

Result<std::optional<Diagnostic>> why_kept(HostPackages& host, const System& system) {
  if (system.is_image()) return std::optional(refused("packages of an image are not changed"));
  return host.find_hindrance();
}

Result<bool> is_some_younger(std::vector<std::string> words, std::chrono::seconds age, System& system) {
  ProcessRequest request;
  request.argv = std::move(words);
  request.argv.insert(request.argv.begin(), "find");
  const auto minutes = std::chrono::floor<std::chrono::minutes>(age);
  request.argv.insert(request.argv.end(), {"-mmin", "-" + std::to_string(minutes.count())});
  PLUMB_TRY_ASSIGN(const ProcessResult result, system.run(request));
  return !result.output.empty();
}

}  // namespace plumb::providers::package
