// postgresql_setting: a setting of the whole server of PostgreSQL, by ALTER SYSTEM.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "engine/base/ascii.h"
#include "engine/base/joined.h"
#include "engine/base/trimmed.h"
#include "providers/databases/kinds.h"
#include "providers/databases/postgresql.h"
#include "providers/databases/survey.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::databases::pg_setting {
namespace {

// Lists whose items are quoted one by one.
constexpr std::array<std::string_view, 6> kLists = {"local_preload_libraries",   "search_path",
                                                    "session_preload_libraries", "shared_preload_libraries",
                                                    "temp_tablespaces",          "unix_socket_directories"};

bool is_list(std::string_view name) {
  return std::find(kLists.begin(), kLists.end(), name) != kLists.end();
}

std::vector<std::string> items_of(std::string_view list) {
  std::vector<std::string> items;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (const std::string_view item = trimmed(list.substr(0, comma), " \""); !item.empty()) items.emplace_back(item);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return items;
}

// What is asked for as one text.
std::string value_of(const Desired& desired) {
  const Json& value = desired.attribute("value");
  if (value.is_boolean()) return value.get<bool>() ? "on" : "off";
  if (value.is_number()) return value.dump();
  if (!value.is_array()) return desired.text("value");
  return joined(texts_in(value));
}

struct Unit {
  std::string_view name;
  double times;  // of a byte, or of a microsecond
};
constexpr std::array<Unit, 12> kUnits = {{{"B", 1},
                                          {"kB", 1024},
                                          {"8kB", 8192},
                                          {"MB", 1048576},
                                          {"GB", 1073741824},
                                          {"TB", 1099511627776},
                                          {"us", 1},
                                          {"ms", 1e3},
                                          {"s", 1e6},
                                          {"min", 6e7},
                                          {"h", 3.6e9},
                                          {"d", 8.64e10}}};

double times_of(std::string_view unit) {
  const auto found = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& one) { return one.name == unit; });
  return found == kUnits.end() ? 1 : found->times;
}

// A number with or without a unit, in the smallest one.
std::optional<double> number_in(const std::string& text, const std::string& unit) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (end == text.c_str()) return std::nullopt;
  std::string_view own = end;
  while (!own.empty() && own.front() == ' ') own.remove_prefix(1);
  return number * times_of(own.empty() ? std::string_view(unit) : own);
}

std::string plain_switch(std::string_view text) {
  const std::string word = lowered(text);
  if (word == "on" || word == "true" || word == "yes" || word == "1") return "on";
  return word == "off" || word == "false" || word == "no" || word == "0" ? "off" : word;
}

bool same_value(const std::string& one, const std::string& other, const Json& row, std::string_view name) {
  if (one == other) return true;
  const std::string type = text_of(row, "vartype");
  if (type == "bool") return plain_switch(one) == plain_switch(other);
  if (type == "enum") return plain_switch(one) == plain_switch(other);
  if (type == "integer" || type == "real") {
    const std::string unit = text_of(row, "unit");
    const std::optional<double> number = number_in(one, unit);
    return number && number == number_in(other, unit);
  }
  return is_list(name) && items_of(one) == items_of(other);
}

// What the files say counts from the next reading or start on; what stands in none of them any more is as it comes.
std::string question(std::span<const Desired* const> desired) {
  return "SELECT jsonb_build_object('n', w.n, 'vartype', s.vartype, 'unit', s.unit, 'context', s.context, 'runs', "
         "CASE WHEN s.source IN ('configuration file', 'session') THEN s.boot_val ELSE s.reset_val END, 'pending', "
         "s.pending_restart, 'file', (SELECT f.setting FROM pg_file_settings f WHERE "
         "lower(f.name) = lower(s.name) ORDER BY f.seqno DESC LIMIT 1), 'system', (SELECT f.setting FROM "
         "pg_file_settings f WHERE lower(f.name) = lower(s.name) AND f.sourcefile LIKE '%/postgresql.auto.conf' ORDER "
         "BY "
         "f.seqno DESC LIMIT 1)) FROM (VALUES " +
         numbered(desired, "name", pg_text) + ") AS w (n, name) JOIN pg_settings s ON lower(s.name) = lower(w.name);\n";
}

