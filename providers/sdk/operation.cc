// One row an operation: its name, its members, and what the engine must know to plan, group and undo it. Nothing else
// need change for a new one but its type (operation.h) and how it is carried out (engine/exec/interpreter).
#include "providers/sdk/operation.h"

#include <utility>

#include "engine/base/json_member.h"
#include "providers/sdk/edit_rows.h"
#include "providers/sdk/members.h"

namespace plumb {

namespace {

template <class Sink, class T>
void ownership(Sink& sink, T& value, const std::remove_const_t<T>& defaults) {
  sink.optional("owner", value.ownership.owner, defaults.ownership.owner);
  sink.optional("group", value.ownership.group, defaults.ownership.group);
  sink.optional("mode", value.ownership.mode, defaults.ownership.mode);
  sink.optional("acl", value.ownership.acl, defaults.ownership.acl);
  sink.optional("selinux", value.ownership.label, defaults.ownership.label);
  sink.optional("xattrs", value.ownership.extended, defaults.ownership.extended);
  sink.optional("without_xattrs", value.ownership.without, defaults.ownership.without);
}

}  // namespace

template <>
struct Row<WriteFile> {
  static constexpr std::string_view kName = "write_file";
  static OperationTraits traits(const WriteFile&) {
    return {
        .files_only = true, .new_file = true, .leaves_temporary = true, .host_undoes = true, .may_run_programs = true};
  }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const WriteFile& defaults) {
    sink.required("path", value.path);
    sink.optional("content", value.content, defaults.content);
    ownership(sink, value, defaults);
    sink.optional("follow", value.follow, defaults.follow);
    sink.optional("backup", value.backup, defaults.backup);
    sink.optional("validate", value.validate, defaults.validate);
    sink.optional("text", value.text, defaults.text);
    sink.optional("in_place", value.in_place, defaults.in_place);
  }
};

template <>
struct Row<Fetch> {
  static constexpr std::string_view kName = "fetch";
  static OperationTraits traits(const Fetch&) {
    return {.leaves_temporary = true, .host_undoes = true, .may_run_programs = true};
  }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const Fetch& defaults) {
    sink.required("path", value.path);
    sink.required("url", value.url);
    sink.optional("digest", value.digest, defaults.digest);
    ownership(sink, value, defaults);
    sink.optional("follow", value.follow, defaults.follow);
    sink.optional("backup", value.backup, defaults.backup);
    sink.optional("validate", value.validate, defaults.validate);
    sink.optional("headers", value.headers, defaults.headers);
    sink.optional("sealed_headers", value.sealed_headers, defaults.sealed_headers);
    sink.optional("username", value.username, defaults.username);
    sink.optional("password", value.password, defaults.password);
    sink.optional("proxy", value.proxy, defaults.proxy);
    sink.optional("ca_file", value.ca_file, defaults.ca_file);
    sink.optional("any_certificate", value.any_certificate, defaults.any_certificate);
    sink.optional("timeout_seconds", value.timeout_seconds, defaults.timeout_seconds);
    sink.optional("in_place", value.in_place, defaults.in_place);
  }
};

template <>
struct Row<Unpack> {
  static constexpr std::string_view kName = "unpack";
  static OperationTraits traits(const Unpack&) { return {.leaves_temporary = true, .may_run_programs = true}; }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const Unpack& defaults) {
    sink.required("path", value.path);
    sink.optional("archive", value.archive, defaults.archive);
    sink.optional("content", value.content, defaults.content);
    sink.optional("digest", value.digest, defaults.digest);
    ownership(sink, value, defaults);
    sink.optional("strip", value.strip, defaults.strip);
    sink.optional("include", value.include, defaults.include);
    sink.optional("exclude", value.exclude, defaults.exclude);
    sink.optional("mark", value.mark, defaults.mark);
    sink.optional("says", value.says, defaults.says);
  }
};

template <>
struct Row<EditFile> {
  static constexpr std::string_view kName = "edit_file";
  static OperationTraits traits(const EditFile&) {
    return {
        .files_only = true, .new_file = true, .leaves_temporary = true, .host_undoes = true, .may_run_programs = true};
  }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const EditFile& defaults) {
    sink.required("path", value.path);
    sink.required("edits", value.edits);
    sink.optional("create", value.create, defaults.create);
    sink.optional("mode", value.mode, defaults.mode);
    sink.optional("owner", value.owner, defaults.owner);
    sink.optional("group", value.group, defaults.group);
    sink.optional("follow", value.follow, defaults.follow);
    sink.optional("backup", value.backup, defaults.backup);
    sink.optional("validate", value.validate, defaults.validate);
    sink.optional("beside_secrets", value.beside_secrets, defaults.beside_secrets);
    sink.optional("acl", value.acl, defaults.acl);
    sink.optional("in_place", value.in_place, defaults.in_place);
  }
};

