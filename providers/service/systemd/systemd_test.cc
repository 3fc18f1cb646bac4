// The service kind on hosts with systemd.
#include "providers/sdk/testing/provider_test.h"
#include "providers/service/back_end.h"
#include "providers/service/service.h"
#include "providers/service/systemd/units.h"

namespace plumb::providers::service {
namespace {

// One block of `systemctl show`, as systemd 252 writes it.
std::string block(const std::string& id, const std::string& changes = {}) {
  std::map<std::string, std::string> properties = {{"Id", id},
                                                   {"LoadState", "loaded"},
                                                   {"ActiveState", "active"},
                                                   {"UnitFileState", "enabled"},
                                                   {"CanReload", "no"},
                                                   {"NeedDaemonReload", "no"},
                                                   {"Type", "notify"},
                                                   {"RemainAfterExit", "no"},
                                                   {"FragmentPath", "/lib/systemd/system/" + id}};
  for (std::size_t at = 0; at < changes.size();) {
    const std::size_t end = std::min(changes.find(' ', at), changes.size());
    const std::string change = changes.substr(at, end - at);
    properties[change.substr(0, change.find('='))] = change.substr(change.find('=') + 1);
    at = end + 1;
  }
  std::string text;
  for (const auto& [key, value] : properties) text += key + "=" + value + "\n";
  return text;
}

constexpr const char* kNotFound = "LoadState=not-found ActiveState=inactive UnitFileState= Type= FragmentPath=";

class Service : public ProviderTest<ServiceProvider> {
 protected:
  Service() {
    system.make_directory("/run/systemd/system");
    system.make_directory("/etc/systemd/system");
    system.add_program("systemctl");
  }
  Desired want(Json attributes) { return wanted("service", "name", std::move(attributes)); }
  void show(const std::string& output) { system.script("systemctl show *", {0, output, "", false}); }
  std::string verbs(const Change& change) {
    std::string text;
    for (const Operation& operation : change.operations) {
      const auto& action = std::get<ServiceAction>(operation);
      EXPECT_EQ(action.manager, "systemd");
      text += (text.empty() ? "" : ", ") + action.verb + " " + action.unit;
    }
    return text;
  }
};

TEST_F(Service, RunningAndEnabledIsNoChange) {  // S01
  show(block("nginx.service"));
  EXPECT_TRUE(look(want({{"name", "nginx"}, {"state", "running"}, {"enabled", true}})).change.empty());
}

TEST_F(Service, SshdIsNotStoppedUnderWhomComesInByIt) {
  show(block("ssh.service"));
  const auto cuts = [&](Json attributes) {
    const Desired desired = want(std::move(attributes));
    return provider.cuts_line(desired, *look(desired).observed);
  };
  EXPECT_EQ(cuts({{"name", "ssh"}, {"state", "stopped"}}), "") << "this machine";
  system.set_reached_by("192.0.2.5 50022 192.0.2.1 22 0");
  EXPECT_EQ(cuts({{"name", "ssh"}, {"state", "stopped"}}), "logins come in by ssh.service");
  EXPECT_EQ(cuts({{"name", "ssh"}, {"state", "running"}}), "");
  show(block("cron.service"));
  EXPECT_EQ(cuts({{"name", "cron"}, {"state", "stopped"}}), "");
}

TEST_F(Service, SystemdIsAskedInOneForm) {
  const FixedQuestion form = systemd::fixed_question();
  const auto is_it = [&form](std::vector<std::string> argv) {
    ProcessRequest request;
    request.argv = std::move(argv);
    return form.is(request);
  };
  EXPECT_FALSE(is_it({"systemctl", "show", "--host=evil", "--", "a.service"}));
  EXPECT_FALSE(is_it({"systemctl", "restart", "--", "a.service"}));
  show(block("nginx.service"));
  look(want({{"name", "nginx"}, {"state", "running"}}));
  ASSERT_FALSE(system.requests().empty());
  for (const ProcessRequest& request : system.requests()) EXPECT_TRUE(form.is(request)) << request.argv.back();
}

TEST_F(Service, StartsAndEnables) {
  show(block("nginx.service", "ActiveState=inactive UnitFileState=disabled"));
  const Change change = look(want({{"name", "nginx"}, {"state", "running"}, {"enabled", true}})).change;
  EXPECT_EQ(verbs(change), "enable nginx.service, start nginx.service");
  EXPECT_EQ(change.before, (Json{{"state", "stopped"}, {"enabled", false}}));
  EXPECT_EQ(change.after, (Json{{"state", "running"}, {"enabled", true}}));
  EXPECT_EQ(change.op, Op::kUpdate);
}

TEST_F(Service, StopsAndDisables) {
  show(block("nginx.service"));
  EXPECT_EQ(verbs(look(want({{"name", "nginx"}, {"state", "stopped"}, {"enabled", false}})).change),
            "stop nginx.service, disable nginx.service");
}

TEST_F(Service, StatesInBetweenAndFailed) {  // S12
  show(block("a.service", "ActiveState=failed"));
  EXPECT_EQ(look(want({{"name", "a"}, {"state", "running"}})).change.before, (Json{{"state", "failed"}}));
  EXPECT_TRUE(look(want({{"name", "a"}, {"state", "stopped"}})).change.empty());
  show(block("a.service", "ActiveState=activating"));
  EXPECT_EQ(verbs(look(want({{"name", "a"}, {"state", "running"}})).change), "start a.service") << "which waits for it";
  show(block("a.service", "ActiveState=deactivating"));
  EXPECT_EQ(verbs(look(want({{"name", "a"}, {"state", "stopped"}})).change), "stop a.service");
  show(block("a.service", "ActiveState=reloading"));
  EXPECT_TRUE(look(want({{"name", "a"}, {"state", "running"}})).change.empty());
}

TEST_F(Service, OneQuestionForAllUnits) {
  show(block("a.service") + "\n" + block("b.timer", "ActiveState=inactive") + "\n" + block("c.service", kNotFound));
  const Desired a = want({{"name", "a"}, {"state", "running"}});
  const Desired b = want({{"name", "b.timer"}, {"state", "running"}});
  const Desired c = want({{"name", "c"}, {"state", "running"}});
  const Desired* const all[] = {&a, &b, &c};
  const auto results = provider.observe(all, system);
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0]->attributes["state"], "running");
  EXPECT_EQ(results[1]->attributes["state"], "stopped");
  EXPECT_FALSE(results[2]->exists);
  ASSERT_EQ(system.ran().size(), 1U);
  EXPECT_TRUE(system.ran()[0].ends_with(" -- a.service b.timer c.service")) << system.ran()[0];  // S09
}

