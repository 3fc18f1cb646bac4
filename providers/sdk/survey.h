// A survey: what a host has of a kind that its distribution did not bring, as it would be declared. It is taken where
// nothing can be written, and only looks; what it cannot tell it names and leaves out. Each kind looks for its own
// things (Kind::adoption); the engine gathers them, and takes out what is secret.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/json.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/packaged.h"
#include "providers/sdk/system.h"

namespace plumb {

// An attribute that somebody has to give by other ways, and why.
struct Withheld {
  std::string attribute;
  std::string why;  // "a password's hash"
};

struct FoundThing {
  std::string name;                  // its identity
  Json attributes = Json::object();  // as they would be declared, but for the identity; bytes as host_text.h has them
  std::vector<Withheld> withheld = {};
  // Paths that it says all of: of what only shows that they are there nothing else is declared.
  std::vector<std::string> covers = {};
  bool yields = false;  // it only shows that its path is there, and is let go of where another thing covers it
};

struct LeftOut {
  std::string what;  // a path, "user alice"
  std::string why;
};

struct SurveyedHost {
  System& system;
  const Managers& managers;
  const Packaged* packaged = nullptr;  // null where nothing tells what packages brought
};

struct Survey {
  std::vector<FoundThing> things;
  std::vector<LeftOut> left_out;
  // Paths that are as the distribution has them, whatever a look at them alone would say.
  std::vector<std::string> settled;

  FoundThing& add(std::string name, Json attributes = Json::object()) {
    return things.emplace_back(FoundThing{std::move(name), std::move(attributes)});
  }
  // The same of a variable, whose value is withheld where its name and itself look like a secret together.
  FoundThing& add_variable(std::string name, const std::string& value);
  void leave_out(std::string what, std::string why) { left_out.push_back({std::move(what), std::move(why)}); }
};

// A text file of a MiB at most. Nothing where there is none; what is there and cannot be read is left out.
std::optional<std::string> surveyed_text(const SurveyedHost& host, const std::string& path, Survey& survey);
// Names in a folder that is there and can be read.
std::vector<std::string> surveyed_names(const SurveyedHost& host, const std::string& folder, Survey& survey);
// What a program that changes nothing prints; nothing where it is not there or fails, and on an image.
std::optional<std::string> asked_of_host(const SurveyedHost& host, std::vector<std::string> argv);

// Whether the file at a path is as a package brought it, or nothing is known of what packages bring.
bool is_as_packaged(const SurveyedHost& host, const std::string& path, std::string_view bytes);
bool is_packaged(const SurveyedHost& host, std::string_view path);

// Lines without blanks around them, and without those that are empty or begin with one of `comments`.
std::vector<std::string> entry_lines(std::string_view text, std::string_view comments = "#");

}  // namespace plumb
