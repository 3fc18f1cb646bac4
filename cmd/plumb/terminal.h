// Where output goes: results to standard output, everything about the way there to standard error.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/plumb/event_stream.h"
#include "cmd/plumb/screen.h"
#include "engine/base/diagnostic.h"
#include "engine/lang/source.h"

namespace plumb::cmd {

class Terminal {
 public:
  explicit Terminal(bool no_color);

  // Text for people, which may have come from anywhere; as JSON, it is a document and stays as it is.
  void print(std::string_view text);  // standard output
  void tell(std::string_view text);   // standard error
  // Data that has to come out byte for byte, to standard output.
  void write(std::string_view text);
  // While it is kept, only its thread may tell; others wait.
  std::unique_lock<std::recursive_mutex> hold() { return Screen::get().hold(); }
  void diagnose(const std::vector<Diagnostic>& diagnostics, const lang::SourceMap& sources);

  bool color() const { return color_out_; }
  bool error_color() const { return color_err_; }
  bool can_ask() const { return can_ask_; }
  // As a program would read it: diagnostics as one JSON document a line on standard error.
  void set_json(bool json) { json_ = json; }
  // As a program would follow it: everything is an event on standard output. `events` is there for as long as
  // anything is told.
  void set_events(EventStream* events) {
    events_ = events;
    json_ = json_ || events != nullptr;
  }
  EventStream* events() const { return events_; }
  // Findings are put there and told by somebody else; `into` is there for as long as anything is told.
  void collect(std::vector<Diagnostic>* into) { findings_ = into; }
  // Findings are told, and put there too.
  void keep(std::vector<Diagnostic>* into) { kept_ = into; }
  bool json() const { return json_; }

 private:
  bool color_out_ = false;
  bool color_err_ = false;
  bool can_ask_ = false;
  bool json_ = false;
  EventStream* events_ = nullptr;
  std::vector<Diagnostic>* findings_ = nullptr;
  std::vector<Diagnostic>* kept_ = nullptr;
};

}  // namespace plumb::cmd
