#include "engine/config/certain.h"

#include <algorithm>
#include <array>

namespace plumb::config {
namespace {

// Of the text as such, before anything in it has a meaning.
bool is_of_text(Code code) {
  constexpr std::array kCodes = {Code::kFileUnreadable,  Code::kYamlSyntax,   Code::kYamlEncoding, Code::kYamlLimit,
                                 Code::kYamlUnsupported, Code::kDuplicateKey, Code::kYamlTab,      Code::kCueFailed};
  return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

// That there is something, or of which type it is.
bool hangs_on_what_is_declared(Code code) {
  constexpr std::array kCodes = {
      Code::kUnknownInput,   Code::kInputMissing, Code::kUnknownName,   Code::kUnknownField,     Code::kMayBeNull,
      Code::kExpressionType, Code::kNoOverload,   Code::kNotText,       Code::kEvaluationFailed, Code::kUnknownAddress,
      Code::kNoHostMatches,  Code::kCheck,        Code::kForeignBraces, Code::kUnknownTag};
  return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

}  // namespace

Diagnostics certain_of(const Diagnostics& found, const std::map<std::string, int>& broken_files) {
  Diagnostics certain;
  for (const Diagnostic& one : found.items()) {
    const auto file = one.span ? broken_files.find(one.span->file) : broken_files.end();
    const bool in_broken = file != broken_files.end();
    const bool behind = in_broken && one.span->line >= file->second;
    const bool doubtful = hangs_on_what_is_declared(one.code) || behind || (in_broken && one.code == Code::kMissingKey);
    if (is_of_text(one.code) || !doubtful) certain.add(one);
  }
  return certain;
}

}  // namespace plumb::config