Result<Observed> read(const Desired& desired, const Json& row, const Json&) {
  Observed observed;
  const std::string name = desired.text("name");
  if (!row.is_object()) {
    observed.exists = false;
    if (!wants_absent(desired))
      observed.obstacle =
          server_obstacle(Diagnostic(Code::kServerRefused, "the server of PostgreSQL knows no setting " + name)
                              .with_hint("a library may bring it, by shared_preload_libraries and a restart"));
    return observed;
  }
  const bool own = member_of(row, "system").is_string();
  observed.exists = !wants_absent(desired) || own;
  const std::string runs = text_of(row, "runs") + text_of(row, "unit");
  const std::string value = own ? text_of(row, "system") : text_of(row, "file", runs);
  // Another unit is another way to write the same.
  observed.attributes["value"] =
      same_value(value, value_of(desired), row, name) ? desired.attribute("value") : Json(value);
  observed.attributes["context"] = text_of(row, "context");
  observed.attributes["own"] = own;
  if (flag_of(row, "pending", false) && desired.flag("restart", false)) observed.attributes["waits"] = true;
  return observed;
}

class SettingKind : public PostgresqlProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    return observe_by(server(), {question, read}, desired, system);
  }
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> claims(const Desired& desired) const override {
    // To the server the names of settings are the same however they are written.
    return {"the setting " + lowered(desired.text("name")) + " of PostgreSQL" + whose(desired)};
  }
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

// Of all clusters that the service of the distribution has.
Run restart() {
  Run run;
  run.script =
      "if [ -d /run/systemd/system ]; then exec systemctl restart postgresql.service; fi\n"
      "exec service postgresql restart";
  run.timeout_seconds = 600;
  return run;
}

Change SettingKind::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::string name = desired.text("name");
  const Client client = client_of(server(), desired, observed);
  const bool restarts = desired.flag("restart", false);
  std::string sql;
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    if (observed.has("value")) change.before["value"] = observed.attribute("value");
    sql = "ALTER SYSTEM RESET " + name + ";\n";
  } else {
    const bool waits = restarts && observed.flag("waits", false);
    if (waits) {
      change.before["waits"] = true;
      change.after["waits"] = false;
    }
    const bool same = !differs(desired, observed, "value", change);
    if (change.after.empty()) return change;
    change.op = Op::kUpdate;
    if (same) {
      change.note = "it is set, and counts once the server is restarted";
      change.operations.emplace_back(restart());
      return change;
    }
    sql = "ALTER SYSTEM SET " + name + " = ";
    const std::vector<std::string> items =
        is_list(name) ? items_of(value_of(desired)) : std::vector<std::string>{value_of(desired)};
    std::string list;
    for (const std::string& item : items) append_item(list, pg_text(item));
    sql += (list.empty() ? "''" : list) + ";\n";
  }
  const bool needs_restart = observed.text("context") == "postmaster";
  if (needs_restart) change.note = restarts ? "the server is restarted" : "counts once the server is restarted";
  change.operations.emplace_back(told(server(), client, sql + "SELECT pg_reload_conf();\n"));
  if (needs_restart && restarts) change.operations.emplace_back(restart());
  return change;
}

std::optional<Desired> SettingKind::restore(const Desired& desired, const Observed& before) const {
  Desired again = *again_as_before(desired, before, {}, {});
  const bool own = before.flag("own", false);
  again.attributes["state"] = own ? "present" : "absent";
  if (own) again.attributes["value"] = before.attribute("value");
  if (desired.has("restart")) again.attributes["restart"] = desired.attribute("restart");
  return again;
}

}  // namespace

Kind kind() {
  return {.name = "postgresql_setting",
          .provider = make_provider<SettingKind>(),
          .operations = OperationSet::of<Run>(),
          .adoption = {survey_pg_settings, "databases"}};
}

}  // namespace plumb::providers::databases::pg_setting
