// What dpkg's database says of a host as a whole, for surveys (internal to this folder).
#pragma once

#include <memory>

#include "providers/sdk/survey.h"

namespace plumb::providers::package::apt {

Result<std::shared_ptr<const Packaged>> packaged(System& system);

// Packages that somebody asked for: those that are not there for the sake of others alone, but for what every host has
// and what another package needs. And those that are held.
void survey(const SurveyedHost& host, Survey& survey);

}  // namespace plumb::providers::package::apt
