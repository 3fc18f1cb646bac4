// What somebody made in servers that run on the host, as it would be declared; without passwords and what is kept of
// them.
#pragma once

#include "providers/databases/client.h"
#include "providers/sdk/survey.h"

namespace plumb::providers::databases {

// Lines that a server answers. Where it cannot be asked that is left out, with its client's words, and there are none.
std::vector<std::string> surveyed_lines(const Server& server, const Desired& where, const std::string& question,
                                        const SurveyedHost& host, Survey& found);
// Each line {"name": …, "a": {attributes}, "hash": whether a password is kept}; attributes that are null are none, and
// those of `where` come beside them.
void add_found(const std::vector<std::string>& lines, const Desired& where, Survey& found);

void survey_pg_roles(const SurveyedHost& host, Survey& found);
void survey_pg_databases(const SurveyedHost& host, Survey& found);
void survey_pg_extensions(const SurveyedHost& host, Survey& found);
void survey_pg_grants(const SurveyedHost& host, Survey& found);
void survey_pg_settings(const SurveyedHost& host, Survey& found);
void survey_my_databases(const SurveyedHost& host, Survey& found);
void survey_my_users(const SurveyedHost& host, Survey& found);
void survey_my_grants(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::databases