TEST_F(Service, AnAliasIsManagedByItsRealName) {
  show(block("ssh.service", "ActiveState=inactive"));
  EXPECT_EQ(verbs(look(want({{"name", "sshd"}, {"state", "running"}})).change),
            "daemon_reload ssh.service, start ssh.service");
}

TEST_F(Service, AMissingUnitIsMissingOnlyWhereItIsNeeded) {  // G04
  show(block("x.service", kNotFound));
  const Seen seen = look(want({{"name", "x"}, {"state", "running"}, {"enabled", true}}));
  EXPECT_EQ(seen.observed->missing, (std::vector<Missing>{{{"", "unit", "x.service"}, "name"}}));
  EXPECT_EQ(verbs(seen.change), "daemon_reload x.service, enable x.service, start x.service");
  EXPECT_EQ(seen.change.fidelity, Fidelity::kBounded);
  EXPECT_EQ(seen.change.before, Json::object());
  const Seen off = look(want({{"name", "x"}, {"state", "stopped"}, {"enabled", false}, {"masked", false}}));
  EXPECT_TRUE(off.observed->missing.empty());
  EXPECT_TRUE(off.change.empty());
  EXPECT_EQ(verbs(look(want({{"name", "x"}, {"masked", true}})).change), "mask x.service");  // S05
}

TEST_F(Service, Masks) {  // S05
  show(block("x.service",
             "LoadState=masked ActiveState=inactive UnitFileState=masked FragmentPath=/etc/systemd/system/x.service"));
  EXPECT_EQ(obstacle(want({{"name", "x"}, {"state", "running"}})), "x.service is masked");
  EXPECT_EQ(verbs(look(want({{"name", "x"}, {"state", "running"}, {"enabled", true}, {"masked", false}})).change),
            "unmask x.service, enable x.service, start x.service");
  EXPECT_TRUE(look(want({{"name", "x"}, {"masked", true}, {"state", "stopped"}})).change.empty());
  show(block("x.service"));
  EXPECT_EQ(verbs(look(want({{"name", "x"}, {"masked", true}, {"state", "stopped"}})).change),
            "stop x.service, mask x.service");
  EXPECT_EQ(obstacle(want({{"name", "x"}, {"masked", true}, {"enabled", true}})),
            "x.service cannot run or be enabled while it is masked");
  show(block("x.service", "FragmentPath=/etc/systemd/system/x.service"));
  EXPECT_EQ(obstacle(want({{"name", "x"}, {"masked", true}})),
            "x.service cannot be masked, because /etc/systemd/system/x.service is in the way");
}

