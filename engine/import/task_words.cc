#include "engine/import/task_words.h"

#include "engine/import/names.h"

namespace plumb::imports {
namespace {

using lang::Node;

}  // namespace

bool says_no(const Node* node) {
  return node != nullptr && node->is_plain() && plain_type(*node) == Type::kBool && !is_true_word(node->text);
}

bool says_yes(const Node* node) {
  return node != nullptr && node->is_scalar() && (is_true_word(node->text) || node->text == "1");
}

std::string why_delegated(const Task& one) {
  if (!is_delegated(one)) return "";
  const Node* to = one.keyword("delegate_to");
  // Without a name it is the machine itself that is meant, by `local_action` or `connection: local`.
  return one.is_local || to == nullptr || to->text == "localhost" || to->text == "127.0.0.1"
             ? "it runs on the machine that runs Ansible: for each host, a step of `rollout.around` is done "
               "`on: controller`"
             : "it goes to another host (`delegate_to`): say `on:` in the project, or make it a step of "
               "`rollout.around`";
}

void refuse_never(const Task& one) {
  const std::vector<std::string> tags = texts_of(one.keyword("tags"));
  if (std::find(tags.begin(), tags.end(), "never") != tags.end())
    throw Untranslatable{"the tag `never`: it runs only where somebody asks for its tag"};
}

}  // namespace plumb::imports
