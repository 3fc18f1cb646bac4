#include "engine/run/snapshot_json.h"

#include <simdjson.h>

#include "engine/base/simdjson_convert.h"

namespace plumb::run {
namespace {

namespace dom = simdjson::dom;

// {"observed": {"attributes": {…}, "exists": …}}
bool read_state(dom::element entry, Observed& observed) {
  dom::object outer;
  dom::object state;
  if (entry.get(outer) != simdjson::SUCCESS || outer.size() != 1 || outer["observed"].get(state) != simdjson::SUCCESS)
    return false;
  dom::object attributes;
  return state.size() == 2 && state["exists"].get(observed.exists) == simdjson::SUCCESS &&
         state["attributes"].get(attributes) == simdjson::SUCCESS && convert(attributes, observed.attributes);
}

bool read_states(dom::object resources, std::map<std::string, Result<Observed>>& states) {
  for (const auto [address, entry] : resources) {
    const std::size_t known = states.size();
    const auto state = states.emplace_hint(states.end(), address, Observed{});
    if (states.size() == known || !read_state(entry, *state->second)) return false;
  }
  return true;
}

}  // namespace

class SnapshotJson::Parser {
 public:
  explicit Parser(std::size_t depth) : depth_(depth) {}

  bool parse(std::string_view text, dom::element& root) {
    if (text.size() > parser_.capacity() && parser_.allocate(text.size(), depth_) != simdjson::SUCCESS) return false;
    return parser_.parse(text.data(), text.size()).get(root) == simdjson::SUCCESS;
  }

 private:
  std::size_t depth_;
  dom::parser parser_;
};

SnapshotJson::SnapshotJson(std::size_t depth) : parser_(std::make_unique<Parser>(depth)) {}
SnapshotJson::~SnapshotJson() = default;

std::optional<Json> SnapshotJson::read(std::string_view text) {
  dom::element root;
  if (!parser_->parse(text, root)) return std::nullopt;
  std::optional<Json> json(std::in_place);
  if (!convert(root, *json)) return std::nullopt;
  return json;
}

std::optional<HostSnapshot> SnapshotJson::read_host(std::string_view text, Json& record) {
  dom::element root;
  dom::object host;
  if (!parser_->parse(text, root) || root.get(host) != simdjson::SUCCESS || host.size() != 4) return std::nullopt;
  std::optional<HostSnapshot> snapshot(std::in_place);
  std::string_view name;
  dom::object facts;
  dom::object resources;
  dom::element told;
  if (host["host"].get(name) != simdjson::SUCCESS || host["facts"].get(facts) != simdjson::SUCCESS ||
      host["resources"].get(resources) != simdjson::SUCCESS || host["record"].get(told) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  snapshot->host = name;
  if (!convert(facts, snapshot->facts) || !read_states(resources, snapshot->states) || !convert(told, record))
    return std::nullopt;
  return snapshot;
}

}  // namespace plumb::run