template <>
struct Row<MakeDirectory> {
  static constexpr std::string_view kName = "make_directory";
  static OperationTraits traits(const MakeDirectory&) {
    return {.files_only = true, .leaves_temporary = true, .host_undoes = true};
  }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const MakeDirectory& defaults) {
    sink.required("path", value.path);
    ownership(sink, value, defaults);
    sink.optional("parents", value.parents, defaults.parents);
  }
};

template <>
struct Row<MakeLink> {
  static constexpr std::string_view kName = "make_link";
  static OperationTraits traits(const MakeLink&) {
    return {.files_only = true, .leaves_temporary = true, .host_undoes = true};
  }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const MakeLink& defaults) {
    sink.required("path", value.path);
    sink.required("target", value.target);
    sink.optional("hard", value.hard, defaults.hard);
    sink.optional("replace", value.replace, defaults.replace);
  }
};

template <>
struct Row<Remove> {
  static constexpr std::string_view kName = "remove";
  static OperationTraits traits(const Remove& value) {
    return {.files_only = !value.recursive,
            .leaves_temporary = value.backup,
            .host_undoes = !value.recursive,
            .takes_away = true};
  }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const Remove& defaults) {
    sink.required("path", value.path);
    sink.optional("recursive", value.recursive, defaults.recursive);
    sink.optional("backup", value.backup, defaults.backup);
  }
};

template <>
struct Row<SetAttributes> {
  static constexpr std::string_view kName = "set_attributes";
  static OperationTraits traits(const SetAttributes&) { return {.files_only = true, .host_undoes = true}; }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const SetAttributes& defaults) {
    sink.required("path", value.path);
    ownership(sink, value, defaults);
    sink.optional("follow", value.follow, defaults.follow);
  }
};

template <>
struct Row<Run> {
  static constexpr std::string_view kName = "run";
  static OperationTraits traits(const Run&) { return {.repeatable = true, .may_run_programs = true}; }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const Run& defaults) {
    sink.optional("argv", value.argv, defaults.argv);
    sink.optional("script", value.script, defaults.script);
    sink.optional("cwd", value.cwd, defaults.cwd);
    sink.optional("env", value.env, defaults.env);
    sink.optional("sealed_env", value.sealed_env, defaults.sealed_env);
    sink.optional("user", value.user, defaults.user);
    sink.optional("stdin_text", value.stdin_text, defaults.stdin_text);
    sink.optional("timeout_seconds", value.timeout_seconds, defaults.timeout_seconds);
    sink.optional("expect", value.expect, defaults.expect);
  }
};

template <>
struct Row<PackageRequest> {
  static constexpr std::string_view kName = "package request";
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const PackageRequest& defaults) {
    sink.required("name", value.name);
    sink.optional("version", value.version, defaults.version);
    sink.optional("file", value.file, defaults.file);
  }
};

template <>
struct Row<PackageTransaction> {
  static constexpr std::string_view kName = "package_transaction";
  static OperationTraits traits(const PackageTransaction&) { return {.may_run_programs = true}; }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const PackageTransaction& defaults) {
    sink.required("manager", value.manager);
    sink.optional("install", value.install, defaults.install);
    sink.optional("remove", value.remove, defaults.remove);
    sink.optional("allow_downgrade", value.allow_downgrade, defaults.allow_downgrade);
    sink.optional("refresh", value.refresh, defaults.refresh);
    sink.optional("manual", value.manual, defaults.manual);
    sink.optional("without_recommends", value.without_recommends, defaults.without_recommends);
    sink.optional("purge", value.purge, defaults.purge);
    sink.optional("release", value.release, defaults.release);
    sink.optional("hold", value.hold, defaults.hold);
    sink.optional("upgrade", value.upgrade, defaults.upgrade);
    sink.optional("autoremove", value.autoremove, defaults.autoremove);
    sink.optional("conffiles", value.conffiles, defaults.conffiles);
    sink.optional("user", value.user, defaults.user);
  }
};

template <>
struct Row<ServiceAction> {
  static constexpr std::string_view kName = "service_action";
  // Which links there were before is not kept.
  static OperationTraits traits(const ServiceAction& value) {
    return {.host_undoes = value.verb != "reenable", .repeatable = true, .may_run_programs = true};
  }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const ServiceAction& defaults) {
    sink.required("manager", value.manager);
    sink.optional("unit", value.unit, defaults.unit);  // daemon_reload has none
    sink.required("verb", value.verb);
    sink.optional("user", value.user, defaults.user);
  }
};

template <>
struct Row<EditDatabase> {
  static constexpr std::string_view kName = "edit_database";
  static OperationTraits traits(const EditDatabase& value) {
    return {.takes_away = flag_of(value.set, "move_home", false) || flag_of(value.set, "remove_home", false)};
  }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const EditDatabase& defaults) {
    sink.required("database", value.database);
    sink.required("verb", value.verb);
    sink.required("name", value.name);
    sink.optional("set", value.set, defaults.set);
  }
};