TEST_F(Service, UnitsWhoseEnablingIsNoChoice) {
  show(block("dbus.service", "UnitFileState=static"));
  EXPECT_EQ(obstacle(want({{"name", "dbus"}, {"enabled", true}})),
            "dbus.service cannot be enabled, because it has no [Install] section");
  EXPECT_TRUE(look(want({{"name", "dbus"}, {"enabled", false}})).change.empty());
  show(block("i.service", "UnitFileState=indirect"));
  EXPECT_TRUE(look(want({{"name", "i"}, {"enabled", true}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "i"}, {"enabled", false}})).change.empty());
  show(block("r.service", "UnitFileState=enabled-runtime"));
  EXPECT_EQ(verbs(look(want({{"name", "r"}, {"enabled", true}})).change), "enable r.service");
}

TEST_F(Service, UnitsThatAreEnabledThroughOthers) {
  show(block("i.service", "UnitFileState=indirect"));
  system.make_file("/usr/lib/systemd/system/i.service", "[Install]\nAlso=i.socket fixed.service\n");
  system.make_file("/usr/lib/systemd/system/i.socket", "[Install]\nWantedBy=sockets.target\n");
  system.make_file("/usr/lib/systemd/system/fixed.service", "[Service]\n");
  EXPECT_EQ(verbs(look(want({{"name", "i"}, {"enabled", true}})).change), "enable i.service");
  EXPECT_TRUE(look(want({{"name", "i"}, {"enabled", false}})).change.empty());
  system.make_link("/etc/systemd/system/sockets.target.wants/i.socket", "/usr/lib/systemd/system/i.socket");
  EXPECT_TRUE(look(want({{"name", "i"}, {"enabled", true}})).change.empty());
  EXPECT_EQ(verbs(look(want({{"name", "i"}, {"enabled", false}})).change), "disable i.service");
  // Of what cannot be enabled at all systemd says no more than of what is.
  system.make_file("/usr/lib/systemd/system/i.service", "[Install]\nAlso=fixed.service\n");
  for (const bool enabled : {false, true})
    EXPECT_TRUE(look(want({{"name", "i"}, {"enabled", enabled}})).change.empty()) << enabled;
}

TEST_F(Service, AnotherNameOfAUnitDoesNotEnableIt) {
  show(block("n.service", "UnitFileState=indirect"));
  system.make_file("/usr/lib/systemd/system/n.service", "[Install]\nWantedBy=multi-user.target\n");
  system.make_link("/etc/systemd/system/other.service", "/usr/lib/systemd/system/n.service");
  EXPECT_EQ(verbs(look(want({{"name", "n"}, {"enabled", true}})).change), "enable n.service");
}

TEST_F(Service, UnitsFromSystemVScripts) {  // S16
  show(block("old.service", "UnitFileState=generated"));
  EXPECT_EQ(obstacle(want({{"name", "old"}, {"enabled", true}})),
            "old.service cannot be enabled, because a generator makes it of another file");
  system.make_file("/etc/init.d/old", "");
  system.make_directory("/etc/rc3.d");
  EXPECT_EQ(verbs(look(want({{"name", "old"}, {"enabled", true}})).change), "enable old.service");
  system.make_link("/etc/rc3.d/S01old", "../init.d/old");
  EXPECT_TRUE(look(want({{"name", "old"}, {"enabled", true}})).change.empty());
}

TEST_F(Service, UnitsThatAGeneratorMakesStartAsTheFileSaysThatTheyAreMadeOf) {
  system.make_file("/run/systemd/generator/web.service", "");
  show(block("web.service", "UnitFileState=generated FragmentPath=/run/systemd/generator/web.service"));
  EXPECT_TRUE(look(want({{"name", "web"}, {"enabled", false}})).change.empty());
  system.make_link("/run/systemd/generator/multi-user.target.wants/web.service", "../web.service");
  EXPECT_TRUE(look(want({{"name", "web"}, {"state", "running"}, {"enabled", true}})).change.empty());
  EXPECT_EQ(obstacle(want({{"name", "web"}, {"enabled", false}})),
            "web.service cannot be disabled, because a generator makes it of another file");
}

