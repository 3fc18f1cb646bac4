#include "providers/http/http.h"

#include <algorithm>

#include "providers/sdk/calling.h"
#include "providers/sdk/observe_each.h"
#include "providers/sdk/via.h"

namespace plumb::providers::http {
namespace {

constexpr int kLongestQuestion = 120;  // seconds

std::vector<int> numbers_in(const Json& value) {
  std::vector<int> numbers;
  if (value.is_number_integer()) numbers.push_back(value.get<int>());
  if (!value.is_array()) return numbers;
  for (const Json& one : value) {
    if (one.is_number_integer()) numbers.push_back(one.get<int>());
  }
  return numbers;
}

// What the call and the question have in common.
Call addressed(const Desired& desired) {
  Call call;
  call.url = desired.text("url");
  const Json& headers = desired.attribute("headers");
  if (headers.is_string()) call.sealed_headers = headers.get<std::string>();
  if (headers.is_object()) {
    for (const auto& [name, value] : headers.items()) {
      if (value.is_string()) call.headers[name] = value.get<std::string>();
    }
  }
  call.username = desired.text("username");
  call.password = desired.text("password");
  call.proxy = desired.text("proxy");
  call.ca_file = desired.text("ca_file");
  call.any_certificate = !desired.flag("validate_certs", true);
  const Json& timeout = desired.attribute("timeout");
  if (timeout.is_number_integer()) call.timeout_seconds = timeout.get<int>();
  return call;
}

Call call_of(const Desired& desired) {
  Call call = addressed(desired);
  call.method = desired.text("method", "GET");
  call.body = desired.text("body");
  if (desired.has("status")) call.status = numbers_in(desired.attribute("status"));
  call.contains = desired.text("contains");
  return call;
}

// What is asked whether the call is needed. A plan waits for it.
Call question_of(const Desired& desired) {
  const Json& unless = desired.attribute("unless");
  Call question = addressed(desired);
  if (const std::string url = text_of(unless, "url"); !url.empty()) question.url = url;
  if (const Json& status = member_of(unless, "status"); !status.is_null()) question.status = numbers_in(status);
  question.contains = text_of(unless, "contains");
  question.timeout_seconds = std::min(question.timeout_seconds, kLongestQuestion);
  return question;
}

// As a step around a host's turn.
bool calls_each_time(const Desired& desired) {
  return !desired.has("unless") && !desired.has("run_on");
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  observed.exists = true;
  const auto found = [&](bool calls, std::string why) {
    observed.attributes = {{"guard", calls ? "run" : "skip"}, {"why", std::move(why)}};
    return std::move(observed);
  };
  if (system.is_image()) {
    observed.attributes = {
        {"guard", "skip"}, {"why", "programs of an image are not run, so nothing is called"}, {"image", true}};
    return observed;
  }
  if (system.find_program("curl").empty() && system.find_program("wget").empty())
    observed.missing.push_back({{"", "package", "curl"}, "url"});
  if (calls_each_time(desired)) return found(true, "");
  if (!desired.has("unless")) return found(false, "calls only when what it watches changes");
  const Call question = question_of(desired);
  if (!observed.missing.empty()) return found(true, question.url + " cannot be asked yet");
  const Result<CallAnswer> answer = call_server(system, question, true);
  // A server that an earlier action starts does not answer yet.
  if (!answer && answer.error().code() == Code::kOperation) return Error(answer.error());
  if (!answer) return found(true, question.url + " does not answer");
  const std::string why = why_not(question, *answer);
  if (!why.empty()) return found(true, "asked of " + question.url + ", " + why);
  return found(false, question.url + " answers " + std::to_string(answer->status) +
                          (question.contains.empty() ? "" : " with the text that is asked for") + " (unless)");
}

Change calling(const Desired& desired, std::string note) {
  Change change;
  change.op = Op::kRun;
  change.fidelity = Fidelity::kOpaque;
  change.note = asked_from(desired, std::move(note));
  change.operations.push_back(call_of(desired));
  return change;
}

}  // namespace

std::vector<Result<Observed>> HttpProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return observe_each(desired, [&system](const Desired& one) { return observe_one(one, system); });
}

std::vector<std::string> HttpProvider::observed_with(const Desired& desired) const {
  if (!desired.has("unless")) return {};
  return {"headers", "username", "password", "proxy"};
}

Change HttpProvider::diff(const Desired& desired, const Observed& observed) const {
  if (observed.flag("image", false)) return {};
  if (calls_each_time(desired)) return calling(desired, "");
  if (observed.text("guard") != "run") return {};
  Change change = calling(desired, observed.text("why"));
  change.before["guard"] = "run";
  change.after["guard"] = "skip";
  return change;
}

std::vector<Address> HttpProvider::infers(const Desired& desired) const {
  if (is_from_controller(desired)) return {};
  std::vector<Address> edges = {{"", "package", "curl"}, {"", "package", "wget"}};
  if (const std::string authority = desired.text("ca_file"); !authority.empty())
    edges.push_back({"", "file", authority});
  return edges;
}

Observed HttpProvider::as_declared(const Desired& desired) const {
  Observed observed = Provider::as_declared(desired);
  observed.attributes["guard"] = "skip";
  return observed;
}

Observed HttpProvider::as_declared_before(const Desired& before, const Desired& desired) const {
  Observed observed = as_declared(before);
  observed.attributes["guard"] = before.attributes == desired.attributes ? "skip" : "run";
  return observed;
}

std::string HttpProvider::why_passed_over(const Desired& desired, const Observed& observed) const {
  return desired.has("unless") && observed.text("guard") == "skip" ? observed.text("why") : std::string();
}

Change HttpProvider::triggered(const Desired& desired, const Observed& observed, Op op) const {
  // What is asked for anyway is enough.
  if (op != Op::kRun || observed.text("guard") == "run" || observed.flag("image", false)) return {};
  return calling(desired, "what it watches changed");
}

void add_to(Registry& registry) {
  registry.add({.name = "http",
                .provider = make_provider<HttpProvider>(),
                .operations = OperationSet::of<Call>(),
                .triggers = {{"run_on", Op::kRun}},
                .runs = true,
                .guards = {"unless"},
                .judged = {"guard"},
                .removal = ""});
}

}  // namespace plumb::providers::http
