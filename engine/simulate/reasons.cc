#include "engine/simulate/reasons.h"

#include <algorithm>
#include <functional>

#include "engine/base/sealed.h"

namespace plumb::simulate {
namespace {

// An account, a group: hosts tell it by its name or by its number, as it is asked for.
bool is_numbered(const Json& value) {
  if (value.is_array()) return std::any_of(value.begin(), value.end(), is_numbered);
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

Json member(const Json& object, const std::string& attribute) {
  const auto found = object.find(attribute);
  return found == object.end() ? Json() : *found;
}

class Reasons {
 public:
  Reasons(const Change& change, const Desired& desired, const Observed& observed, const Recorded& recorded)
      : change_(change), observed_(observed), recorded_(recorded), asks_anew_(asks_anew(desired.attributes)) {}

  // The three-way comparison of what was left, what is there and what is asked for.
  std::string of(const std::string& attribute) const {
    const Json kept = member(recorded_.attributes, attribute);
    // Of what is there it was nobody's to set; and of what was to be gone nothing was left.
    if (kept.is_null() && recorded_.there) return "config";
    const Json left = recorded_.there ? kept : Json();
    const Json found = member(change_.before, attribute);
    const Json asked = member(change_.after, attribute);
    const bool host_moved = found != left && comparable(attribute, left, found, asked);
    const bool config_moved = asked != left;
    if (host_moved && config_moved) return "both";
    return host_moved ? "drift" : "config";
  }

 private:
  // Whether a difference between what was left and what is there says that the host changed. That an attribute became
  // sensitive, or is so no more, or has another way of being said, is the configuration's doing; and so is what is
  // found of something that is asked to be another thing now.
  bool comparable(const std::string& attribute, const Json& left, const Json& found, const Json& asked) const {
    const bool judged =
        std::find(recorded_.judged.begin(), recorded_.judged.end(), attribute) != recorded_.judged.end();
    const bool untold = found.is_null() && !change_.before.empty();
    if (asks_anew_ && (judged || untold)) return false;
    if (left.is_null() || found.is_null()) return true;
    if (is_lost_seal(left)) return false;
    return is_sealed(left) == is_sealed(found) && is_numbered(left) == is_numbered(asked);
  }

  // Whether the resource is asked for otherwise than it was left. Of what a host tells, the record has the host's word
  // for it, so there the change says it.
  bool asks_anew(const Json& desired) const {
    const Json& kept = recorded_.attributes;
    const auto told = [&](const std::string& attribute) {
      return observed_.attributes.contains(attribute) || change_.after.contains(attribute);
    };
    const auto differs = [&](const Json& one, const Json& other) {
      return std::any_of(one.items().begin(), one.items().end(), [&](const auto& item) {
        return !told(item.key()) && member(other, item.key()) != item.value();
      });
    };
    const bool moved = std::any_of(change_.after.items().begin(), change_.after.items().end(), [&](const auto& item) {
      const bool asked = desired.contains(item.key()) || kept.contains(item.key());
      return asked && item.value() != member(kept, item.key());
    });
    return moved || differs(desired, kept) || differs(kept, desired);
  }

  const Change& change_;
  const Observed& observed_;
  const Recorded& recorded_;
  bool asks_anew_;
};

std::map<std::string, std::string> for_each_of(const Change& change,
                                               const std::function<std::string(const std::string&)>& reason) {
  std::map<std::string, std::string> because;
  for (const Json* side : {&change.before, &change.after}) {
    for (const auto& [attribute, unused] : side->items()) because[attribute] = reason(attribute);
  }
  return because;
}

}  // namespace

std::map<std::string, std::string> reasons(const Change& change, const Desired& desired, const Observed& observed,
                                           const Recorded& recorded) {
  const Reasons reasons(change, desired, observed, recorded);
  return for_each_of(change, [&](const std::string& attribute) { return reasons.of(attribute); });
}

std::map<std::string, std::string> first_reasons(const Change& change) {
  return for_each_of(change, [](const std::string&) { return "first"; });
}

}  // namespace plumb::simulate
