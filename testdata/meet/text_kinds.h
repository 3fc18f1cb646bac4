// What the generators say of kinds that change parts of files.
#pragma once

#include <string>
#include <vector>

#include "testdata/meet/case.h"
#include "testdata/meet/random.h"
#include "testdata/meet/rarer.h"

namespace plumb::meet {

bool is_text_kind(const std::string& kind);

// The text that tells resources of one name apart; "" where there is none.
std::string key_of_text_kind(const Resource& resource);

// The file that it is about, or "" where only a host can tell.
std::string file_of_text_kind(const Resource& resource);

// Of a kind beyond line, replace and block, at one of the paths or of one of the accounts.
Resource any_text_kind(const std::string& path, const Words& words, Random& random);

// For pairs: attributes of resources at a path, by kind; a name in the place of the path where `name` is not "".
struct TextVariant {
  const char* kind;
  const char* name;
  Json attributes;
};
std::vector<TextVariant> text_variants();

}  // namespace plumb::meet
