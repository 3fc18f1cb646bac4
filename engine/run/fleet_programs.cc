// What a fleet does beside all plans: programs are run on hosts, and files are brought from them.
#include <system_error>

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/run/fleet_member.h"

namespace plumb::run {
namespace {

// What comes may be anybody's secret.
constexpr unsigned kForItsOwnerAlone = 0600;

Result<> make_folder(const std::filesystem::path& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (!problem) return {};
  return fail(Code::kWriteFailed, "cannot make the folder " + folder.string() + ": " + problem.message());
}

}  // namespace

HostResults Fleet::execute(const wire::Execute& program, const std::function<Result<>()>& ready) {
  return visit(everybody(), [&](Member& member) -> Result<> {
    if (const std::optional<std::string> why = over()) {
      member.result.outcome = HostOutcome::kNotStarted;
      return fail(Code::kInterrupted, *why + " before the host was asked");
    }
    const Result<> reached = reach(member);
    if (!reached && reached.error().code() == Code::kInterrupted) member.result.outcome = HostOutcome::kNotStarted;
    PLUMB_TRY(reached);
    PLUMB_TRY(ready());
    const Result<wire::Ended> ended = member.session->execute(program, [&](std::string text, bool errors) {
      const PrintedText printed{std::move(text), errors};
      tell({.kind = RunEvent::Kind::kPrinted, .host = member.name, .printed = &printed});
    });
    if (!ended) {
      if (ended.error().code() == Code::kInterrupted) member.result.outcome = HostOutcome::kInterrupted;
      return Error(ended.error());
    }
    const bool well = ended->exit_code == 0;
    (well ? member.result.changed : member.result.failed) = 1;
    if (!well) member.result.state = HostState::kFailed;
    member.result.outcome = well ? HostOutcome::kOk : over() ? HostOutcome::kInterrupted : HostOutcome::kFailed;
    tell({.kind = RunEvent::Kind::kEnded, .host = member.name, .ended = &*ended});
    return {};
  });
}

HostResults Fleet::look_at_charters(const std::string& path,
                                    const std::function<void(const std::string& host, StrictHost)>& sink) {
  std::mutex sink_mutex;
  return visit(everybody(), [&](Member& member) -> Result<> {
    PLUMB_TRY(reach(member));
    StrictHost host{member.session->charter(), member.session->platform(), {}};
    if (!host.charter.empty()) {
      Sha256 hash;
      PLUMB_TRY(member.session->collect(path, [&hash](std::string_view bytes) -> Result<> {
        hash.add(bytes);
        return {};
      }));
      host.executor = hash.finish();
    }
    const std::lock_guard lock(sink_mutex);
    sink(member.name, std::move(host));
    return {};
  });
}

HostResults Fleet::replace(const std::map<std::string, wire::Replacement>& replacements) {
  std::vector<Member*> members;
  for (Member* member : everybody()) {
    if (replacements.contains(member->name)) members.push_back(member);
  }
  return visit(members, [&](Member& member) -> Result<> {
    PLUMB_TRY(reach(member));
    PLUMB_TRY(member.session->replace(replacements.at(member.name)));
    member.result.changed = 1;
    return {};
  });
}

std::string Fleet::hidden_on(const std::string& host, std::string text) const {
  const Member* member = find(host);
  return member == nullptr ? text : member->session->hidden(std::move(text));
}

// One file that cannot be had is no reason to leave the others out.
HostResults Fleet::collect(const std::map<std::string, std::vector<std::string>>& paths,
                           const std::filesystem::path& folder,
                           const std::function<void(const std::string& host, CollectedFile)>& sink) {
  std::mutex sink_mutex;
  const auto bring = [&](Member& member, const std::string& path) -> Result<> {
    CollectedFile file{path, folder / member.name / path.substr(1)};
    PLUMB_TRY(make_folder(file.file.parent_path()));
    PLUMB_TRY(write_file(
        file.file,
        [&](const ByteSink& write) {
          return member.session->collect(path, [&](std::string_view bytes) {
            file.size += bytes.size();
            return write(bytes);
          });
        },
        kForItsOwnerAlone));
    const std::lock_guard lock(sink_mutex);
    sink(member.name, std::move(file));
    return {};
  };
  return visit(everybody(), [&](Member& member) -> Result<> {
    PLUMB_TRY(reach(member));
    for (const std::string& path : paths.at(member.name)) {
      if (over()) {
        member.result.outcome = HostOutcome::kInterrupted;
        return fail(Code::kInterrupted, "stopped before " + path + " had come");
      }
      const Result<> brought = bring(member, path);
      if (!brought && over()) member.result.outcome = HostOutcome::kInterrupted;
      if (!brought && !member.session->connected()) return brought;
      if (!brought) fail_with(member.result, brought.error());
    }
    return {};
  });
}

HostResults Fleet::survey(const std::vector<std::string>& kinds,
                          const std::function<void(const std::string& host, std::string lines)>& sink) {
  // As much as an executor tells, and some more for a line's frame.
  constexpr std::size_t kMost = std::size_t{80} << 20;
  std::mutex sink_mutex;
  return visit(everybody(), [&](Member& member) -> Result<> {
    PLUMB_TRY(reach(member));
    std::string lines;
    PLUMB_TRY(member.session->survey(kinds, [&](std::string_view bytes) -> Result<> {
      if (lines.size() + bytes.size() > kMost) return fail(Code::kProtocol, "the host tells more than it may");
      lines += bytes;
      return {};
    }));
    const std::lock_guard lock(sink_mutex);
    sink(member.name, std::move(lines));
    return {};
  });
}

}  // namespace plumb::run
