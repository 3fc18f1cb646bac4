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

// How many values format() takes for this text.
std::size_t count_conversions(std::string_view pattern);

std::vector<FunctionDoc> macro_documentation();  // macro_docs.cc

}  // namespace plumb::cel
