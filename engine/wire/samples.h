// One message of every kind with every member set, for the tests of this folder.
#pragma once

#include <vector>

#include "engine/wire/messages.h"

namespace plumb::wire {

inline Diagnostic sample_diagnostic() {
  return Diagnostic(Code::kStale, "it moved").with_hint("make the plan anew").as(Severity::kWarning);
}

inline Desired sample_desired() {
  return {{"web", "file", "/etc/motd"}, {{"path", "/etc/motd"}, {"mode", "0644"}}, {"content"}, {{"LANG", "C"}}};
}

inline std::vector<Message> samples() {
  Observed observed;
  observed.exists = true;
  observed.attributes = {{"mode", "0600"}, {"size", 12}};
  observed.missing = {{{"", "user", "deploy"}, "owner"}};
  observed.obstacle = Obstacle(sample_diagnostic(), ObstacleGoes::kWithItsPath);
  observed.content_text = "hello\n";
  observed.undone_by = "line:/etc/motd#b";
  observed.shaped_by = {"directory:/etc"};
  observed.open_until = {"package:base"};
  observed.cuts = "the last key of deploy would be gone";
  observed.login = "deploy 192.0.2.5 192.0.2.1 22 deploy,sudo";

  Observe observe{"edge", "k", {sample_desired()}};
  observe.asides = {{0, true, {"mode"}, {"web/file:/etc/motd"}}};
  observe.secrets = {{"hmac-sha256:0", "s3cret"}};
  observe.told = {{0, observed, std::nullopt}};

  Action action;
  action.desired = sample_desired();
  action.op = Op::kUpdate;
  action.before = {{"mode", "0600"}};
  action.after = {{"mode", "0644"}};
  action.operations = {SetAttributes{"/etc/motd", {{}, {}, "0644"}, false},
                       ServiceAction{"systemd", "x.service", "reload"}};
  Action plain = action;
  action.needs = {0};
  action.explained = true;
  action.triggers = {2};
  action.triggered = true;
  action.owed = true;
  action.hide_output = true;
  action.confirm_within = 120;
  action.manner = {3, 10, 60, true};
  action.rescues = {0};
  action.owes = {{"service:y", Op::kRestart}};
  action.when = {{"text", "readings.x"}};
  action.also = {"web/file:/etc/motd"};

  Apply apply;
  apply.project = "edge";
  apply.key = "k";
  apply.run = "run-1";
  apply.plan = "sha256:0";
  apply.check_applied = true;
  apply.keep_going = true;
  apply.actions = {plain, action, plain};
  apply.resources = {{"file:/etc/motd", {{"mode", "0644"}}}};
  apply.secrets = {{"hmac-sha256:0", "s3cret"}};
  apply.moot_probes = {"service:z"};
  apply.contents = {{"sha256:3", std::uint64_t{1} << 40}};
  apply.who = "ada@desk";
  apply.take_over = true;
  apply.image = "0123456789abcdef";
  apply.readings = {{"web/version", Json{{"file", "/etc/version"}}, "sha256:4"}};
  apply.settled = {0};
  apply.changed = {0};
  apply.failed = {1};
  apply.skipped = {2};
  apply.moved = {{"file:/etc/issue", "file:/etc/motd"}};
  apply.forget = {"command:once"};
  apply.prevents = {"file:/etc/motd"};
  apply.permits = {"file:/etc/other"};
  apply.cover = {"{}", 3, {"sha256:7"}, {{"{}", "-----BEGIN SSH SIGNATURE-----"}}, "[]", "{}", "[]"};

  Record record;
  record.serial = 7;
  record.damaged = true;
  record.resources = apply.resources;
  record.owed = {{"service:x", Op::kReload, "run-0", {"file:/etc/x"}}};
  record.unreported = {{"run-0", "sha256:1", "file:/etc/x", JournalOutcome::kUnknown, "killed", Op::kUpdate}};
  record.locks = {{"file:/etc/*", "ada", "a trial", "2026-01-02T03:04:05Z", "2026-01-02T05:04:05Z"}};

  record.busy = sample_diagnostic();
  record.claims = {{"shop", {"file:/etc/motd"}, "run-7", "ada@desk", "2026-01-02T03:04:05Z"}};
  record.image = "0123456789abcdef";
  record.prevented = {"file:/etc/motd"};

  return {
      Hello{{1, 3}, "0.1.0", "linux-x86_64", {{"os", {{"id", "debian"}}}}, "b1", "{}"},
      observe,
      ObservedChunk{{{0, observed, std::nullopt}, {1, std::nullopt, sample_diagnostic()}}},
      record,
      Blob{"sha256:2", std::string("\0\xff bytes", 8), false, true, sample_diagnostic()},
      apply,
      Event{EventKind::kFailed, 3, "why", sample_diagnostic(), 12},
      Alive{},
      Done{DoneOutcome::kFailed, 1, 2, 3, 4, 5, "run-0", "2026-01-02T03:04:05Z", {"service:x"}, 120, 600},
      Acknowledge{"edge", {"run-0", "run-1"}},
      Stop{},
      Refused{sample_diagnostic()},
      Confirm{"edge", "run-1"},
      Confirmation{ConfirmOutcome::kUndone, {"file:/etc/x"}, {"service:x"}, {"file:/etc/y: it is in use"}},
      ChangeLocks{"edge", "ada", {"file:/etc/*"}, 7200, "a trial", {"service:x"}, true, true},
      Locks{record.locks, record.locks},
      Want{"sha256:3", 4096, 8192},
      Read{{Json{{"command", Json::array({"true"})}, {"gives", "exit_code"}}}},
      Readings{{{"16", "", std::nullopt}, {nullptr, "there is no file", sample_diagnostic()}}},
      Execute{{"uptime", "-p"}, "uptime | wc -l", "deploy", {{"LANG", "C"}}, 1048576},
      Collect{"/etc/motd"},
      Survey{{"package", "user"}},
      Piece{std::string("\0\xff bytes", 8), true},
      Ended{3, 12, "sha256:5"},
      Providers{{Json{{"name", "redis"}}}},
      Lacking{{"sha256:6"}},
      Turn{{"", "dns_record", "www"}, "update"},
      Told{observed, sample_diagnostic(), "done\n"},
      ProviderCall{"sha256:6", std::string("{}\n\xff", 4), true, {{"LANG", "C"}}, 9},
      ProviderAnswer{std::string("{}\n\xff", 4), "\xff", 3, true, sample_diagnostic()},
      Replacement{"{}",
                  {"-----BEGIN SSH SIGNATURE-----"},
                  std::string("\x7f"
                              "ELF\xff",
                              5)},
      Recipient{"age1x"},
      Envelope{std::string("age\n\xff", 5)},
      Perform{action, {{"hmac-sha256:0", "s3cret"}}},
      Performed{"done\n", sample_diagnostic()},
  };
}

}  // namespace plumb::wire
