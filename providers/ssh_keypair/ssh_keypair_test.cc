#include "providers/ssh_keypair/ssh_keypair.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::ssh_keypair {
namespace {

class SshKeypair : public ProviderTest<SshKeypairProvider> {
 protected:
  SshKeypair() {
    system.add_program("ssh-keygen");
    system.make_directory("/srv");
  }
  static Desired want(Json attributes) {
    attributes.emplace("path", "/srv/id");
    return wanted("ssh_keypair", "path", std::move(attributes));
  }
  void has_pair() {
    system.make_file("/srv/id", "private", 0600);
    system.make_file("/srv/id.pub", "ssh-rsa AAAA me\n");
    answer("ssh-keygen -y *", "ssh-rsa AAAA inner\n");
    answer("ssh-keygen -l *", "2048 SHA256:x no comment (RSA)\n");
  }
  void answer(const std::string& asked, const std::string& text) {
    ProcessResult result;
    result.output = text;
    system.script(asked, result);
  }
};

TEST_F(SshKeypair, APairThatIsThereStays) {
  has_pair();
  EXPECT_TRUE(look(want(Json::object())).change.empty());
  EXPECT_TRUE(look(want({{"type", "rsa"}, {"bits", 2048}, {"comment", "me"}})).change.empty());
  EXPECT_EQ(obstacle(want({{"type", "ed25519"}})), "/srv/id is a key of another type: rsa");
  EXPECT_EQ(obstacle(want({{"bits", 4096}, {"type", "rsa"}})), "/srv/id is a key of 2048 bits");
  EXPECT_EQ(look(want({{"type", "ed25519"}, {"replace", true}})).change.before, (Json{{"type", "rsa"}}));
}

TEST_F(SshKeypair, ThePublicHalfIsWrittenAgain) {
  has_pair();
  EXPECT_EQ(look(want({{"comment", "you"}})).change.before, (Json{{"comment", "me"}}));
  system.make_file("/srv/id.pub", "ssh-rsa BBBB me\n");
  EXPECT_EQ(look(want(Json::object())).change.before, (Json{{"public", "another"}}));
  system.remove("/srv/id.pub");
  const Change change = look(want(Json::object())).change;
  EXPECT_EQ(change.before, (Json{{"public", "missing"}}));
  EXPECT_EQ(change.operations.size(), 1U);
}

TEST_F(SshKeypair, InAFolderOfSomebodyItIsMadeAsThatOne) {
  system.make_directory("/home/web/.ssh");
  system.own("/home/web", 1500, 1500);
  system.own("/home/web/.ssh", 1500, 1500);
  EXPECT_EQ(std::get<plumb::Run>(look(want({{"path", "/home/web/.ssh/id"}})).change.operations.at(0)).user, "1500");
  system.make_directory("/home/web/.ssh/deep");
  EXPECT_EQ(obstacle(want({{"path", "/home/web/.ssh/deep/id"}})),
            "somebody other than root may put something else in the place of /home/web/.ssh/deep, in /home/web");
}

TEST_F(SshKeypair, ATypeThatTheHostDoesNotKnowIsToldBefore) {
  system.add_program("ssh");
  answer("ssh -Q key", "ssh-ed25519\nssh-rsa\n");
  EXPECT_EQ(look(want(Json::object())).change.op, Op::kCreate);
  answer("ssh -Q key", "ssh-rsa\n");
  EXPECT_EQ(obstacle(want(Json::object())), "the ssh-keygen of this host knows no ed25519");
  EXPECT_EQ(look(want({{"type", "rsa"}})).change.op, Op::kCreate);
  has_pair();
  EXPECT_TRUE(look(want(Json::object())).change.empty()) << "what is there needs no other";
}

TEST_F(SshKeypair, BothHalvesGo) {
  has_pair();
  converge(want({{"state", "absent"}}));
  has_pair();
  system.remove("/srv/id");
  converge(want({{"state", "absent"}}));
  EXPECT_FALSE(*system.stat("/srv/id.pub", false));
}

}  // namespace
}  // namespace plumb::providers::ssh_keypair
