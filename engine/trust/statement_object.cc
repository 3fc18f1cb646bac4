#include "engine/trust/statement_object.h"

#include "engine/base/json_member.h"

namespace plumb::trust {

Result<Json> read_statement_object(std::string_view bytes, std::string_view type, const std::string& what,
                                   std::size_t most, Code code) {
  if (bytes.size() > most) return fail(code, "this is too large for " + what);
  PLUMB_TRY_ASSIGN(Json json, parse_json(bytes, code));
  if (text_of(json, "plumb") != kStatementForm || text_of(json, "type") != type)
    return fail(code, "this is not " + what + " of the form " + std::string(kStatementForm));
  return json;
}

}  // namespace plumb::trust
