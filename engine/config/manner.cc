#include "engine/config/manner.h"

#include "engine/config/schema.h"

namespace plumb::config {

void WrittenManner::inherit(const WrittenManner& around) {
  if (!retry) retry = around.retry;
  if (!timeout_seconds) timeout_seconds = around.timeout_seconds;
  if (!may_fail) may_fail = around.may_fail;
}

Manner WrittenManner::manner() const {
  Manner manner;
  if (retry) {
    manner.tries = retry->times;
    manner.every_seconds = retry->every_seconds;
  }
  manner.timeout_seconds = timeout_seconds.value_or(0);
  manner.may_fail = may_fail.value_or(false);
  return manner;
}

bool read_manner(const std::string& key, const Json& typed, WrittenManner& manner) {
  constexpr int kEvery = 5;
  if (key == "retry") {
    manner.retry = {typed.value("times", 1), typed.value("every", kEvery)};
  } else if (key == "timeout") {
    manner.timeout_seconds = typed.get<int>();
  } else if (key == "on_failure") {
    manner.may_fail = typed == "continue";
  } else {
    return false;
  }
  return true;
}

Json to_json(const WrittenManner& manner) {
  Json document = Json::object();
  if (manner.retry) document["retry"] = {{"times", manner.retry->times}, {"every", manner.retry->every_seconds}};
  if (manner.timeout_seconds) document["timeout"] = *manner.timeout_seconds;
  if (manner.may_fail) document["on_failure"] = *manner.may_fail ? "continue" : "stop";
  return document;
}

const Json& env_schema() {
  return builtin_schema("project").at("definitions").at("env");
}

}  // namespace plumb::config
