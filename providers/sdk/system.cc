#include "providers/sdk/system.h"

#include "providers/sdk/asked_programs.h"

namespace plumb {
namespace {

// "https://g.example" of a URL, "git@g.example" of what ssh is asked; "" for another word.
std::string_view server_in(std::string_view word) {
  const std::size_t scheme = word.find("://");
  if (scheme != std::string_view::npos) return word.substr(0, word.find('/', scheme + 3));
  const std::size_t end = word.find_first_of(":/");
  const bool is_one = end != std::string_view::npos && word[end] == ':' && word.substr(0, end).find('@') < end;
  return is_one ? word.substr(0, end) : std::string_view();
}

// Behind a script that is there for their surroundings alone stand the words of what is asked.
std::vector<std::string> words_asked(const std::vector<std::string>& argv) {
  const bool wrapped = argv.size() > 3 && argv[1] == "-c" && argv[2].ends_with("\"$0\" \"$@\"");
  return wrapped ? std::vector(argv.begin() + 3, argv.end()) : argv;
}

// Whoever hangs once hangs again, whatever it is asked, but for what it asks of another server. What a shell or
// systemd begins its words say.
std::string who_is_asked(const std::string& user, const std::vector<std::string>& words) {
  std::string who = user;
  bool known = false;
  for (const std::string& word : words) {
    const std::string_view part = known ? server_in(word) : word;
    if (part.empty()) continue;
    who.append(" ").append(part);
    known = known || (&word == &words.front() && word != "sh" && word != "/bin/sh" && word != "systemd-run");
  }
  return who;
}

}  // namespace

Result<ProcessResult> System::run(const ProcessRequest& request) {
  const auto run_it = [&] { return env_.empty() ? run_program(request) : run_program(with_env(request)); };
  if (request.may_be_late) return run_it();
  const std::vector<std::string> words = words_asked(request.argv);
  std::string who = who_is_asked(request.user, words);
  const std::string shown = in_backquotes(words);
  if (hung_.contains(who)) return fail(Code::kProgramTimeout, shown + " is not run, for it hung before");
  Result<ProcessResult> result = run_it();
  if (!result || !result->timed_out) return result;
  hung_.insert(std::move(who));
  return fail(Code::kProgramTimeout, shown + " did not end within " + std::to_string(request.timeout.count()) + " s");
}

}  // namespace plumb
