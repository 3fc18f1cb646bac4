// Rows of the operations that run programs, ask, wait and call (internal to this folder; see members.h).
#pragma once

#include "providers/sdk/members.h"
#include "providers/sdk/operation.h"

namespace plumb {

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

}  // namespace plumb
