// The project: plumb.yaml and what it includes, read, checked against the schemas and normalised.
// Everything here is literal and typed; nothing is resolved for one host yet.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/address.h"
#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/lang/source.h"

namespace plumb::config {

// A value with the place it was written at.
struct Located {
  Json value;
  SourceSpan span;
};

// A host pattern or an address glob as written.
struct Pattern {
  std::string text;
  SourceSpan span;
};

struct Resource {
  Address address;
  SourceSpan span;  // of the identity, what `source` in a plan points to
  // Attributes as the kind's schema types and normalises them (see schema.h), the identity's own attribute
  // (x-identity) among them. Defaults from the schema are filled in with the resource's span.
  std::map<std::string, Located> attributes;
  std::optional<Pattern> on;  // absent: every host
  std::vector<Pattern> after;
  std::vector<Pattern> before;
  std::set<std::string> ignore;  // attributes left alone once the resource exists
  bool prevent_destroy = false;
  // Attributes whose values never appear in any output: those the schema marks x-sensitive, those named by
  // `sensitive: [content]`, and with `sensitive: true` every attribute that the schema marks x-secret-capable.
  // With an attribute goes the one that its bytes become or come from (x-content-of).
  std::set<std::string> sensitive;
};

struct Input {
  std::string name;
  Json schema;
  bool sensitive = false;
  std::optional<Located> default_value;
  SourceSpan span;
};

struct Project {
  std::filesystem::path folder;
  std::string name;
  std::map<std::string, Input> inputs;
  // In declared order. What a file includes comes before its own, whatever the order of the keys in it.
  std::vector<Resource> resources;
  // Digest over the normalised configuration (not its layout or comments) and the bytes of its source files: the
  // plan's inputs.config. Sensitive values stay out of it, because a digest without a key would let short ones be
  // guessed; the plan holds them as keyed digests.
  std::string digest;
};

// Reads `folder`/plumb.yaml and its includes. Gathers every finding; a project comes back only when
// there is no error. Warnings travel with success. `sources`, where given, takes the texts that were read, with the
// lines that hold sensitive values hidden.
std::optional<Project> load_project(const std::filesystem::path& folder, Diagnostics& diagnostics,
                                    lang::SourceMap* sources = nullptr);

}  // namespace plumb::config
