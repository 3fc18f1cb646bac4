// Arbitrary bytes as an expression, as text with expressions in it and as a template: whatever is accepted must end
// within its budget, and its value must have a form to show. The first byte chooses.
#include <cstdint>
#include <cstdlib>

#include "engine/base/json.h"
#include "engine/lang/cel/convert.h"
#include "engine/lang/interpolation.h"
#include "engine/lang/template.h"

namespace {

using plumb::Json;
using plumb::cel::Type;
using plumb::cel::Value;
using Kind = Type::Kind;

struct Scope {
  plumb::cel::Environment environment;
  std::vector<Value> slots;

  void add(const char* name, Type type, Value value) {
    environment.add_variable(name, std::move(type));
    slots.push_back(std::move(value));
  }
};

const Scope& scope() {
  static const Scope kScope = [] {
    Scope made;
    const Type text(Kind::kString);
    const Type site = plumb::cel::make_record("site", {{"name", text, false}, {"root", text, true}});
    made.add("i", Type(Kind::kInt), Value::integer(7));
    made.add("u", Type(Kind::kUint), Value::unsigned_integer(7));
    made.add("x", Type(Kind::kDouble), Value::real(0.5));
    made.add("b", Type(Kind::kBool), Value::boolean(true));
    made.add("s", text, Value::string("äbc${}"));
    made.add("n", Type::nullable(text), Value::null());
    made.add("xs", Type::list(text), plumb::cel::from_json(Json::parse(R"(["a", "b", "a"])")));
    made.add("m", Type::map(text, Type(Kind::kInt)), plumb::cel::from_json(Json::parse(R"({"a": 1, "b": 2})")));
    made.add("sites", Type::list(site),
             plumb::cel::from_json(Json::parse(R"([{"name": "a"}, {"name": "b", "root": "/"}])")));
    made.add("d", Type(), plumb::cel::from_json(Json::parse(R"({"a": [1, 2.5, null, {"b": true}]})")));
    made.add("unset", Type(), Value());
    return made;
  }();
  return kScope;
}

plumb::cel::Limits small() {
  plumb::cel::Limits limits;
  limits.steps = 200'000;
  limits.bytes = std::uint64_t{4} << 20;
  return limits;
}

void show(const Value& value) {
  plumb::cel::Budget budget(small());
  Json json;
  (void)plumb::cel::to_json(value, json, budget);
  if (!plumb::valid_utf8(plumb::cel::display(value))) std::abort();
}

void expression(std::string_view text, bool check) {
  plumb::cel::CompileOptions options;
  options.check = check;
  const auto program = plumb::cel::compile(text, scope().environment, options);
  if (!program) return;
  plumb::cel::Budget budget(small());
  if (const auto value = program->evaluate({scope().slots, nullptr}, budget)) show(*value);
}

void interpolation(std::string_view text) {
  if (!plumb::valid_utf8(text)) return;  // the reader of YAML lets no other through
  const auto made = plumb::lang::Interpolation::parse(text, scope().environment);
  if (!made) return;
  plumb::cel::Budget budget(small());
  if (const auto value = made->evaluate({scope().slots, nullptr}, budget)) show(*value);
}

void render(std::string_view text) {
  const auto made = plumb::lang::Template::parse(text, scope().environment);
  if (!made) return;
  plumb::cel::Budget budget(small());
  const auto result = made->render({scope().slots, nullptr}, budget);
  if (result && result->size() > small().bytes) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      expression(text, true);
      break;
    case 1:
      expression(text, false);
      break;
    case 2:
      interpolation(text);
      break;
    default:
      render(text);
  }
  return 0;
}