template <>
struct Row<Probe> {
  static constexpr std::string_view kName = "probe";
  static OperationTraits traits(const Probe&) { return {.may_run_programs = true}; }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const Probe& defaults) {
    sink.optional("argv", value.argv, defaults.argv);
    sink.optional("script", value.script, defaults.script);
    sink.optional("expect", value.expect, defaults.expect);
    sink.optional("tcp", value.tcp, defaults.tcp);
    sink.optional("http", value.http, defaults.http);
    sink.optional("host", value.host, defaults.host);
    sink.optional("status", value.status, defaults.status);
    sink.optional("body", value.body, defaults.body);
    sink.optional("timeout_seconds", value.timeout_seconds, defaults.timeout_seconds);
    sink.optional("within_seconds", value.within_seconds, defaults.within_seconds);
    sink.optional("every_seconds", value.every_seconds, defaults.every_seconds);
    sink.optional("stable", value.stable, defaults.stable);
    sink.optional("exists", value.exists, defaults.exists);
  }
};

template <>
struct Row<Wait> {
  static constexpr std::string_view kName = "wait";
  static OperationTraits traits(const Wait&) { return {.repeatable = true, .may_run_programs = true}; }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const Wait& defaults) {
    sink.required("probe", value.probe);
    sink.optional("gone", value.gone, defaults.gone);
  }
};

template <>
struct Row<Reboot> {
  static constexpr std::string_view kName = "reboot";
  static OperationTraits traits(const Reboot&) { return {}; }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const Reboot& defaults) {
    sink.optional("within_seconds", value.within_seconds, defaults.within_seconds);
    sink.optional("message", value.message, defaults.message);
  }
};

template <>
struct Row<Call> {
  static constexpr std::string_view kName = "call";
  static OperationTraits traits(const Call&) { return {.may_run_programs = true}; }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const Call& defaults) {
    sink.required("url", value.url);
    sink.optional("method", value.method, defaults.method);
    sink.optional("headers", value.headers, defaults.headers);
    sink.optional("sealed_headers", value.sealed_headers, defaults.sealed_headers);
    sink.optional("body", value.body, defaults.body);
    sink.optional("username", value.username, defaults.username);
    sink.optional("password", value.password, defaults.password);
    sink.optional("proxy", value.proxy, defaults.proxy);
    sink.optional("ca_file", value.ca_file, defaults.ca_file);
    sink.optional("any_certificate", value.any_certificate, defaults.any_certificate);
    sink.optional("status", value.status, defaults.status);
    sink.optional("contains", value.contains, defaults.contains);
    sink.optional("timeout_seconds", value.timeout_seconds, defaults.timeout_seconds);
  }
};

template <>
struct Row<CallProvider> {
  static constexpr std::string_view kName = "call_provider";
  static OperationTraits traits(const CallProvider& value) {
    return {.repeatable = value.verb == "restart" || value.verb == "reload", .may_run_programs = true};
  }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const CallProvider& defaults) {
    sink.required("provider", value.provider);
    sink.required("package", value.package);
    sink.required("kind", value.kind);
    sink.required("verb", value.verb);
    sink.required("address", value.address);
    sink.required("identity", value.identity);
    sink.optional("desired", value.desired, defaults.desired);
    sink.optional("before", value.before, defaults.before);
    sink.optional("changes", value.changes, defaults.changes);
    sink.optional("user", value.user, defaults.user);
    sink.optional("on_controller", value.on_controller, defaults.on_controller);
  }
};

template <>
struct Row<SetKernelValue> {
  static constexpr std::string_view kName = "set_kernel_value";
  static OperationTraits traits(const SetKernelValue&) { return {.repeatable = true}; }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const SetKernelValue&) {
    sink.required("key", value.key);
    sink.required("value", value.value);
  }
};

template <>
struct Row<ChangeMount> {
  static constexpr std::string_view kName = "change_mount";
  static OperationTraits traits(const ChangeMount& value) {
    return {.leaves_temporary = value.verb == "mount", .repeatable = value.verb == "remount", .may_run_programs = true};
  }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const ChangeMount& defaults) {
    sink.required("verb", value.verb);
    sink.required("point", value.point);
    sink.optional("source", value.source, defaults.source);
    sink.optional("type", value.type, defaults.type);
    sink.optional("options", value.options, defaults.options);
  }
};

template <>
struct Row<ChangeSwap> {
  static constexpr std::string_view kName = "change_swap";
  static OperationTraits traits(const ChangeSwap& value) {
    return {.leaves_temporary = value.verb == "make", .may_run_programs = true};
  }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const ChangeSwap& defaults) {
    sink.required("verb", value.verb);
    sink.required("device", value.device);
    sink.optional("mebibytes", value.mebibytes, defaults.mebibytes);
    sink.optional("priority", value.priority, defaults.priority);
  }
};

