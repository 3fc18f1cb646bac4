// The pipelines that `plumb ci init` writes.
#pragma once

#include <string>
#include <string_view>

namespace plumb::cmd {

struct PipelineSettings {
  std::string plumb;        // as the pipeline's shell calls it: "plumb", "plumb -C infra"
  std::string tests;        // the folder with the project's cases, which need not be there: "infra/tests"
  std::string branch;       // what is merged into it is applied
  int approvals = 0;        // of people, besides the signature
  bool shares_key = false;  // the project's key lies beside it, sealed
};

// Of "github", "gitlab" or "generic". The same settings give the same bytes.
std::string pipeline_text(std::string_view service, const PipelineSettings& settings);

}  // namespace plumb::cmd
