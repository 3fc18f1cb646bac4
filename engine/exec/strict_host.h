// A host that goes by a charter: what it reads of it, and what it lets a controller have it do.
#pragma once

#include <set>
#include <string>

#include <sys/types.h>

#include "engine/exec/state_folder.h"
#include "engine/strict/covered.h"
#include "engine/trust/charter.h"
#include "engine/wire/messages.h"

namespace plumb::exec {

struct StrictPlaces {
  std::string charter = "/etc/plumb/charter.json";
  std::string executor = "/proc/self/exe";  // a link to the file that runs
  uid_t owner = 0;                          // of both, and of all folders on the way beside root
};

class StrictHost {
 public:
  // Errors: kCharter, also where somebody else could have written the charter, the executor or a folder on the way.
  static Result<StrictHost> at(const StrictPlaces& places);

  const trust::Charter& charter() const { return charter_; }
  const std::string& text() const { return text_; }  // the charter's own

  // What of the request is carried out (engine/strict/covered.h), by this host's clock.
  Result<strict::Covered> covered(const wire::Apply& request) const;
  // Puts another charter or executor in its place. Gives the digest of it. Errors: kNotCovered, kCharter, those of
  // writing.
  Result<std::string> replace(const wire::Replacement& replacement) const;

 private:
  // Whoever was connected before a charter took the place of another goes by neither.
  Result<> expect_current() const;

  StrictPlaces places_;
  std::string program_;  // where the executor lies
  std::string text_;
  trust::Charter charter_;
  trust::Trust trust_;
};

// Which plan was begun last, kept in the project's folder, so that it can go on although the record is another one by
// then. Gives which of its actions, by index, ran well and would run again, since nothing tells afterwards that they
// did. The caller holds the host lock. Errors: kNotCovered where the record is another one than the plan was made of,
// and kWriteFailed.
Result<std::set<std::size_t>> begin_covered(const StateFolder& folder, const std::string& plan, std::int64_t made_of,
                                            std::int64_t now);
// Of the plan that was begun.
Result<> note_ran(const StateFolder& folder, const std::string& plan, std::int64_t made_of,
                  const std::set<std::size_t>& ran);

}  // namespace plumb::exec
