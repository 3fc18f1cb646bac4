// Rows of the operations on packages, services, accounts, the kernel and firewalls (internal to this folder; see
// members.h).
#pragma once

#include "engine/base/json_member.h"
#include "providers/sdk/members.h"
#include "providers/sdk/operation.h"

namespace plumb {

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

}  // namespace plumb