TEST_F(Service, BrokenUnitsAndOneShots) {  // S04
  show(block("x.service", "LoadState=bad-setting ActiveState=inactive"));
  EXPECT_EQ(obstacle(want({{"name", "x"}, {"state", "running"}})), "x.service cannot be loaded: bad-setting");
  show(block("x.service", "Type=oneshot ActiveState=inactive"));
  EXPECT_EQ(obstacle(want({{"name", "x"}, {"state", "running"}})),
            "x.service ends by itself once its work is done, so it cannot be kept running");
  show(block("x.service", "Type=oneshot ActiveState=inactive RemainAfterExit=yes"));
  EXPECT_EQ(obstacle(want({{"name", "x"}, {"state", "running"}})), "none");
}

TEST_F(Service, TemplatesAndInstances) {  // S07
  show(block("w@100.service", "ActiveState=inactive UnitFileState=disabled"));
  EXPECT_EQ(verbs(look(want({{"name", "w@100"}, {"state", "running"}, {"enabled", true}})).change),
            "enable w@100.service, start w@100.service");
  const Seen seen = look(want({{"name", "w@"}, {"state", "running"}}));
  ASSERT_TRUE(seen.problem);
  EXPECT_EQ(seen.problem->summary, "w@.service is a template, not a service");
  EXPECT_EQ(seen.problem->hint, "name an instance, such as w@one.service");
}

// --- units of the project's own

class OwnUnit : public Service {
 protected:
  static constexpr const char* kFile = "/etc/systemd/system/x.service";
  void write(const std::string& text) { system.make_file(kFile, text); }
  void link(const std::string& target) {
    system.make_link("/etc/systemd/system/" + target + ".wants/x.service", kFile);
  }
  Desired own(Json attributes, const std::string& path = kFile) {
    Desired desired = want(std::move(attributes));
    Desired file;
    file.attributes = {{"path", path}};
    provider.complete(desired, std::span(&file, 1), {});
    return desired;
  }
  bool follows(const Desired& desired, const std::string& path, const char* text) {
    const std::string known = text == nullptr ? "" : text;
    return provider.follows_from(desired, *look(desired).observed, path, text == nullptr ? nullptr : &known);
  }
  std::string contradiction(const Desired& desired, const std::string& text, const std::string& path = kFile) {
    const auto why = provider.contradicted_by(desired, *look(desired).observed, path, text);
    return why ? why->summary : "";
  }
};

constexpr const char* kInstalled = "[Service]\nExecStart=/x\n[Install]\nWantedBy=multi-user.target\n";

TEST_F(OwnUnit, IsEnabledAnewWhereItsInstallSectionIsAnother) {
  show(block("x.service"));
  const Desired desired = own({{"name", "x"}, {"state", "running"}, {"enabled", true}});
  write(kInstalled);
  link("multi-user.target");
  EXPECT_TRUE(look(desired).change.empty());
  write("[Install]\nWantedBy=graphical.target \\\n  rescue.target\nRequiredBy=a.service\n");
  const Change change = look(desired).change;
  EXPECT_EQ(verbs(change), "reenable x.service");
  EXPECT_EQ(change.before, (Json{{"links", {"multi-user.target.wants/x.service"}}}));
  EXPECT_EQ(
      change.after,
      (Json{{"links",
             {"a.service.requires/x.service", "graphical.target.wants/x.service", "rescue.target.wants/x.service"}}}));
  write("[Install]\nWantedBy=%i.target\n");
  EXPECT_TRUE(look(desired).change.empty()) << "what it stands for only systemd knows";
  // Of a unit that the project does not bring, links may be anybody's.
  write("[Install]\nWantedBy=graphical.target\n");
  EXPECT_TRUE(look(want({{"name", "x"}, {"enabled", true}})).change.empty());
  EXPECT_TRUE(
      look(own({{"name", "x"}, {"enabled", true}}, "/etc/systemd/system/a.target.wants/x.service")).change.empty());
}

