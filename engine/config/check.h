// Checks the expressions of a module against declared types, without any host: names, fields, types, what may be
// missing, cycles between values, and secrets that would be shown.
#pragma once

#include "engine/config/module.h"

namespace plumb::config {

struct CheckContext {
  const lang::SourceMap& sources;
  Diagnostics& diagnostics;
};

struct KeptModule;

// Compiles every expression of the module and orders its values. The modules that it uses are checked already. What has
// errors is marked broken. Resources are taken from `kept` and kept there, if there is one.
Module check(ParsedModule&& parsed, const CheckContext& context, KeptModule* kept = nullptr);

// An expression of somebody who asks about a checked module, and what it reads.
struct Question {
  Expression expression;
  Reads reads;
};

// Compiles it in the module's scope. Nothing after a fault was told.
std::optional<Question> check_question(lang::Node text, const Module& module, const CheckContext& context);

}  // namespace plumb::config
