#include "engine/exec/survey.h"

#include <algorithm>
#include <set>

#include "engine/base/host_text.h"
#include "engine/base/secret_marks.h"
#include "providers/sdk/survey.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMostThings = 20000;

// What a text in a value, or in names of its members, holds that nobody else is to see.
std::string_view secret_within(const Json& value) {
  if (value.is_string()) return secret_in(value.get_ref<const std::string&>());
  for (const auto& [name, item] : value.items()) {
    // As it would stand in a file: `PASSWORD=…` is told by both.
    if (value.is_object() && item.is_string()) {
      const std::string_view what = secret_in(name + "=" + item.get_ref<const std::string&>());
      if (!what.empty()) return what;
    }
    if (const std::string_view what = secret_within(item); !what.empty()) return what;
  }
  return {};
}

void take_secrets_out(FoundThing& thing) {
  std::vector<std::string> gone;
  for (const auto& [name, value] : thing.attributes.items()) {
    const std::string_view what =
        value.is_structured() || value.is_string() ? secret_within(value) : std::string_view();
    if (what.empty()) continue;
    thing.withheld.push_back({name, std::string(what)});
    gone.push_back(name);
  }
  for (const std::string& name : gone) thing.attributes.erase(name);
}

class Surveyor {
 public:
  Surveyor(const std::function<void(std::string_view)>& send, std::string kind) : send_(send), kind_(std::move(kind)) {}

  void tell(Survey survey) {
    for (FoundThing& thing : survey.things) tell(thing);
    for (const LeftOut& one : survey.left_out)
      say({{"kind", kind_}, {"left_out", text_of_bytes(one.what)}, {"why", text_of_bytes(one.why)}});
    if (!survey.settled.empty()) say({{"kind", kind_}, {"settled", survey.settled}});
  }
  std::size_t bytes() const { return bytes_; }
  void set_bytes(std::size_t bytes) { bytes_ = bytes; }

 private:
  void tell(FoundThing& thing) {
    take_secrets_out(thing);
    Json line = {{"kind", kind_}, {"name", text_of_bytes(thing.name)}, {"attributes", with_texts(thing.attributes)}};
    for (const Withheld& one : thing.withheld) line["withheld"][one.attribute] = one.why;
    if (!thing.covers.empty()) line["covers"] = thing.covers;
    if (thing.yields) line["yields"] = true;
    say(with_texts(line));
  }
  void say(const Json& line) {
    const std::string text = canonical(line) + "\n";
    if (bytes_ + text.size() > kMostSurveyed) {
      if (!full_)
        send_(canonical({{"kind", kind_}, {"left_out", "the rest"}, {"why", "it is more than is told"}}) + "\n");
      full_ = true;
      return;
    }
    bytes_ += text.size();
    send_(text);
  }

  const std::function<void(std::string_view)>& send_;
  std::string kind_;
  std::size_t bytes_ = 0;
  bool full_ = false;
};

std::shared_ptr<const Packaged> packaged_on(const Registry& registry, System& system, std::string& why_not) {
  const Result<const PackageManager*> manager = registry.managers().packages_of(system);
  if (manager && *manager == nullptr) return nullptr;
  Result<std::shared_ptr<const Packaged>> packaged = manager ? (*manager)->packaged(system) : manager.error();
  if (packaged) return std::move(*packaged);
  why_not = packaged.error().summary();
  return nullptr;
}

}  // namespace

void take_survey(const Registry& registry, System& system, const wire::Survey& question,
                 const std::function<void(std::string_view lines)>& send) {
  const std::set<std::string> kinds(question.kinds.begin(), question.kinds.end());
  std::string why_not;
  const std::shared_ptr<const Packaged> packaged = packaged_on(registry, system, why_not);
  const SurveyedHost host{system, registry.managers(), packaged.get()};
  std::size_t told = 0;
  for (const std::string& name : kinds) {
    const Kind* kind = registry.find(name);
    if (kind == nullptr || kind->adoption.look == nullptr) continue;
    Survey survey;
    if (!why_not.empty()) survey.leave_out("what packages brought", std::exchange(why_not, {}));
    kind->adoption.look(host, survey);
    if (survey.things.size() > kMostThings) {
      survey.things.resize(kMostThings);
      survey.leave_out("the rest", "there are more than are told");
    }
    Surveyor surveyor(send, name);
    surveyor.set_bytes(told);
    surveyor.tell(std::move(survey));
    told = surveyor.bytes();
  }
}

}  // namespace plumb::exec
