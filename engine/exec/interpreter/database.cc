#include "engine/exec/interpreter/database.h"

namespace plumb::exec {

Result<> edit_database(LocalSystem&, const EditDatabase& operation) {
  return fail(Code::kNoBackEnd, "the " + operation.database + " database cannot be edited by this executor");
}

}  // namespace plumb::exec
