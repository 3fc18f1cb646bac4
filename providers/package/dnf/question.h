// What dnf is asked (internal to this folder).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "providers/package/dnf/dnf.h"
#include "providers/package/simulation.h"

namespace plumb::providers::package::dnf {

// As dnf is told of a package: "jq", "jq-1.6*", "glibc-2.34-1.i686".
std::string spec(const std::string& name, const std::string& version);

// Asks dnf without letting it change anything.
ProcessRequest ask(const Flavour& flavour, std::vector<std::string> words);

// What it may do for a transaction beyond what that names.
struct Leeway {
  bool may_erase = false;   // others make way
  bool recommended = true;  // what packages only recommend comes along
};

// The words in front of what a transaction does with packages: `verb` is install, upgrade or remove.
std::vector<std::string> words_for(const char* verb, const Leeway& leeway = {});

// A program as it is, with those of the packages behind it that are there by that name: to dnf a name may also be what
// another one provides, which would go then. Without any nothing is done, and that is said.
void add_those_there(ProcessRequest& program, const std::vector<std::string>& packages);

// Why packages are there: these, or all for none. A line each: "jq x86_64 user", "jq x86_64 weak-dependency".
ProcessRequest ask_reasons(const Flavour& flavour, const std::vector<std::string>& packages);
// By name, whether it came along with others.
std::map<std::string, bool> parse_reasons(std::string_view answer);

}  // namespace plumb::providers::package::dnf
