#include "providers/container/image.h"

#include <gtest/gtest.h>

#include "providers/container/testing/answers.h"

namespace plumb::providers::container {
namespace {

class Images : public ProviderTest<ContainerImageProvider> {
 protected:
  Images() { system.add_program("docker"); }
  static Desired want(Json attributes) {
    attributes.emplace("name", "app:1");
    return wanted("container_image", "name", std::move(attributes));
  }
};

TEST_F(Images, OneThatIsBuiltIsBuiltAnewWhereItsFolderChanged) {
  system.make_file("/srv/app/Dockerfile", "FROM scratch\n");
  system.make_file("/srv/app/run.sh", "", 0755);
  system.script("docker image inspect *", answer("[]", "Error: No such image: app:1\n", 1));
  const Desired desired = want({{"build", {{"path", "/srv/app"}}}});
  const Seen first = look(desired);
  EXPECT_EQ(first.change.op, Op::kCreate);
  const std::string context = first.observed->text("context");
  Json built = Json::parse(image_named("app:1", kOne));
  built[0]["Config"]["Labels"]["plumbline.context"] = context;
  system.script("docker image inspect *", answer(built.dump()));
  EXPECT_TRUE(look(desired).change.empty());
  system.make_file("/srv/app/run.sh", "", 0644);
  EXPECT_EQ(look(desired).change.before, (Json{{"built_from", context}}));
  system.remove("/srv/app");
  EXPECT_EQ(look(desired).observed->missing, (std::vector<Missing>{{{"", "directory", "/srv/app"}, "build"}}));
}

TEST_F(Images, DockerTellsWhatANameMeansByTheImageItself) {
  system.script("docker image inspect *", answer(image_named("app:1", kOne, kTwo)));
  const auto manifest = [](const std::string& id) {
    return answer(R"({"Descriptor": {"digest": "sha256:)" + std::string(64, '5') +
                  R"("}, "SchemaV2Manifest": {"config": {"digest": "sha256:)" + id + R"("}}})");
  };
  system.script("docker manifest inspect --verbose *", manifest(kOne));
  const Desired desired = want({{"pull", "always"}});
  EXPECT_TRUE(look(desired).change.empty());
  system.script("docker manifest inspect --verbose *", manifest(std::string(64, '6')));
  EXPECT_EQ(look(desired).change.after, (Json{{"digest", "sha256:" + std::string(64, '5')}}));
  EXPECT_TRUE(look(want({{"pull", "missing"}})).change.empty());
}

TEST_F(Images, UndoAsksForTheDigestThatTheRegistryHas) {
  Observed before;
  before.exists = true;
  before.attributes = {{"digest", "sha256:" + kTwo}, {"id", "sha256:" + kOne}};
  EXPECT_EQ(provider.restore(want({{"pull", "always"}}), before)->attribute("digest"), "sha256:" + kTwo);
  before.attributes["digest"] = "sha256:" + kOne;
  EXPECT_FALSE(provider.restore(want({{"pull", "always"}}), before));
}

}  // namespace
}  // namespace plumb::providers::container
