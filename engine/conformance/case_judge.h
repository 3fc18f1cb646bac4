// One case: planned, applied, applied again and taken back.
#pragma once

#include <string>

#include "engine/conformance/attempt.h"
#include "engine/conformance/report.h"

namespace plumb::conformance {

class CaseJudge {
 public:
  // All outlive this.
  CaseJudge(const Bench& bench, const Subject& subject, Attempts& attempts, Report& report)
      : bench_(bench), subject_(subject), attempts_(attempts), report_(report) {}

  void judge(const Case& one);
  // What its plan was decided on.
  const std::vector<State>& states() const { return states_; }

 private:
  bool take(Check check, const std::string& fault);
  void tell_refusal(const Ended& planned);
  bool apply(const Ended& planned, const Tree& before);
  std::string asks_for_more(const Ended& first);
  std::string again();
  void take_back(const Ended& planned, const Tree& before);

  const Bench& bench_;
  const Subject& subject_;
  Attempts& attempts_;
  Report& report_;
  std::string label_;
  std::vector<State> states_;
};

}  // namespace plumb::conformance
