// Tags of a project and of the modules it uses.
#include "engine/config/tags.h"

#include <gtest/gtest.h>

namespace plumb::config {
namespace {

Declaration tagged(std::set<std::string> tags) {
  auto written = std::make_shared<ParsedDeclaration>();
  written->tags = std::move(tags);
  Declaration declaration;
  declaration.written = std::move(written);
  return declaration;
}

ModuleCall use_of(std::shared_ptr<const Module> module, std::set<std::string> tags) {
  auto written = std::make_shared<ParsedCall>();
  written->module = std::move(module);
  written->tags = std::move(tags);
  ModuleCall call;
  call.written = std::move(written);
  return call;
}

Module project() {
  auto inside = std::make_shared<Module>();
  inside->body.emplace_back(tagged({"deep"}));
  Module root;
  root.body.emplace_back(tagged({"config", "web"}));
  root.body.emplace_back(use_of(inside, {"web"}));
  root.body.emplace_back(use_of(nullptr, {}));
  return root;
}

TEST(Tags, AreGatheredFromModulesToo) {
  EXPECT_EQ(tags_of(project()), (std::set<std::string>{"config", "deep", "web"}));
}

TEST(Tags, OneThatNothingHasIsAnErrorWithTheNearest) {
  Diagnostics found;
  check_tags(project(), {"deep", "confg", "web"}, found);
  ASSERT_EQ(found.items().size(), 1U);
  EXPECT_EQ(found.items()[0].code, Code::kUnknownTag);
  EXPECT_EQ(found.items()[0].summary, "nothing has the tag `confg`");
  EXPECT_EQ(found.items()[0].hint, "did you mean `config`?");
}

TEST(Tags, WhereNoneIsNearAllAreNamed) {
  Diagnostics found;
  check_tags(project(), {"monitoring"}, found);
  EXPECT_EQ(found.items().at(0).hint, "the tags are config, deep, web");
  Diagnostics none;
  check_tags(Module{}, {"web"}, none);
  EXPECT_EQ(none.items().at(0).hint, "give resources a tag: `tags: [web]`");
}

}  // namespace
}  // namespace plumb::config
