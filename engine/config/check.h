// Checks the expressions of a module against declared types, without any host: names, fields, types, what may be
// missing, cycles between values, and secrets that would be shown.
#pragma once

#include "engine/config/module.h"

namespace plumb::config {

struct CheckContext {
  const lang::SourceMap& sources;
  Diagnostics& diagnostics;
};

// Compiles every expression of the module and orders its values. The modules that it uses are checked already. What has
// errors is marked broken.
Module check(ParsedModule&& parsed, const CheckContext& context);

// Compiles an expression of somebody who asks about a checked module, in its scope, and says what it reads. Nothing
// after a fault was told.
std::optional<Reads> check_question(Expression& question, const Module& module, const CheckContext& context);

// What the inside of a module reads, in the terms of its caller.
Reads seen_by_caller(const Reads& inside, const ModuleCall& call);

// The names of a module that every expression in it knows.
cel::Environment environment_of(const Module& module);

}  // namespace plumb::config
