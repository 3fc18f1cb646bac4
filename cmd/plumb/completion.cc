// plumb completion SHELL: the script that has a shell ask `plumb complete` what a word could be.

#include <map>
#include <string_view>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/complete.h"
#include "cmd/plumb/terminal.h"

namespace plumb::cmd {
namespace {

// What it asks for: lines of a word, a tab and what it stands for; ":files" alone where the shell is to name files.

// Answers are what a project and its modules say, and they are put into a command line: each is quoted, so that it
// stays one word of which nothing is carried out. The line is read as the shell would read it, for which nothing of it
// is evaluated. To readline a word ends at each of COMP_WORDBREAKS, so what stands before the last of them is not to be
// said again.
constexpr std::string_view kBash = R"(# plumb completion bash
_plumb() {
  local line=${COMP_LINE:0:COMP_POINT} word='' before='' quote='' char answer i
  local -a words=()
  for ((i = 0; i < ${#line}; i++)); do
    char=${line:i:1}
    if [[ -n $quote && $char == "$quote" ]]; then
      quote=''
    elif [[ $char == \\ && $quote != \' ]]; then
      i=$((i + 1))
      word+=${line:i:1}
    elif [[ -z $quote && $char == [\'\"] ]]; then
      quote=$char before=$word
    elif [[ -z $quote && $char == [[:space:]] ]]; then
      [ -z "$word" ] || words+=("$word")
      word='' before=''
    else
      word+=$char
      [[ -n $quote || $COMP_WORDBREAKS != *"$char"* ]] || before=$word
    fi
  done
  words+=("$word")
  COMPREPLY=()
  while IFS= read -r answer; do
    if [ "$answer" = :files ]; then
      compopt -o default
      COMPREPLY=()
      return
    fi
    answer=${answer%%$'\t'*}
    answer=${answer#"$before"}
    if [ -z "$quote" ]; then
      [ -z "$answer" ] || printf -v answer %q "$answer"
    elif [[ $answer == *[\'\"\\\$\`\!]* ]]; then
      continue
    fi
    COMPREPLY+=("$answer")
  done < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
  [ "${#COMPREPLY[@]}" != 1 ] || [[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace
}
complete -F _plumb plumb
)";

constexpr std::string_view kZsh = R"(#compdef plumb
# plumb completion zsh
_plumb() {
  local -a answers described
  local answer word
  answers=("${(@f)$("${words[1]}" complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ ${answers[1]} == ':files' ]]; then
    _files
    return
  fi
  for answer in $answers; do
    word=${answer%%$'\t'*}
    described+=("${word//:/\\:}:${answer#*$'\t'}")
  done
  _describe -V plumb described
}
if [ "$funcstack[1]" = _plumb ]; then _plumb "$@"; else compdef _plumb plumb; fi
)";

constexpr std::string_view kFish = R"(# plumb completion fish
function __plumb_answers
    set -l words (commandline -opc) (string unescape -- (commandline -ct))
    set -l answers ($words[1] complete -- $words[2..-1] 2>/dev/null)
    if test "$answers[1]" = :files
        __fish_complete_path (commandline -ct)
    else
        string join \n -- $answers
    end
end
complete -c plumb -f -k -a '(__plumb_answers)'
)";

std::string written(const Candidates& candidates) {
  if (candidates.files) return ":files\n";
  std::string text;
  for (const Candidate& one : candidates.words) text += one.word + "\t" + one.description + "\n";
  return text;
}

}  // namespace

void add_completion(Program& program) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = program.app.add_subcommand(
      "completion", "Print the script that completes plumb's words: source <(plumb completion bash)");
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->type_name("SHELL");
  command->callback([&program, shell] {
    static const std::map<std::string, std::string_view> scripts = {{"bash", kBash}, {"fish", kFish}, {"zsh", kZsh}};
    Terminal(program.options.no_color).write(scripts.at(*shell));
  });

  // Asked by those scripts alone.
  auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* asked = program.app.add_subcommand("complete", "What the last of these words could be")->group("");
  asked->add_option(kProgramWords, *words, "The words behind plumb");
  asked->callback([&program, words] { Terminal(program.options.no_color).write(written(complete(program, *words))); });
}

}  // namespace plumb::cmd
