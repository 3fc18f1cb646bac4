#include <cstddef>
#include <cstdint>

#include "engine/base/digest.h"
#include "providers/outside/answers.h"
#include "providers/outside/differing.h"
#include "providers/outside/package.h"

// The bytes as what a provider's program prints, and as its package: whatever is believed of it has the schema's
// attributes and types and says nothing in clear that is sensitive, and a difference made of it is the same twice.
namespace {

using plumb::Json;

const plumb::outside::Package& package() {
  static const plumb::outside::Package made = [] {
    plumb::outside::Package one;
    one.name = "demo";
    one.version = "1";
    one.digest = plumb::digest("");
    return one;
  }();
  return made;
}

const plumb::outside::Words& words() {
  static const plumb::outside::Words made(Json::parse(R"({
    "x-identity": "name",
    "properties": {
      "name": {"type": "string"}, "value": {"type": ["string", "integer"]}, "token": {"type": "string", "x-parameter": true},
      "password": {"type": "string", "x-judged": true}, "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
      "state": {"type": "string", "enum": ["present", "absent"]}}})"));
  return made;
}

void check(const Json& answer, const plumb::Desired& desired) {
  const auto observed = plumb::outside::observed_from(answer, words(), desired);
  if (!observed) return;
  if (!observed->exists && !observed->attributes.empty()) __builtin_trap();
  for (const auto& [name, value] : observed->attributes.items()) {
    const plumb::outside::AttributeWords* known = words().find(name);
    if (known == nullptr || known->parameter) __builtin_trap();
    if (name != "password" && value == "top-secret-token") __builtin_trap();
  }
  const plumb::Change once = plumb::outside::difference(package(), words(), desired, *observed);
  const plumb::Change twice = plumb::outside::difference(package(), words(), desired, *observed);
  if (once.operations != twice.operations || once.after != twice.after) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb::outside;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  plumb::Desired desired{{"", "thing", "x"},
                         {{"name", "x"}, {"value", "a"}, {"token", "top-secret-token"}, {"password", "letmein99"}},
                         {"token", "password"}};
  for (const std::size_t requests : {1U, 2U}) {
    const auto given = answers(bytes, package(), requests);
    if (!given) continue;
    if (given->size() != requests) __builtin_trap();
    for (const Json& answer : *given) {
      check(answer, desired);
      (void)applied_from(answer).has_value();
    }
  }
  if (const auto files = unpack(bytes); files && pack(*files) != bytes) __builtin_trap();
  return 0;
}
