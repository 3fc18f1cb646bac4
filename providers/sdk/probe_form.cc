#include "providers/sdk/probe_form.h"

#include "providers/sdk/provider.h"

namespace plumb {

Probe probe_from(const Json& written) {
  Probe probe;
  const auto numbers = [&](const char* key, std::vector<int>& into) {
    const Json& value = member_of(written, key);
    if (value.is_number_integer()) into = {value.get<int>()};
    if (!value.is_array()) return;
    into.clear();
    for (const Json& one : value) {
      if (one.is_number_integer()) into.push_back(one.get<int>());
    }
  };
  const auto number = [&](const char* key, int& into) {
    const Json& value = member_of(written, key);
    if (value.is_number_integer()) into = value.get<int>();
  };
  const Json& command = member_of(written, "command");
  if (command.is_string()) probe.script = command.get<std::string>();
  if (command.is_array()) probe.argv = texts_in(command);
  const Json& port = member_of(written, "tcp");
  probe.tcp = port.is_number_integer() ? "127.0.0.1:" + std::to_string(port.get<int>()) : text_of(written, "tcp");
  numbers("expect", probe.expect);
  probe.http = text_of(written, "http");
  probe.exists = text_of(written, "path");
  probe.host = text_of(written, "host");
  numbers("status", probe.status);
  probe.body = text_of(written, probe.exists.empty() ? "body" : "contains");
  number("timeout", probe.timeout_seconds);
  number("within", probe.within_seconds);
  number("every", probe.every_seconds);
  number("stable", probe.stable);
  return probe;
}

}  // namespace plumb
