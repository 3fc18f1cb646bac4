// Members of an object that anybody may have made: where one is of another type, it counts as not given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"

namespace plumb {

// Null where `object` is none or has no such member.
const Json& member_of(const Json& object, std::string_view name);
std::string text_of(const Json& object, std::string_view name, std::string_view otherwise = {});
bool flag_of(const Json& object, std::string_view name, bool otherwise);
// The same for a literal, of which a call hands on one pointer and nothing for its length: the executor is to stay
// small, and has three thousand such calls.
const Json& member_of(const Json& object, const char* name);
std::string text_of(const Json& object, const char* name);
std::string text_of(const Json& object, const char* name, const char* otherwise);
bool flag_of(const Json& object, const char* name, bool otherwise);
// An integer from 0 on; 0 where it is not given.
std::uint64_t count_of(const Json& object, std::string_view name);
// The texts in a list, or the one text that stands in its place.
std::vector<std::string> texts_in(const Json& list);

}  // namespace plumb
