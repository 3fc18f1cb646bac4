// Units that [Install] of others takes along, on hosts with systemd and in images of them.
#include "providers/sdk/testing/provider_test.h"
#include "providers/service/service.h"

namespace plumb::providers::service {
namespace {

class AlongWithOthers : public ProviderTest<ServiceProvider> {
 protected:
  AlongWithOthers() {
    system.make_directory("/etc/systemd/system");
    system.add_program("systemctl");
    unit("x.service", "WantedBy=multi-user.target\nAlso=x.socket");
    unit("x.socket", "WantedBy=sockets.target");
  }
  void unit(const std::string& name, const std::string& install) {
    system.make_file("/usr/lib/systemd/system/" + name, "[Install]\n" + install + "\n");
  }
  void enable(const std::string& name) {
    const char* target = name.ends_with(".socket") ? "sockets.target" : "multi-user.target";
    system.make_link("/etc/systemd/system/" + std::string(target) + ".wants/" + name,
                     "/usr/lib/systemd/system/" + name);
  }
  Desired want(const std::string& name, bool enabled) {
    return wanted("service", "name", {{"name", name}, {"enabled", enabled}});
  }
  // The first of them, with the others of the host in their order; `place`: where it stands among them.
  Seen beside(Desired first, const std::vector<Desired>& others, std::size_t place = 0) {
    std::vector<Desired> host = others;
    host.insert(host.begin() + static_cast<std::ptrdiff_t>(place), std::move(first));
    provider.complete(host[place], host, {});
    return look(host[place]);
  }
  std::string done(const Change& change) {
    std::string text;
    for (const Operation& operation : change.operations) {
      const auto& action = std::get<ServiceAction>(operation);
      text += (text.empty() ? "" : ", ") + action.verb + " " + action.unit;
    }
    return text;
  }
};

TEST_F(AlongWithOthers, WhoComesAlongIsTold) {
  const Change on = look(want("x", true)).change;
  EXPECT_EQ(done(on), "enable x.service");
  EXPECT_EQ(on.before, (Json{{"enabled", false}, {"along", {"x.socket"}}}));
  EXPECT_EQ(on.note, "x.socket is enabled along with it");
  enable("x.service");
  enable("x.socket");
  const Change off = look(want("x", false)).change;
  EXPECT_EQ(done(off), "disable x.service");
  EXPECT_EQ(off.before, (Json{{"enabled", true}, {"along", {"x.socket"}}}));
  EXPECT_EQ(off.note, "x.socket is disabled along with it");
  EXPECT_TRUE(look(want("x", true)).change.empty());
}

TEST_F(AlongWithOthers, WhoIsAskedOtherwiseStaysAsAsked) {
  enable("x.service");
  enable("x.socket");
  const Change off = beside(want("x", false), {want("x.socket", true)}).change;
  EXPECT_EQ(done(off), "disable x.service, enable x.socket");
  EXPECT_EQ(off.before, (Json{{"enabled", true}}));
  EXPECT_EQ(off.note, "then enable x.socket, which it takes along");
  EXPECT_EQ(done(beside(want("x", false), {want("x.socket", true)}, 1).change), "disable x.service, enable x.socket");
}

TEST_F(AlongWithOthers, WhoIsStillToBeChangedIsLeftToItsOwnAction) {
  enable("x.service");
  EXPECT_EQ(done(beside(want("x", false), {want("x.socket", true)}, 0).change), "disable x.service");
  EXPECT_EQ(done(beside(want("x", false), {want("x.socket", true)}, 1).change), "disable x.service, enable x.socket");
}

TEST_F(AlongWithOthers, AlsoWhereTheOtherIsToStayDisabled) {
  EXPECT_EQ(done(beside(want("x", true), {want("x.socket", false)}).change), "enable x.service, disable x.socket");
}

TEST_F(AlongWithOthers, OverSeveralUnits) {
  unit("a.service", "WantedBy=multi-user.target\nAlso=b.service");
  unit("b.service", "WantedBy=multi-user.target\nAlso=%p.socket");
  unit("b.socket", "WantedBy=sockets.target");
  for (const char* one : {"a.service", "b.service", "b.socket"}) enable(one);
  EXPECT_EQ(look(want("a", false)).change.before["along"], (Json{"b.service", "b.socket"}));
  EXPECT_EQ(done(beside(want("a", false), {want("b", true)}).change), "disable a.service, enable b.service");
  EXPECT_EQ(done(beside(want("a", false), {want("b.socket", true)}).change), "disable a.service, enable b.socket");
}

TEST_F(AlongWithOthers, WhoComesOnlyWithWhatIsSetBackIsSetBackToo) {
  unit("a.service", "WantedBy=multi-user.target\nAlso=b.service");
  unit("b.service", "WantedBy=multi-user.target\nAlso=b.socket");
  unit("b.socket", "WantedBy=sockets.target");
  enable("a.service");
  enable("b.service");
  EXPECT_EQ(done(beside(want("a", false), {want("b", true)}).change),
            "disable a.service, enable b.service, disable b.socket");
}

TEST_F(AlongWithOthers, ThoseThatTakeEachOtherCannotDiffer) {
  unit("a.service", "WantedBy=multi-user.target\nAlso=b.service");
  unit("b.service", "WantedBy=multi-user.target\nAlso=a.service");
  EXPECT_EQ(obstacle(want("a", true)), "none");
  const Seen seen = beside(want("a", true), {want("b", false)});
  ASSERT_TRUE(seen.observed->obstacle);
  EXPECT_EQ(seen.observed->obstacle->summary,
            "a.service cannot be enabled while b.service is disabled: their [Install] sections take each other along "
            "by `Also`");
  enable("a.service");
  EXPECT_FALSE(beside(want("a", true), {want("b", false)}).observed->obstacle) << "as it is";
}

TEST_F(AlongWithOthers, OneThatIsNotThereIsPassedOver) {
  unit("m.service", "WantedBy=multi-user.target\nAlso=gone.service");
  const Seen seen = look(want("m", true));
  EXPECT_EQ(done(seen.change), "enable m.service");
  EXPECT_FALSE(seen.change.before.contains("along"));
  EXPECT_TRUE(provider.follows_from(want("m", true), *seen.observed, "/etc/systemd/system/gone.service", nullptr));
  EXPECT_FALSE(provider.follows_from(want("m", true), *seen.observed, "/etc/systemd/system/o.service", nullptr));
  unit("n.service", "Also=gone.service");
  const Seen none = look(want("n", true));
  ASSERT_TRUE(none.observed->obstacle);
  EXPECT_EQ(none.observed->obstacle->summary,
            "n.service cannot be enabled, because none of the units that its `Also` names is there");
  EXPECT_TRUE(provider.follows_from(want("n", true), *none.observed, "/etc/systemd/system/gone.service", nullptr));
  EXPECT_TRUE(look(want("n", false)).change.empty());
}

TEST_F(AlongWithOthers, UndoBringsThemBackAsTheyWere) {
  enable("x.socket");
  const Seen seen = look(want("x", true));
  EXPECT_FALSE(seen.change.before.contains("along"));
  const std::optional<Desired> again = provider.restore(want("x", true), *seen.observed);
  ASSERT_TRUE(again);
  enable("x.service");
  EXPECT_EQ(done(look(*again).change), "disable x.service, enable x.socket");
}

}  // namespace
}  // namespace plumb::providers::service
