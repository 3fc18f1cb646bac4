// How --help looks: what a command does, how it is called, its options in two columns.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace plumb::cmd {

// "FILE", of "FILE:FILE" and of the words that a check adds.
std::string value_of(const CLI::Option& option);

class HelpPage : public CLI::FormatterBase {
 public:
  // `words`: the command as it is typed, such as "plumb module update".
  std::string make_help(const CLI::App* app, std::string words, CLI::AppFormatMode mode) const override;
};

}  // namespace plumb::cmd
