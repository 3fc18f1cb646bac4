// Readings as a project declares them, and what becomes of what a host tells of them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/base/json.h"
#include "engine/config/dynamic.h"
#include "engine/config/parsed.h"
#include "engine/lang/cel/type.h"
#include "providers/sdk/reading.h"

namespace plumb::config {

// One entry of `readings`. Broken where errors were told: its name is known all the same, and of any type.
ParsedReading read_reading(const lang::Entry& entry, Diagnostics& diagnostics);

// One entry of `facts`: a fact of the host's own, which is a reading of the file that holds it.
ParsedReading read_local_fact(const lang::Entry& entry, Diagnostics& diagnostics);

// Of the keys that say what is asked.
const Json& source_schema();

// The type that expressions see.
cel::Type type_of(const ParsedReading& reading);

// By which type a host can tell the value itself (see TurnReading::type); "" where it takes more than that.
std::string turn_type_of(const ParsedReading& reading);

// The source with its expressions worked out: a map of its keys alone. Nothing after a fault was told.
std::optional<ReadingSource> source_of(const ParsedReading& reading, const lang::Node& resolved,
                                       Diagnostics& diagnostics);

// The value of what a host told, by the reading's format and type; where the host has none, that of `absent`. `name` is
// what messages call it. Errors: kCannotObserve, at the reading.
Result<Json> value_of(const ParsedReading& reading, const std::string& name, const ToldReading& told);

// Why a source could not be read, told as of the reading.
Error reading_error(const ParsedReading& reading, const std::string& name, const Diagnostic& problem);

}  // namespace plumb::config
