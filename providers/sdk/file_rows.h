// Rows of the operations on files and folders (internal to this folder; see members.h).
#pragma once

#include "providers/sdk/edit_rows.h"
#include "providers/sdk/members.h"
#include "providers/sdk/operation.h"

namespace plumb {

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

}  // namespace plumb
