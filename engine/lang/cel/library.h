// The parts of the standard function table, one file each. Inside engine/lang/cel only.
#pragma once

#include <vector>

#include "engine/lang/cel/function.h"

namespace plumb::cel {

void add_operators(FunctionTable& table);    // operators.cc
void add_conversions(FunctionTable& table);  // conversions.cc
void add_strings(FunctionTable& table);      // strings.cc
void add_format(FunctionTable& table);       // format.cc
void add_regex(FunctionTable& table);        // regex.cc
void add_time(FunctionTable& table);         // time_functions.cc
void add_math(FunctionTable& table);         // math.cc
void add_lists(FunctionTable& table);        // lists.cc
void add_sets(FunctionTable& table);         // sets.cc
void add_optionals(FunctionTable& table);    // optionals.cc
void add_encoders(FunctionTable& table);     // encoders.cc
void add_network(FunctionTable& table);      // network_functions.cc
void add_documents(FunctionTable& table);    // documents.cc
void add_paths(FunctionTable& table);        // paths.cc
void add_versions(FunctionTable& table);     // versions.cc
void add_list_functions(FunctionTable& table);
void add_maps(FunctionTable& table);
void add_text_functions(FunctionTable& table);
void add_digests(FunctionTable& table);
void add_passwords(FunctionTable& table);
void add_urls(FunctionTable& table);
void add_toml(FunctionTable& table);

// How many values format() takes for this text.
std::size_t count_conversions(std::string_view pattern);

// Whether versionCompare() knows such versions, and which it does.
bool is_version_scheme(std::string_view name);
inline constexpr const char* kVersionSchemes = "there are debian, rpm and semver";

std::vector<FunctionDoc> macro_documentation();  // macro_docs.cc
// What a function does, shown by an expression that is true; empty where there is none.
std::string_view example_of(std::string_view function);  // examples.cc

}  // namespace plumb::cel
