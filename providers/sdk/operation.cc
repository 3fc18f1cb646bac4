// The JSON form of operations. Each operation's members are named once, in fields(); a writer and a reader walk
// the same list, so that the two directions cannot drift apart.
#include "providers/sdk/operation.h"

#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

namespace plumb {
namespace {

template <class T>
struct Tag {
  using Type = T;
};

constexpr std::string_view op_name(Tag<WriteFile>) {
  return "write_file";
}
constexpr std::string_view op_name(Tag<MakeDirectory>) {
  return "make_directory";
}
constexpr std::string_view op_name(Tag<MakeLink>) {
  return "make_link";
}
constexpr std::string_view op_name(Tag<Remove>) {
  return "remove";
}
constexpr std::string_view op_name(Tag<SetAttributes>) {
  return "set_attributes";
}
constexpr std::string_view op_name(Tag<Run>) {
  return "run";
}
constexpr std::string_view op_name(Tag<PackageTransaction>) {
  return "package_transaction";
}
constexpr std::string_view op_name(Tag<ServiceAction>) {
  return "service_action";
}
constexpr std::string_view op_name(Tag<EditDatabase>) {
  return "edit_database";
}
constexpr std::string_view op_name(Tag<Probe>) {
  return "probe";
}
constexpr std::string_view op_name(Tag<PackageRequest>) {
  return "package request";
}

template <class Sink, class T>
void ownership(Sink& sink, T& value, const std::remove_const_t<T>& defaults) {
  sink.optional("owner", value.ownership.owner, defaults.ownership.owner);
  sink.optional("group", value.ownership.group, defaults.ownership.group);
  sink.optional("mode", value.ownership.mode, defaults.ownership.mode);
}

// `value` is const for the writer and not for the reader; `is` names the type for either.
template <class T, class Bare>
concept is = std::is_same_v<std::remove_const_t<T>, Bare>;

template <class Sink, is<WriteFile> T>
void fields(Sink& sink, T& value, const std::remove_const_t<T>& defaults) {
  sink.required("path", value.path);
  sink.required("content", value.content);
  ownership(sink, value, defaults);
  sink.optional("follow", value.follow, defaults.follow);
  sink.optional("backup", value.backup, defaults.backup);
  sink.optional("validate", value.validate, defaults.validate);
}

template <class Sink, is<MakeDirectory> T>
void fields(Sink& sink, T& value, const std::remove_const_t<T>& defaults) {
  sink.required("path", value.path);
  ownership(sink, value, defaults);
  sink.optional("parents", value.parents, defaults.parents);
}

template <class Sink, is<MakeLink> T>
void fields(Sink& sink, T& value, const std::remove_const_t<T>& defaults) {
  sink.required("path", value.path);
  sink.required("target", value.target);
  sink.optional("hard", value.hard, defaults.hard);
  sink.optional("replace", value.replace, defaults.replace);
}

template <class Sink, is<Remove> T>
void fields(Sink& sink, T& value, const std::remove_const_t<T>& defaults) {
  sink.required("path", value.path);
  sink.optional("recursive", value.recursive, defaults.recursive);
  sink.optional("backup", value.backup, defaults.backup);
}

template <class Sink, is<SetAttributes> T>
void fields(Sink& sink, T& value, const std::remove_const_t<T>& defaults) {
  sink.required("path", value.path);
  ownership(sink, value, defaults);
  sink.optional("follow", value.follow, defaults.follow);
}

template <class Sink, is<Run> T>
void fields(Sink& sink, T& value, const std::remove_const_t<T>& defaults) {
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

template <class Sink, is<PackageRequest> T>
void fields(Sink& sink, T& value, const std::remove_const_t<T>& defaults) {
  sink.required("name", value.name);
  sink.optional("version", value.version, defaults.version);
}

template <class Sink, is<PackageTransaction> T>
void fields(Sink& sink, T& value, const std::remove_const_t<T>& defaults) {
  sink.required("manager", value.manager);
  sink.optional("install", value.install, defaults.install);
  sink.optional("remove", value.remove, defaults.remove);
  sink.optional("allow_downgrade", value.allow_downgrade, defaults.allow_downgrade);
  sink.optional("refresh", value.refresh, defaults.refresh);
}

template <class Sink, is<ServiceAction> T>
void fields(Sink& sink, T& value, const std::remove_const_t<T>& defaults) {
  sink.required("manager", value.manager);
  sink.optional("unit", value.unit, defaults.unit);  // daemon_reload has none
  sink.required("verb", value.verb);
}

template <class Sink, is<EditDatabase> T>
void fields(Sink& sink, T& value, const std::remove_const_t<T>& defaults) {
  sink.required("database", value.database);
  sink.required("verb", value.verb);
  sink.required("name", value.name);
  sink.optional("set", value.set, defaults.set);
}

template <class Sink, is<Probe> T>
void fields(Sink& sink, T& value, const std::remove_const_t<T>& defaults) {
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
}

class Writer {
 public:
  template <class T>
  void required(const char* member, const T& value) {
    json_[member] = form(value);
  }
  template <class T>
  void optional(const char* member, const T& value, const T& otherwise) {
    if (!(value == otherwise)) json_[member] = form(value);
  }
  Json take() { return std::move(json_); }

 private:
  static Json form(const std::optional<std::string>& value) { return *value; }
  static Json form(const std::vector<PackageRequest>& list) {
    Json result = Json::array();
    for (const PackageRequest& item : list) {
      Writer writer;
      fields(writer, item, PackageRequest{});
      result.push_back(writer.take());
    }
    return result;
  }
  template <class T>
  static Json form(const T& value) {
    return value;
  }

  Json json_ = Json::object();
};

class Reader {
 public:
  Reader(std::string_view what, const Json& json) : what_(what), json_(json) {
    if (!json.is_object()) problem("is no object");
  }

  template <class T>
  void required(const char* member, T& value) {
    if (const Json* found = take(member)) {
      read(member, *found, value);
    } else {
      problem("lacks `" + std::string(member) + "`");
    }
  }
  template <class T>
  void optional(const char* member, T& value, const T&) {
    if (const Json* found = take(member)) read(member, *found, value);
  }

  // The first problem, a member that nothing asked for among them.
  Result<> finish() {
    if (problem_.empty() && json_.size() != taken_) {
      problem_ = "has a member that is not known";
    }
    if (problem_.empty()) return {};
    return fail(Code::kProtocol, "operation " + std::string(what_) + " " + problem_);
  }

 private:
  const Json* take(const char* member) {
    const auto found = json_.find(member);
    if (found == json_.end()) return nullptr;
    ++taken_;
    return &*found;
  }
  void problem(std::string text) {
    if (problem_.empty()) problem_ = std::move(text);
  }
  void wrong(const char* member) { problem("has a `" + std::string(member) + "` of the wrong type"); }

  void read(const char* member, const Json& json, std::string& value) {
    if (!json.is_string()) return wrong(member);
    value = json.get<std::string>();
  }
  void read(const char* member, const Json& json, std::optional<std::string>& value) {
    if (!json.is_string()) return wrong(member);
    value = json.get<std::string>();
  }
  void read(const char* member, const Json& json, bool& value) {
    if (!json.is_boolean()) return wrong(member);
    value = json.get<bool>();
  }
  void read(const char* member, const Json& json, int& value) {
    if (!json.is_number_integer()) return wrong(member);
    const auto number = json.get<std::int64_t>();
    if (number < std::numeric_limits<int>::min() || number > std::numeric_limits<int>::max()) return wrong(member);
    value = static_cast<int>(number);
  }
  template <class T>
  void read(const char* member, const Json& json, std::vector<T>& list) {
    if (!json.is_array()) return wrong(member);
    list.clear();
    for (const Json& item : json) {
      T value{};
      read(member, item, value);
      list.push_back(std::move(value));
    }
  }
  void read(const char* member, const Json& json, std::map<std::string, std::string>& map) {
    if (!json.is_object()) return wrong(member);
    for (const auto& [key, item] : json.items()) read(member, item, map[key]);
  }
  void read(const char* member, const Json& json, PackageRequest& value) {
    Reader reader(op_name(Tag<PackageRequest>{}), json);
    fields(reader, value, PackageRequest{});
    if (!reader.finish()) wrong(member);
  }
  void read(const char* member, const Json& json, Json& value) {
    if (!json.is_object()) return wrong(member);
    value = json;
  }

  std::string_view what_;
  const Json& json_;
  std::size_t taken_ = 0;
  std::string problem_;
};

template <class T>
Result<Operation> read_as(const Json& body) {
  T value;
  Reader reader(op_name(Tag<T>{}), body);
  if (body.is_object()) fields(reader, value, T{});
  PLUMB_TRY(reader.finish());
  return Operation(std::move(value));
}

template <std::size_t index = 0>
Result<Operation> read_named(std::string_view name, const Json& body) {
  if constexpr (index == std::variant_size_v<Operation>) {
    return fail(Code::kProtocol, "unknown operation `" + std::string(name) + "`");
  } else {
    using T = std::variant_alternative_t<index, Operation>;
    if (name == op_name(Tag<T>{})) return read_as<T>(body);
    return read_named<index + 1>(name, body);
  }
}

}  // namespace

bool host_can_undo(const Operation& operation) {
  if (const auto* remove = std::get_if<Remove>(&operation)) return !remove->recursive;
  return std::holds_alternative<WriteFile>(operation) || std::holds_alternative<MakeDirectory>(operation) ||
         std::holds_alternative<MakeLink>(operation) || std::holds_alternative<SetAttributes>(operation) ||
         std::holds_alternative<ServiceAction>(operation);
}

std::string describe(const Probe& probe) {
  const auto list = [](const std::vector<int>& numbers) {
    std::string text;
    for (const int number : numbers) text += (text.empty() ? "" : " or ") + std::to_string(number);
    return text;
  };
  if (!probe.tcp.empty()) return "port " + probe.tcp + " is open";
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

Json to_json(const Operation& operation) {
  return std::visit(
      [](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        Writer writer;
        fields(writer, value, T{});
        Json json = Json::object();
        json[std::string(op_name(Tag<T>{}))] = writer.take();
        return json;
      },
      operation);
}

Result<Operation> operation_from_json(const Json& json) {
  if (!json.is_object() || json.size() != 1) {
    return fail(Code::kProtocol, "an operation is an object with one member that names it");
  }
  const auto member = json.begin();
  return read_named(member.key(), member.value());
}

}  // namespace plumb
