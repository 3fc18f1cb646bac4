// Labels of SELinux and extended attributes of files and folders.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "providers/sdk/provider.h"

namespace plumb {

// Observed attributes, of what is asked for or is to go:
//   selinux     "user:role:type:level"
//   xattrs      by name: a text, or false where it is not there
//   no_selinux  true: a label is asked for, and the host has none
// To be told of before the entry itself is looked at.
Result<> note_selinux(const Desired& desired, System& system, Observed& observed);
// Of an entry that exists.
void observe_labels(const Desired& desired, const BeyondMode& beyond, Observed& observed);

// The label that a resource asks for of an entry that has the label `there` ("" for none); nothing where it asks for
// none. What it leaves open stays, and is what files of the system have where there was no label.
std::optional<std::string> label_for(const Desired& desired, std::string_view there);

// Has `wanted` ask for what differs, and notes it in the change.
void diff_labels(const Desired& desired, const Observed& observed, Ownership& wanted, Change& change);

// Has `again` ask for what was there; see Provider::restore().
void restore_labels(const Change& change, const Observed& before, Desired& again);

// What an entry has once it is given this.
void give(const Ownership& ownership, BeyondMode& beyond);

// Why a resource with nothing to do was passed over, as far as labels go.
std::string why_no_label(const Desired& desired, const Observed& observed);

}  // namespace plumb