TEST_F(OwnUnit, WhatItsFileChangesIsNotHeldAgainstIt) {
  const Desired desired = own({{"name", "x"}, {"state", "running"}, {"enabled", true}});
  write(kInstalled);
  for (const char* state : {"LoadState=bad-setting ActiveState=inactive", "Type=oneshot ActiveState=inactive",
                            "ActiveState=inactive UnitFileState=static", "LoadState=masked ActiveState=inactive"}) {
    show(block("x.service", state));
    EXPECT_TRUE(look(desired).observed->obstacle) << state;
    EXPECT_TRUE(follows(desired, kFile, kInstalled)) << state;
    EXPECT_TRUE(follows(desired, "/etc/systemd/system/x.service.d/a.conf", "[Service]\nType=exec\n")) << state;
    EXPECT_FALSE(follows(desired, "/etc/systemd/system/y.service", kInstalled));
    EXPECT_FALSE(follows(desired, "/etc/motd", "hello"));
  }
  show(block("x.service", "FragmentPath=/etc/systemd/system/x.service"));
  EXPECT_TRUE(follows(own({{"name", "x"}, {"masked", true}}), kFile, nullptr)) << "the file is in the way, and goes";
}

TEST_F(OwnUnit, WhatIsAsItShouldBeFollowsFromLinksAlone) {
  show(block("x.service"));
  write(kInstalled);
  link("multi-user.target");
  const Desired desired = own({{"name", "x"}, {"state", "running"}, {"enabled", true}});
  EXPECT_FALSE(follows(desired, kFile, "[Service]\nExecStart=/y\n[Install]\nWantedBy=multi-user.target\n"));
  EXPECT_TRUE(follows(desired, kFile, "[Install]\nWantedBy=graphical.target\n"));
  EXPECT_TRUE(follows(desired, kFile, nullptr));
  EXPECT_FALSE(follows(desired, "/etc/systemd/system/x.service.d/a.conf", "[Service]\nNice=5\n"));
  EXPECT_TRUE(follows(desired, "/etc/systemd/system/x.service.d/a.conf", "[Install]\nWantedBy=a.target\n"));
  EXPECT_TRUE(follows(desired, "/etc/systemd/system/multi-user.target.wants/x.service", nullptr));
  EXPECT_FALSE(follows(own({{"name", "x"}, {"state", "running"}}), kFile, nullptr)) << "what runs goes on";
}

TEST_F(OwnUnit, ContradictsItsService) {
  show(block("x.service", "ActiveState=inactive UnitFileState=disabled"));
  const Desired desired = own({{"name", "x"}, {"state", "running"}, {"enabled", true}});
  EXPECT_EQ(contradiction(desired, "[Service]\nExecStart=/x\n"),
            "x.service cannot be enabled, because it has no [Install] section");
  EXPECT_EQ(contradiction(desired, "[Service]\nType=oneshot\n[Install]\nWantedBy=a.target\n"),
            "x.service ends by itself once its work is done, so it cannot be kept running");
  EXPECT_EQ(contradiction(desired, "[Service]\nType=oneshot\nRemainAfterExit=yes\n[Install]\nWantedBy=a.target\n"), "");
  EXPECT_EQ(contradiction(own({{"name", "x"}, {"state", "stopped"}, {"enabled", false}}), "[Service]\n"), "");
  EXPECT_EQ(contradiction(desired, "[Service]\n", "/etc/systemd/system/y.service"), "");
  const Desired added = own({{"name", "x"}, {"enabled", true}}, "/etc/systemd/system/x.service.d/install.conf");
  EXPECT_EQ(contradiction(added, "[Service]\n"), "") << "what is added to it may hold the section";
}

TEST_F(OwnUnit, AnEditSettlesNothingThatItDoesNotSpeakOf) {
  show(block("x.service", "ActiveState=inactive UnitFileState=disabled"));
  const auto beside = [&](const char* content) {
    Desired desired = want({{"name", "x"}, {"enabled", true}});
    Desired edit;
    edit.address.kind = "block";
    edit.attributes = {{"path", "/etc/systemd/system/x.service.d/a.conf"}, {"content", content}};
    provider.complete(desired, std::span(&edit, 1), {});
    return contradiction(desired, "[Service]\nExecStart=/x\n");
  };
  EXPECT_EQ(beside("[Service]\nNice=5"), "x.service cannot be enabled, because it has no [Install] section");
  EXPECT_EQ(beside("[Install]\nWantedBy=a.target"), "");
}

