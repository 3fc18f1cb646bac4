// How long 1000 small files take: first apply (durable), then looking again. Prints milliseconds.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "engine/exec/testing/client.h"
#include "providers/sdk/builtin.h"

using namespace plumb;
using namespace plumb::exec;

namespace {

double since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

std::vector<Change> plan(TestClient& client, const wire::Observe& question) {
  client.send(question);
  std::vector<Change> changes;
  while (changes.size() < question.resources.size()) {
    const auto chunk = client.expect<wire::ObservedChunk>();
    if (!chunk) std::abort();
    for (const wire::ObservedState& state : chunk->states) {
      changes.push_back(builtin_kinds().provider("file")->diff(question.resources[state.index], *state.observed));
    }
  }
  (void)client.expect<wire::Record>();
  return changes;
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 1000;
  const ScratchRoot root;
  const auto start = std::chrono::steady_clock::now();
  TestClient client(root.path());
  (void)client.expect<wire::Hello>();
  std::printf("hello after %.1f ms\n", since(start));

  wire::Observe question{"bench", "", {}};
  for (int i = 0; i < count; ++i) {
    const std::string path = "/etc/file" + std::to_string(i);
    const std::string content = "content of " + path + "\n";
    question.resources.push_back(
        {{"", "file", path}, {{"path", path}, {"content", digest(content)}, {"mode", "0644"}}, {}});
    client.blob(content);
  }
  auto begin = std::chrono::steady_clock::now();
  std::vector<Change> changes = plan(client, question);
  std::printf("observe %d missing files: %.1f ms\n", count, since(begin));

  wire::Apply apply;
  apply.project = "bench";
  apply.run = "run-1";
  apply.plan = "plan-1";
  for (std::size_t i = 0; i < changes.size(); ++i) {
    wire::Action action;
    action.desired = question.resources[i];
    action.op = changes[i].op;
    action.before = changes[i].before;
    action.after = changes[i].after;
    action.operations = changes[i].operations;
    apply.resources[action.desired.address.str()] = action.desired.attributes;
    apply.actions.push_back(std::move(action));
  }
  begin = std::chrono::steady_clock::now();
  client.send(apply);
  const auto done = client.expect<wire::Done>();
  std::printf("apply %d files: %.1f ms, %s, %d changed\n", count, since(begin),
              done ? std::string(name(done->outcome)).c_str() : "?", done ? done->changed : 0);
  begin = std::chrono::steady_clock::now();
  changes = plan(client, question);
  std::printf("observe them again: %.1f ms\n", since(begin));
  return 0;
}
