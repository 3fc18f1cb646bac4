#include "providers/databases/kinds.h"

namespace plumb::providers {
namespace databases {

std::optional<Desired> again_as_before(const Desired& desired, const Observed& before, const Change& change,
                                       std::initializer_list<const char*> attributes) {
  Desired again = desired;
  again.sensitive.clear();
  again.attributes = {{"state", before.exists ? "present" : "absent"}};
  // What says which one it is, and where.
  for (const char* kept : {"name", "host", "user", "role", "database", "table", "type", "schema", "objects", "default",
                           "owner_role", "as", "socket", "port", "login_file"}) {
    if (desired.has(kept)) again.attributes[kept] = desired.attribute(kept);
  }
  for (const char* attribute : attributes) {
    if (before.exists && change.before.contains(attribute)) again.attributes[attribute] = change.before[attribute];
  }
  return again;
}

}  // namespace databases

namespace postgresql_database {

// All kinds of the folder.
void add_to(Registry& registry) {
  registry.add(databases::pg_database::kind());
  registry.add(databases::pg_role::kind());
  registry.add(databases::pg_grant::kind());
  registry.add(databases::pg_extension::kind());
  registry.add(databases::pg_setting::kind());
  registry.add(databases::my_database::kind());
  registry.add(databases::my_user::kind());
  registry.add(databases::my_grant::kind());
}

}  // namespace postgresql_database
}  // namespace plumb::providers