TEST_F(OwnUnit, WhatIsLoadedDoesNotCountOnceTheFilesAreNewer) {
  const Desired desired = own({{"name", "x"}, {"state", "running"}, {"enabled", true}});
  write(kInstalled);
  show(block("x.service", "LoadState=bad-setting ActiveState=inactive UnitFileState=bad NeedDaemonReload=yes"));
  EXPECT_EQ(verbs(look(desired).change), "daemon_reload x.service, enable x.service, start x.service");
  EXPECT_FALSE(look(desired).observed->obstacle);
  show(block("x.service", "Type=oneshot ActiveState=inactive UnitFileState=static NeedDaemonReload=yes"));
  EXPECT_FALSE(look(desired).observed->obstacle);
  write("[Service]\nType=oneshot\n");
  show(block("x.service", "ActiveState=inactive NeedDaemonReload=yes"));
  EXPECT_EQ(obstacle(desired), "x.service cannot be enabled, because it has no [Install] section");
}

TEST_F(OwnUnit, FilesThatShapeIt) {
  for (const char* path :
       {"x-y.service", "x-y.service.d", "x-y.service.d/a.conf", "x-.service.d/a.conf", "service.d/a.conf",
        "multi-user.target.wants/x-y.service", "a.service.requires/x-y.service"}) {
    EXPECT_TRUE(back_end_named("systemd")->shapes("/etc/systemd/system/" + std::string(path), "x-y.service")) << path;
  }
  for (const char* path : {"x.service", "x.service.d/a.conf", "socket.d/a.conf", "multi-user.target.wants/x.service"}) {
    EXPECT_FALSE(back_end_named("systemd")->shapes("/etc/systemd/system/" + std::string(path), "x-y.service")) << path;
  }
  EXPECT_TRUE(back_end_named("systemd")->shapes("/usr/lib/systemd/system/w@.service.d/a.conf", "w@1.service"));
}

TEST_F(Service, AnAliasAndItsUnitAreOneThing) {
  show(block("ssh.service"));
  const Desired alias = want({{"name", "sshd"}});
  EXPECT_EQ(provider.claims(alias), std::vector<std::string>{"the unit sshd.service"});
  EXPECT_EQ(provider.claims_on_host(alias, *look(alias).observed), std::vector<std::string>{"the unit ssh.service"});
  EXPECT_EQ(provider.claims(want({{"name", "cron.service"}})), provider.claims(want({{"name", "cron"}})));
}

TEST_F(Service, DefinitionsAreReloadedBeforeAStart) {  // S08
  show(block("x.service", "ActiveState=inactive NeedDaemonReload=yes"));
  EXPECT_EQ(verbs(look(want({{"name", "x"}, {"state", "running"}})).change),
            "daemon_reload x.service, start x.service");
  show(block("x.service", "ActiveState=inactive"));
  Desired desired = want({{"name", "x"}, {"state", "running"}});
  Desired unit_file;
  unit_file.attributes = {{"path", "/etc/systemd/system/x.service.d/limits.conf"}};
  provider.complete(desired, std::span(&unit_file, 1), {});
  EXPECT_EQ(verbs(look(desired).change), "daemon_reload x.service, start x.service");
  unit_file.attributes = {{"path", "/etc/systemd/system/xy.service"}};
  desired = want({{"name", "x"}, {"state", "running"}});
  provider.complete(desired, std::span(&unit_file, 1), {});
  EXPECT_EQ(verbs(look(desired).change), "start x.service");
}

TEST_F(Service, Triggers) {  // S14, G21
  const Desired desired = want({{"name", "x"}, {"state", "running"}});
  const auto triggered = [&](const Desired& of, Op op) {
    const Change change = provider.triggered(of, *look(of).observed, op);
    return std::string(name(change.op)) + ": " + verbs(change) + (change.note.empty() ? "" : " (" + change.note + ")");
  };
  show(block("x.service", "CanReload=yes"));
  EXPECT_EQ(triggered(desired, Op::kRestart), "restart: restart x.service");
  EXPECT_EQ(triggered(desired, Op::kReload), "reload: reload x.service");
  EXPECT_EQ(triggered(want({{"name", "x"}, {"state", "stopped"}}), Op::kRestart), "none: ");
  show(block("x.service", "CanReload=no NeedDaemonReload=yes"));
  EXPECT_EQ(triggered(desired, Op::kReload),
            "restart: daemon_reload x.service, restart x.service (it cannot reload, so it is restarted)");
  show(block("x.service", "ActiveState=inactive"));
  EXPECT_EQ(triggered(desired, Op::kRestart), "none: ") << "diff() starts it";
  EXPECT_EQ(triggered(want({{"name", "x"}}), Op::kRestart), "none: ") << "it is not to run";
  show(block("x.service", kNotFound));
  EXPECT_EQ(triggered(desired, Op::kReload), "none: ") << "whether there is anything to restart is seen in the run";
}

