// The cases that a provider from outside brings along, as schemas/provider_tests.json describes them.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/json.h"
#include "engine/conformance/subject.h"
#include "engine/lang/source.h"

namespace plumb::conformance {

// Where the cases lie, in the folder of a provider.
inline constexpr const char* kTestsFolder = "tests";

struct ProviderCase {
  std::string name;
  std::string kind;
  Resource resource;
  std::optional<Resource> removal;
  std::map<std::string, std::string> files;        // in the scratch folder
  std::vector<std::vector<std::string>> programs;  // that are run before
};

struct ProviderCases {
  std::vector<ProviderCase> cases;
  std::map<std::string, Exceptions> exceptions;  // by kind
};

// Of all files in the folder's `tests`, in the order of their names; `kinds` are the provider's. {scratch} in them is
// replaced. Findings say what is wrong, also that there are no cases.
ProviderCases read_provider_cases(const std::filesystem::path& folder, const std::vector<std::string>& kinds,
                                  const std::filesystem::path& scratch, Diagnostics& found, lang::SourceMap& sources);

// The kinds as what is judged: a case is arranged by emptying the scratch folder and filling it as the case says.
// `provider` is the folder that programs are run in.
std::vector<Subject> provider_subjects(const ProviderCases& cases, const std::vector<std::string>& kinds,
                                       const std::filesystem::path& provider, const std::filesystem::path& scratch);

}  // namespace plumb::conformance
