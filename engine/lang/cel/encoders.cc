// The encoders extension, and digests.
#include "engine/base/digest.h"
#include "engine/lang/cel/library.h"

namespace plumb::cel {
namespace {

Value encode_base64(Call& call) {
  if (!call.budget.allocate(call.text(0).size() * 4 / 3 + 4)) return cost_exceeded();
  return Value::string(base64_encode(call.text(0)));
}

// Padding may be left out.
Value decode_base64(Call& call) {
  if (!call.budget.allocate(2 * call.text(0).size())) return cost_exceeded();
  std::string text(call.text(0));
  if (text.find('=') == std::string::npos) text.append((4 - text.size() % 4) % 4, '=');
  Result<std::string> bytes = base64_decode(text);
  return bytes ? Value::bytes(*bytes) : fail("the text is not base64");
}

Value sha256(Call& call) {
  if (!call.budget.read(4 * call.text(0).size())) return cost_exceeded();
  return Value::string(digest(call.text(0)).substr(kDigestPrefix.size()));
}

}  // namespace

void add_encoders(FunctionTable& table) {
  table.add("base64.encode(bytes) -> string", encode_base64, "Bytes in base64");
  table.add("base64.decode(string) -> bytes", decode_base64, "The bytes behind base64");
  table.add("sha256(string) -> string", sha256, "The SHA-256 digest in hexadecimal");
  table.add("sha256(bytes) -> string", sha256);
}

}  // namespace plumb::cel
