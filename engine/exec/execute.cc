#include "engine/exec/execute.h"

#include <algorithm>
#include <array>

#include <unistd.h>

#include "engine/base/digest.h"

namespace plumb::exec {
namespace {

void tell(Line& line, std::string_view bytes, bool errors) {
  const wire::Message piece = wire::Piece{std::string(bytes), errors};
  line.send({&piece, 1});
}

// Where somebody who logs in would be; the root where there is no such folder.
std::string home_of(LocalSystem& system, const std::string& user) {
  const auto uid = user.empty() ? std::optional<std::uint32_t>(::geteuid()) : parse_id(user);
  const std::optional<Account> account = uid ? system.user_by_id(*uid) : system.user_by_name(user);
  if (!account || !account->home.starts_with('/')) return "/";
  const Result<std::optional<FileInfo>> home = system.stat(account->home, true);
  return home && *home && (*home)->type == FileType::kDirectory ? account->home : "/";
}

}  // namespace

Result<wire::Ended> execute(LocalSystem& system, Line& line, const wire::Execute& request) {
  ProcessRequest process;
  process.argv = request.argv.empty() ? std::vector<std::string>{"/bin/sh", "-c", request.script} : request.argv;
  process.user = request.user;
  process.env = request.env;
  process.cwd = home_of(system, request.user);
  process.timeout = std::chrono::seconds(0);
  wire::Ended ended;
  std::array<std::uint64_t, 2> told{};
  Attendant attendant;
  attendant.takes = [&](std::string_view bytes, bool errors) {
    std::uint64_t& so_far = told[errors ? 1 : 0];
    const std::uint64_t room = request.most == 0 ? bytes.size() : request.most - so_far;
    const std::string_view taken =
        bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(room, bytes.size())));
    if (!taken.empty()) tell(line, taken, errors);
    so_far += taken.size();
    ended.left_out += bytes.size() - taken.size();
  };
  attendant.wants_end = [&line] { return line.wants_stop(); };
  PLUMB_TRY_ASSIGN(const ProcessResult result, system.run_attended(process, attendant));
  ended.exit_code = result.exit_code;
  return ended;
}

Result<wire::Ended> collect(LocalSystem& system, Line& line, const wire::Collect& request) {
  Sha256 hash;
  PLUMB_TRY(system.read_pieces(request.path, [&](std::string_view bytes) -> Result<> {
    if (line.wants_stop()) return fail(Code::kInterrupted, "stopped before all of " + request.path + " was told");
    hash.add(bytes);
    tell(line, bytes, false);
    return {};
  }));
  wire::Ended ended;
  ended.digest = hash.finish();
  return ended;
}

}  // namespace plumb::exec
