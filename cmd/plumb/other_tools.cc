#include "cmd/plumb/other_tools.h"

#include <span>

namespace plumb::cmd {
namespace {

struct Instead {
  std::string_view words;  // several have a blank between them
  std::string_view hint;
};

constexpr std::string_view kDryRun = "`plumb plan` and `plumb diff` show what would change, and change nothing";

constexpr Instead kCommands[] = {
    {"playbook play up deploy converge provision run-playbook state.apply state.highstate highstate agent",
     "`plumb apply` plans and, after a yes, applies"},
    {"check dry-run noop whatif preview", kDryRun},
    {"destroy down teardown rollback revert", "`plumb undo RUN` takes back what a run did"},
    {"refresh", "`plumb diff` compares the hosts with the configuration; each plan observes them anew"},
    {"lint syntax-check", "`plumb validate` checks the configuration"},
    {"format", "`plumb fmt` gives files their layout"},
    {"console shell", "`plumb eval` works an expression out; `plumb run` runs a program on hosts"},
    {"vault encrypt decrypt", "`plumb secret` lists what comes from stores of secrets, sets it, or makes it"},
    {"galaxy install get-modules", "`plumb module` brings modules from git"},
    {"inventory list-hosts nodes targets", "`plumb hosts` lists the hosts"},
    {"setup gather gather_facts facter grains ohai", "`plumb facts` asks the hosts for their facts"},
    {"pillar lookup hiera", "`plumb explain input NAME` says where a value comes from"},
    {"ping", "`plumb doctor HOST` tries the way to a host, step by step"},
    {"exec ssh cmd.run command raw", "`plumb run --on PATTERN -- PROGRAM ARGUMENT…` runs a program on hosts"},
    {"copy fetch slurp", "`plumb get HOST:/PATH DIR` brings files of hosts here"},
    {"state taint untaint replace workspace",
     "what plumb knows of a host lies on that host; `plumb history` lists the runs"},
    {"rm remove delete mv", "`plumb apply --prune` removes what the configuration no longer holds; `moved` renames"},
    {"doc docs describe", "`plumb explain WORD` says what a kind, an attribute or a code is"},
    {"status", "`plumb diff` says whether the hosts are as they should be; `plumb history` lists the runs"},
    {"new create", "`plumb init DIR` begins a project"},
    {"login", "`plumb doctor HOST` says how a host is reached"},
    {"upgrade update", "`plumb module update` renews pinned modules; `plumb apply` changes hosts"},
    {"report", "`plumb show --output html PLAN` and `plumb history` tell about plans and runs"},
};

constexpr Instead kOptions[] = {
    {"--check -C --dry-run --noop --what-if -n --test", kDryRun},
    {"--diff -D", "a plan shows differences by itself"},
    {"--ask-become-pass --ask-sudo-pass --ask-su-pass --sudo-password", "say -K"},
    {"--become -b --sudo -s --become-user --become-method", "`become` of the inventory says it, host by host"},
    {"--extra-vars -e -var --var", "say --set NAME=VALUE, or --inputs FILE"},
    {"-var-file --var-file --vars-file --values -f", "say --inputs FILE"},
    {"-l --hosts --host-pattern --target-hosts", "say --limit PATTERN, or --on PATTERN"},
    {"-t", "say --tags TAG"},
    {"-target --target -replace", "say --address PATTERN"},
    {"-auto-approve --auto-approve --assumeyes -y --force --no-input", "say --yes"},
    {"-destroy --destroy", "`plumb undo RUN` takes back what a run did"},
    {"-refresh-only --refresh-only", "`plumb diff` says what changed on the hosts"},
    {"-parallelism --parallelism --concurrency --batch-size",
     "say --forks N; batches of hosts stand in `rollout` of the project"},
    {"-out", "say -o FILE"},
    {"-json --json", "say --output json"},
    {"-no-color --nocolor", "say --no-color"},
    {"-chdir --chdir --project-dir", "say -C DIR"},
    {"-v -vv -vvv -vvvv --verbose --debug -d", "say --log-level debug; `plumb doctor HOST` shows the way to a host"},
    {"-q --quiet --silent", "say --no-live, and look at the exit code"},
    {"--list-hosts", "`plumb hosts` lists the hosts"},
    {"--list-tasks --list-resources", "`plumb graph` lists the resources of a host in their order"},
    {"--syntax-check", "`plumb validate` checks the configuration"},
    {"--start-at-task --start-at-tag", "say --start-at ADDRESS"},
    {"--step", "`plumb apply --address PATTERN` applies a part"},
    {"--private-key --key-file -u --user --remote-user -k --ask-pass -c --connection --ssh-common-args --timeout -T",
     "`user`, `port`, `identity_file` and the like of the inventory say it, or your ~/.ssh/config"},
    {"--vault-password-file --ask-vault-pass --vault-id",
     "`secrets` of the project names the stores that values come from"},
    {"--flush-cache", "each plan observes the hosts anew"},
    {"--playbook-dir --roles-path --module-path -M", "a project is a folder: -C DIR; modules stand where `use` says"},
    {"-lock --lock -lock-timeout",
     "hosts are locked while they are changed; `plumb lock` keeps resources alone for longer"},
};

std::string find(std::span<const Instead> table, std::string_view word) {
  word = word.substr(0, word.find('='));
  if (word.empty()) return {};
  for (const Instead& one : table) {
    for (std::string_view rest = one.words; !rest.empty();) {
      const std::size_t end = rest.find(' ');
      if (rest.substr(0, end) == word) return std::string(one.hint);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
  return {};
}

}  // namespace

std::string instead_of_command(std::string_view word) {
  return find(kCommands, word);
}

std::string instead_of_option(std::string_view word) {
  return find(kOptions, word);
}

}  // namespace plumb::cmd
