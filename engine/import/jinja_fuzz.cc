// Arbitrary bytes as an expression of Jinja, a text with some, a condition and a template: what is taken over is an
// expression, a text or a template here too. The first byte chooses.
#include <cstdint>
#include <cstdlib>

#include "engine/base/json.h"
#include "engine/import/expression.h"
#include "engine/import/jinja_template.h"
#include "engine/import/translate_text.h"
#include "engine/lang/cel/program.h"

namespace {

using namespace plumb;

// Every name is a variable `v`, of which nothing is known.
class AnyNames : public imports::Names {
 public:
  imports::Cel variable(const std::string&) override {
    return {"v", imports::Type::kAny, imports::Type::kAny, 0, "", ""};
  }
  std::optional<imports::Cel> chain(const std::vector<std::string>& parts, std::size_t& used) override {
    return imports::fact_of(parts, used);
  }
  const lang::Node* constant(const std::string&) const override { return nullptr; }
};

void check(const imports::Cel& made) {
  cel::CompileOptions options;
  options.check = false;
  const auto program = cel::compile(made.text, cel::Environment(), options);
  // Names of the project and functions that look into it are known to others; what is none of CEL's syntax never is.
  if (!program && program.error().code == Code::kExpressionSyntax) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > (std::size_t{16} << 10)) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (!valid_utf8(text)) return 0;  // the reader of YAML lets no other through
  AnyNames names;
  try {
    switch (data[0] % 4) {
      case 0:
        check(imports::translate(*imports::parse_expression(text), names));
        break;
      case 1:
        (void)imports::translate_text(text, names);
        break;
      case 2:
        check(imports::condition_text(text, names));
        break;
      default:
        (void)imports::translate_template(
            text, names, {.included = [text](const std::string&) { return std::string(text); }, .layout = {}});
    }
  } catch (const imports::Untranslatable&) {
  }
  return 0;
}
