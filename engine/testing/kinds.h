// Kinds made up for the tests of the engine, which knows none: they behave as kinds do, and share no name and no
// attribute with a real one, so that an engine that looked at either would fail here.
//
//   note: /a    a text: `at`, `text` (or `from`, a file, or `shape`, a template), `mode`, `keeper` (a person), `crate`,
//               `gone`. Text and mode are written together.
//   shelf: /a   a folder: `at`, `gone`, and `with_all` for what is in it
//   lamp: x     `name`, `lit`; relights on what `relight_on` matches, is tuned, if it can be, on `tune_on`
//   chore: x    `name`, `does`; has to be done until `done_when` exists, or whenever what `do_on` matches changes
//   crate: x    `name`; may bring lamps and shelves
//   person: x   `name`, `gone`
//
// Two managers go with them: what lies in /stores says which crates can be had, and what lies in /wires makes
// `socket:NAME`. A lamp follows from /wires/NAME: it is found otherwise where that says "other", is to go, or is
// edited, and cannot be lit where it says "cut". Two lamps in one observed `socket` are one.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::testing {

// With their schemas.
Registry made_up_kinds();

}  // namespace plumb::testing