TEST_F(Service, AnImageHasFilesAndLinksOnly) {  // S11
  system.set_image(true);
  system.make_file("/usr/lib/systemd/system/app.service",
                   "[Service]\nExecStart=/x\n[Install]\nWantedBy=multi-user.target\n");
  system.make_file("/usr/lib/systemd/system/static.service", "[Service]\nExecStart=/x\n[Install]\n");
  system.make_file("/usr/lib/systemd/system/w@.service", "[Install]\nWantedBy=a.target\n");
  system.make_link("/etc/systemd/system/off.service", "/dev/null");
  system.make_link("/etc/systemd/system/alias.service", "/usr/lib/systemd/system/app.service");
  EXPECT_EQ(verbs(look(want({{"name", "app"}, {"enabled", true}})).change), "enable app.service");
  EXPECT_EQ(verbs(look(want({{"name", "alias"}, {"enabled", true}})).change), "enable app.service");
  EXPECT_EQ(verbs(look(want({{"name", "w@1"}, {"enabled", true}})).change), "enable w@1.service");
  system.make_link("/etc/systemd/system/multi-user.target.wants/app.service", "/usr/lib/systemd/system/app.service");
  EXPECT_TRUE(look(want({{"name", "app"}, {"enabled", true}, {"state", "stopped"}})).change.empty());
  EXPECT_EQ(obstacle(want({{"name", "app"}, {"state", "running"}})),
            "app.service cannot be started: services of an image are not running");
  EXPECT_EQ(obstacle(want({{"name", "static"}, {"enabled", true}})),
            "static.service cannot be enabled, because it has no [Install] section");
  // Of one that enabling gives another name alone, that is all there is.
  system.make_file("/usr/lib/systemd/system/named.service",
                   "[Service]\nExecStart=/x\n[Install]\nAlias=n.service m.service\n");
  EXPECT_EQ(verbs(look(want({{"name", "named"}, {"enabled", true}})).change), "enable named.service");
  system.make_link("/etc/systemd/system/m.service", "/usr/lib/systemd/system/named.service");
  EXPECT_TRUE(look(want({{"name", "named"}, {"enabled", true}})).change.empty());
  EXPECT_EQ(obstacle(want({{"name", "off"}, {"enabled", true}})), "off.service is masked");
  EXPECT_FALSE(look(want({{"name", "nope"}, {"enabled", true}})).observed->missing.empty());
  EXPECT_TRUE(system.ran().empty());
}

TEST_F(Service, WithoutItsProgramAnImageNeedsThePackageThatBringsIt) {
  FakeSystem bare;
  bare.set_image(true);
  bare.make_file("/etc/systemd/system/app.service", "[Service]\nExecStart=/x\n[Install]\nWantedBy=multi-user.target\n");
  const Seen seen = see(provider, want({{"name", "app"}, {"enabled", true}}), bare);
  ASSERT_EQ(seen.observed->missing.size(), 1U);
  EXPECT_EQ(seen.observed->missing[0].what.str(), "package:systemd");
  EXPECT_TRUE(see(provider, want({{"name", "app"}, {"enabled", false}}), bare).change.empty());
}

TEST_F(Service, LinksAmongUnitsThatLeadToNone) {
  system.set_image(true);
  const std::string folder = "/etc/systemd/system/";
  system.make_file(folder + "a.service", "[Service]\nExecStart=/x\n[Install]\nWantedBy=b.target\n");
  system.make_link(folder + "a.service.d/x.conf", "nothing");
  EXPECT_EQ(obstacle(want({{"name", "a"}, {"enabled", true}})),
            "a.service cannot be enabled, because " + folder + "a.service.d/x.conf leads to nothing");
  system.make_link(folder + "b.service", folder + "c.service.d/x.conf");
  EXPECT_EQ(obstacle(want({{"name", "b"}, {"enabled", true}})),
            "b.service cannot be loaded: " + folder + "b.service leads to no file");
  EXPECT_TRUE(look(want({{"name", "b"}, {"enabled", false}})).observed);
  system.make_file(folder + "c.service.d/x.conf", "[Install]\nWantedBy=b.target\n");
  EXPECT_EQ(obstacle(want({{"name", "b"}, {"enabled", true}})), "b.service cannot be loaded: " + folder +
                                                                    "b.service leads to " + folder +
                                                                    "c.service.d/x.conf, and no unit is called so");
}

