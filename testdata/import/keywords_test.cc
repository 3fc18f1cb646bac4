// Every keyword of a task, with every task: what goes in comes out, as what it means or as a word about it in the
// report. What changes nothing of either was lost without a word.
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "engine/import/import.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::imports {
namespace {

struct FormOfTask {
  std::string_view name;
  // What it is: r a resource, m a resource whose kind knows users and programs, n nothing of its own, d nothing
  // at all, v a value, l a look, c a check, i an include, u a role, b a block.
  char way;
  std::string_view task;  // behind `- `, at two blanks
  std::string_view after = "";
};

constexpr FormOfTask kTasks[] = {
    {"directory", 'm', "file: {path: /etc/a, state: directory}"},
    {"absent", 'r', "file: {path: /etc/a, state: absent}"},
    {"copy", 'm', "copy: {dest: /etc/a, content: x}"},
    {"package", 'r', "apt: {name: nginx}"},
    {"upgrade", 'r', "apt: {upgrade: dist}"},
    {"lists", 'n', "apt: {update_cache: true}"},
    {"service", 'r', "service: {name: nginx, state: started}"},
    {"restart", 'm', "service: {name: nginx, state: restarted}"},
    {"command", 'm', "command: make it"},
    {"shell", 'm', "shell: make it"},
    {"line", 'r', "lineinfile: {path: /etc/a, line: x}"},
    {"repository", 'r', "apt_repository: {repo: 'deb http://example.org/debian x main'}"},
    {"user", 'r', "user: {name: u}"},
    {"download", 'm', "get_url: {url: 'https://example.org/a', dest: /opt/a}"},
    {"git", 'm', "git: {repo: 'https://example.org/a.git', dest: /opt/a}"},
    {"cron", 'm', "cron: {name: n, job: j}"},
    {"mount", 'r', "mount: {path: /mnt, src: /dev/sdb, fstype: ext4, state: mounted}"},
    {"pip", 'm', "pip: {name: p}"},
    {"gem", 'm', "gem: {name: p}"},
    {"database", 'm', "postgresql_db: {name: d}"},
    {"container", 'm', "podman_container: {name: c, image: i}"},
    {"wait", 'r', "wait_for: {port: 80}"},
    {"request", 'r', "uri: {url: 'http://localhost/', method: POST}"},
    {"stat", 'l', "stat: {path: /etc/a}\n  register: r", "file: {path: /etc/z, state: touch}\n  when: r.stat.exists"},
    {"slurp", 'l', "slurp: {src: /etc/a}\n  register: r",
     "copy: {dest: /etc/z, content: '{{ r.content | b64decode }}'}"},
    {"look", 'l', "command: cat /etc/a\n  register: r", "copy: {dest: /etc/z, content: '{{ r.stdout }}'}"},
    {"find", 'l', "find: {paths: /etc}\n  register: r", "copy: {dest: /etc/z, content: '{{ r.matched }}'}"},
    {"assert", 'c', "assert: {that: 'theirs > 1'}"},
    {"value", 'v', "set_fact: {mine: x}", "copy: {dest: /etc/z, content: '{{ mine }}'}"},
    {"unread", 'd', "set_fact: {mine: x}"},
    {"message", 'd', "debug: {msg: hello}"},
    {"include", 'i', "include_tasks: inner.yml"},
    {"import", 'i', "import_tasks: inner.yml"},
    {"role", 'u', "include_role: {name: other}"},
    {"block", 'b', "block:\n  - command: make it\n  - copy: {dest: /etc/a, content: x}"},
};

struct Keyword {
  std::string_view name;
  std::string_view lines;
  // Ways of tasks of which it says nothing, or with which Ansible does not take it.
  std::string_view needless;
};

constexpr Keyword kKeywords[] = {
    // Only what can be tried again is; a message ends well.
    {"until", "until: r is succeeded\n  register: r\n  retries: 7\n  delay: 3", "iub"},
    {"until_more", "until: r.stdout == 'ok'\n  register: r\n  retries: 7", "iub"},
    {"retries", "retries: 7", "iub"},
    // What kinds without a user do, only root can; looks and checks of files are root's anyway.
    {"become_user", "become: true\n  become_user: bob", "rlndcv"},
    {"become_no", "become: false", "rlndcvu"},
    // Modules of Ansible's ask nothing of it, but for those that run programs.
    {"environment", "environment: {PATH: /opt/bin}", "lndcv"},
    {"failed_when", "failed_when: \"'x' in r.stdout\"\n  register: r", "iub"},
    {"failed_never", "failed_when: false", "ndlviub"},
    {"ignore_errors", "ignore_errors: true", "lvd"},
    {"ignore_by_value", "ignore_errors: '{{ theirs == 2 }}'", "lvndc"},
    {"changed_when", "changed_when: \"'x' in r.stdout\"\n  register: r\n  notify: hs", "iub"},
    {"run_once", "run_once: true", "ndc"},
    {"delegate", "delegate_to: other.example.org", "ndcv"},
    {"async", "async: 100\n  poll: 0", "cvnd"},
    {"throttle", "throttle: 1", "ndv"},
    {"any_errors_fatal", "any_errors_fatal: true", "ndv"},
    {"ignore_unreachable", "ignore_unreachable: true", ""},
    {"remote_user", "remote_user: bob", "ndcv"},
    {"port", "port: 2222", "ndcv"},
    {"become_method", "become_method: su", "ndcv"},
    {"timeout", "timeout: 30", "ndv"},
    {"no_log", "no_log: true", "ndcv"},
    // What only looks is asked for where it is read, whichever tags are.
    {"tags", "tags: [red]", "lndcv"},
    {"never", "tags: [never, red]", ""},
    {"when", "when: ansible_os_family == 'RedHat'", "lnd"},
    {"when_changed", "when: before is changed", "lnd"},
    {"loop", "loop: [a, b]", "bndl"},
    // What never changes sets nothing off.
    {"notify", "notify: hs", "lcvdu"},
};

std::string words_of(const FormOfTask& form, const Keyword* keyword) {
  std::string out = "- command: prepare\n  register: before\n- name: The task\n  " + std::string(form.task) + "\n";
  if (keyword != nullptr) {
    std::string lines(keyword->lines);
    // The result has its name already.
    static constexpr std::string_view kName = "\n  register: r";
    if (form.task.find(kName) != std::string_view::npos) {
      const std::size_t at = lines.find(kName);
      if (at != std::string::npos) lines.erase(at, kName.size());
    }
    out += "  " + lines + "\n";
  }
  if (!form.after.empty()) out += "- name: What reads it\n  " + std::string(form.after) + "\n";
  return out;
}

// All that comes of it: files and report, without places.
std::string imported(const FormOfTask& form, const Keyword* keyword) {
  const testing::ScratchFolder scratch;
  const std::string role = "site/roles/own/";
  scratch.write(role + "tasks/main.yml", words_of(form, keyword));
  scratch.write(role + "tasks/inner.yml", "- copy: {dest: /etc/inner, content: x}\n- command: make inner\n");
  scratch.write(role + "handlers/main.yml", "- name: hs\n  service: {name: x, state: restarted}\n");
  scratch.write(role + "defaults/main.yml", "theirs: 2\n");
  scratch.write("site/roles/other/tasks/main.yml", "- command: other\n");
  scratch.write("site/site.yml", "- hosts: all\n  roles: [own]\n");
  const Result<Imported> result = import_ansible({.folder = Folder(scratch.path()), .path = "site", .check = {}});
  if (!result) return "error: " + result.error().summary();
  std::string all;
  for (const auto& [name, text] : result->files) all += name + "\n" + text;
  for (const TaskOutcome& task : result->report.tasks) {
    all += task.name + " " + words_for(task.outcome);
    for (const std::string& note : task.notes) all += "; " + note;
    all += "\n";
  }
  for (const std::string& note : result->report.notes) all += note + "\n";
  return all;
}

// The same without any keyword: made once.
const std::string& bare(const FormOfTask& form) {
  static std::map<std::string_view, std::string> known;
  std::string& text = known[form.name];
  if (text.empty()) text = imported(form, nullptr);
  return text;
}

class KeywordOfTask : public ::testing::TestWithParam<std::string_view> {};

TEST_P(KeywordOfTask, IsSaidOrToldOfEveryTask) {
  const auto* keyword = std::find_if(std::begin(kKeywords), std::end(kKeywords),
                                     [](const Keyword& one) { return one.name == GetParam(); });
  std::string lost;
  for (const FormOfTask& form : kTasks) {
    const std::string with = imported(form, keyword);
    EXPECT_FALSE(with.starts_with("error")) << form.name << ": " << with;
    if (keyword->needless.find(form.way) != std::string_view::npos) continue;
    if (with == bare(form)) lost += std::string(lost.empty() ? "" : " ") + std::string(form.name);
  }
  EXPECT_EQ(lost, "") << "`" << keyword->lines << "` is lost without a word";
}

std::vector<std::string_view> names_of_keywords() {
  std::vector<std::string_view> names;
  for (const Keyword& one : kKeywords) names.push_back(one.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, KeywordOfTask, ::testing::ValuesIn(names_of_keywords()),
                         [](const auto& one) { return std::string(one.param); });

TEST(ParameterOfTask, IsToldWhereItsKindHasNoWordForIt) {
  constexpr FormOfTask kWith[] = {{"clock", 'r', "timezone: {name: UTC, hwclock: local}"},
                                  {"limits", 'r',
                                   "pam_limits: {domain: a, limit_type: soft, limit_item: nofile, value: 9, "
                                   "use_max: true}"},
                                  {"engine", 'r', "docker_volume: {name: v, docker_host: 'tcp://other:2375'}"}};
  for (const FormOfTask& form : kWith)
    EXPECT_NE(imported(form, nullptr).find("has no word here"), std::string::npos) << form.name;
}

}  // namespace
}  // namespace plumb::imports