template <>
struct Row<ChangeModule> {
  static constexpr std::string_view kName = "change_module";
  static OperationTraits traits(const ChangeModule&) { return {.may_run_programs = true}; }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const ChangeModule& defaults) {
    sink.required("verb", value.verb);
    sink.required("name", value.name);
    sink.optional("parameters", value.parameters, defaults.parameters);
  }
};

template <>
struct Row<ChangeFirewall> {
  static constexpr std::string_view kName = "change_firewall";
  // Settings that were not known before cannot be put back.
  static OperationTraits traits(const ChangeFirewall& value) {
    return {.host_undoes = value.settings.size() == value.was.size(), .repeatable = true, .may_run_programs = true};
  }
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const ChangeFirewall& defaults) {
    sink.required("manager", value.manager);
    sink.required("verb", value.verb);
    sink.optional("rules", value.rules, defaults.rules);
    sink.optional("zone", value.zone, defaults.zone);
    sink.optional("where", value.where, defaults.where);
    sink.optional("first", value.first, defaults.first);
    sink.optional("settings", value.settings, defaults.settings);
    sink.optional("was", value.was, defaults.was);
  }
};

OperationTraits traits(const Operation& operation) {
  return std::visit([](const auto& value) { return Row<std::decay_t<decltype(value)>>::traits(value); }, operation);
}

const std::string* path_of(const Operation& operation) {
  return std::visit(
      [](const auto& value) -> const std::string* {
        if constexpr (requires { value.path; }) {
          return &value.path;
        } else {
          return nullptr;
        }
      },
      operation);
}

bool is_in_place(const Operation& operation) {
  return std::visit(
      [](const auto& value) {
        if constexpr (requires { value.in_place; }) {
          return value.in_place;
        } else {
          return false;
        }
      },
      operation);
}

bool follows_link(const Operation& operation) {
  return std::visit(
      [](const auto& value) {
        if constexpr (requires { value.follow; }) {
          return value.follow;
        } else {
          return false;
        }
      },
      operation);
}

const std::string* content_of(const Operation& operation) {
  const std::string* content = nullptr;
  if (const auto* write = std::get_if<WriteFile>(&operation)) content = &write->content;
  if (const auto* unpack = std::get_if<Unpack>(&operation)) content = &unpack->content;
  return content == nullptr || content->empty() ? nullptr : content;
}

bool host_can_undo(const Operation& operation) {
  return traits(operation).host_undoes;
}

namespace {

bool runs_program(const Probe& probe) {
  return !probe.argv.empty() || !probe.script.empty();
}

}  // namespace

bool runs_programs(const Operation& operation) {
  if (const auto* write = std::get_if<WriteFile>(&operation)) return !write->validate.empty();
  if (const auto* edit = std::get_if<EditFile>(&operation)) return !edit->validate.empty();
  if (const auto* probe = std::get_if<Probe>(&operation)) return runs_program(*probe);
  if (const auto* wait = std::get_if<Wait>(&operation)) return runs_program(wait->probe);
  return traits(operation).may_run_programs;
}

std::string describe(const Probe& probe) {
  const auto list = [](const std::vector<int>& numbers) {
    std::string text;
    for (const int number : numbers) text += (text.empty() ? "" : " or ") + std::to_string(number);
    return text;
  };
  if (!probe.tcp.empty()) return "port " + probe.tcp + " is open";
  if (!probe.exists.empty())
    return probe.exists + (probe.body.empty() ? " is there" : " holds the text that is asked for");
  if (!probe.http.empty()) {
    return probe.http + " answers " + list(probe.status) +
           (probe.body.empty() ? "" : " with the text that is asked for");
  }
  std::string command = probe.script.substr(0, probe.script.find('\n'));
  for (const std::string& word : probe.argv) command += (command.empty() ? "" : " ") + word;
  constexpr std::size_t kLongest = 80;
  if (command.size() > kLongest) command = command.substr(0, kLongest) + "…";
  return "`" + command + "` " + (probe.expect == std::vector<int>{0} ? "succeeds" : "ends with " + list(probe.expect));
}

std::string describe(const Wait& wait) {
  if (!wait.gone) return describe(wait.probe);
  if (!wait.probe.tcp.empty()) return "port " + wait.probe.tcp + " is closed";
  if (!wait.probe.exists.empty() && wait.probe.body.empty()) return wait.probe.exists + " is gone";
  return "it is over that " + describe(wait.probe);
}

Json to_json(const Operation& operation) {
  return named_to_json(operation);
}

Result<Operation> operation_from_json(const Json& json) {
  return named_from_json<Operation>("operation", json);
}

}  // namespace plumb