TEST_F(Service, WithoutSystemdItSaysWhatItFound) {
  FakeSystem bare;
  const Desired desired = want({{"name", "x"}, {"state", "running"}});
  EXPECT_EQ(see(provider, desired, bare).problem->code, Code::kNoBackEnd);
  bare.add_program("launchctl");
  EXPECT_EQ(see(provider, desired, bare).problem->summary,
            "services are managed through openrc or runit or systemd, and this host has launchd");
}

TEST_F(Service, AnAnswerThatDoesNotFitIsAnError) {
  show("");
  EXPECT_EQ(look(want({{"name", "x"}})).problem->code, Code::kCannotObserve);
  system.script("systemctl show *", {1, "", "Failed to connect to bus: No such file or directory\n", false});
  EXPECT_EQ(look(want({{"name", "x"}})).problem->summary,
            "systemctl show: Failed to connect to bus: No such file or directory");
}

TEST_F(Service, Names) {  // S09
  EXPECT_EQ(systemd::full_name("nginx"), "nginx.service");
  EXPECT_EQ(systemd::full_name("a.timer"), "a.timer");
  EXPECT_EQ(systemd::full_name("php8.2-fpm"), "php8.2-fpm.service");
  EXPECT_EQ(systemd::full_name("w@1"), "w@1.service");
  EXPECT_TRUE(systemd::is_template("w@.service"));
  EXPECT_FALSE(systemd::is_template("w@1.service"));
  const auto edges = provider.infers(want({{"name", "w@1"}}));
  EXPECT_EQ(edges[0], (Address{"", "unit", "w@1.service"}));
  EXPECT_EQ(edges[1], (Address{"", "package", "w"}));
}

const ServiceManager& manager() {
  return *back_end_named("systemd");
}

TEST_F(Service, AUnitFileMakesItsUnit) {
  EXPECT_EQ(manager().made_by("/etc/systemd/system/app.service"), (Address{"", "unit", "app.service"}));
  EXPECT_EQ(manager().made_by("/usr/lib/systemd/system/a@.timer"), (Address{"", "unit", "a@.timer"}));
  EXPECT_FALSE(manager().made_by("/etc/systemd/system/app.service.d/x.conf"));
  EXPECT_FALSE(manager().made_by("/etc/motd"));
  EXPECT_EQ(manager().made_by("/etc/init.d/old"), (Address{"", "unit", "old.service"}));
  EXPECT_FALSE(manager().made_by("/etc/init.d/a/b"));
  EXPECT_TRUE(manager().reads("/etc/systemd/system/app.service.d/x.conf"));
}

TEST_F(Service, Commands) {
  const auto command = [](const char* verb, bool image) {
    const auto steps = manager().steps({"systemd", "x.service", verb}, image);
    if (!steps) return code_name(steps.error().code());
    if (steps->empty()) return std::string("nothing");
    std::string line;
    for (const std::string& word : steps->at(0).program.argv) line += word + " ";
    return line;
  };
  EXPECT_EQ(command("start", false), "systemctl --no-ask-password start -- x.service ");
  EXPECT_EQ(command("daemon_reload", false), "systemctl --no-ask-password daemon-reload ");
  EXPECT_EQ(command("daemon_reload", true), "nothing");
  EXPECT_EQ(command("enable", true), "systemctl --no-ask-password enable -- x.service ");
  EXPECT_EQ(command("stop", true), "PL4109");
  EXPECT_EQ(command("sing", false), "PL3103");
  EXPECT_TRUE(manager().read_state({0, "activating\n", "", false}).moving);
  EXPECT_TRUE(manager().read_state({0, "failed\n", "", false}).failed);
  EXPECT_FALSE(manager().read_state({0, "inactive\n", "", false}).failed) << "a oneshot that has done its work";
}

TEST_F(Service, UndoAsksForTheOldState) {
  show(block("x.service", "ActiveState=failed UnitFileState=disabled"));
  const Desired desired = want({{"name", "x"}, {"state", "running"}, {"enabled", true}});
  EXPECT_EQ(provider.restore(desired, *look(desired).observed)->attributes,
            (Json{{"name", "x"}, {"state", "stopped"}, {"enabled", false}}));
}

}  // namespace
}  // namespace plumb::providers::service
