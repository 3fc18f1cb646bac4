// ufw's rules as its files have them and as its program takes them (internal to this folder).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "providers/firewall/rule.h"

namespace plumb {
struct Survey;
}

namespace plumb::providers::firewall::ufw {

// "### tuple ### allow tcp 443 0.0.0.0/0 any 10.0.0.0/8 in_eth0 comment=77 65 62"
struct Row {
  bool forward = false;
  std::string action;
  std::string log;  // "", "log", "log-all"
  std::string protocol = "any";
  std::string port = "any";
  std::string destination = "any";
  std::string source_port = "any";
  std::string source = "any";
  std::string direction = "in";
  std::string in_interface;
  std::string out_interface;
  std::string application;  // by which the ports are known
  std::string comment;

  // As the program takes it: "allow in on eth0 proto tcp from 10.0.0.0/8 to any port 443", without its comment.
  std::string text() const;
  // It would be the same rule with another action.
  std::string matched() const;
};

// "NAME", "NAME: COMMENT": what we write behind each rule, and which of them are a resource's by that.
std::string comment_of(const Rule& rule);
bool is_named(const Row& row, const std::string& name);

std::vector<Row> rows_in(std::string_view file);
Result<std::vector<Row>> rows_of(const Rule& rule);
Rule rule_of_row(const Row& row);

// The resources that the rows are; those that the survey has already are one with those of their name.
void add_found(const std::vector<Row>& rows, Survey& found);

// A text with its comment behind it, and the words that the program is given for it.
std::string with_comment(const std::string& text, const std::string& comment);
std::vector<std::string> rule_words(const std::string& text, bool with_comment);

}  // namespace plumb::providers::firewall::ufw
