// What engines answer, for tests of the kinds that ask them.
#pragma once

#include <string>

#include "engine/base/json.h"
#include "providers/container/image_name.h"
#include "providers/container/kinds.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::container {

inline const std::string kOne(64, '1');
inline const std::string kTwo(64, '2');

inline ProcessResult answer(std::string output, std::string errors = {}, int exit_code = 0) {
  ProcessResult result;
  result.output = std::move(output);
  result.errors = std::move(errors);
  result.exit_code = exit_code;
  return result;
}

inline std::string image_named(const std::string& name, const std::string& id, const std::string& digest = {}) {
  Json image = {{"Id", id}, {"RepoTags", {name}}, {"RepoDigests", Json::array()}};
  if (!digest.empty()) image["RepoDigests"].push_back(bare_name(name) + "@sha256:" + digest);
  return Json::array({image}).dump();
}

}  // namespace plumb::providers::container
