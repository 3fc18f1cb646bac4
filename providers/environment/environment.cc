#include "providers/environment/environment.h"

namespace plumb::providers::environment {
namespace {

bool is_plain(const std::string& value) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,@%+=";
  return value.find_first_not_of(kPlain) == std::string::npos;
}

// PAM takes one pair of quotes away and knows no escapes; a shell takes all between single quotes as it stands.
std::string quoted(const std::string& value, bool shell) {
  if (is_plain(value)) return value;
  if (!shell) return '"' + value + '"';
  std::string text = "'";
  for (const char c : value) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

EntryEdit EnvironmentProvider::entry(const Desired& desired) const {
  const std::string name = desired.text("name");
  const std::string value = desired.text("value");
  const bool exported = desired.flag("export", false);
  EntryEdit entry;
  entry.match = "^\\s*(export\\s+)?" + quoted_pattern(name) + "=";
  entry.text = (exported ? "export " : "") + name + "=" + quoted(value, exported);
  if (is_plain(value)) {
    const std::string pattern = quoted_pattern(value);
    entry.same = std::string("^\\s*") + (exported ? "export\\s+" : "") + quoted_pattern(name) + "=(" + pattern + "|\"" +
                 pattern + "\"|'" + pattern + "')\\s*$";
  }
  return entry;
}

void add_to(Registry& registry) {
  Kind kind = edit_kind<EnvironmentProvider>("environment");
  kind.adoption = {survey, "system"};
  registry.add(std::move(kind));
}

}  // namespace plumb::providers::environment
