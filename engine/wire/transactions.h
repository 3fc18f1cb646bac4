// Which package actions of a run go together, as one transaction of the host's package manager: the executor carries
// them out so, and a plan tells what each brings. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <vector>

#include "engine/wire/messages.h"

namespace plumb::wire {

// True where an action does nothing but change packages.
bool changes_packages(const std::vector<Operation>& operations);

// The transactions, each under the index of its last action: there it takes its turn, and those before wait for it. So
// an action in between comes before them; it is one that neither needs them nor is set off by them, and of which it is
// known what it does: past a command no package action is put off. One that may fail, or is tried again, is alone.
std::map<std::size_t, std::vector<std::size_t>> transactions(std::span<const Action> actions);

// All that change packages, as far as it is known beforehand that they are done, in the order in which they take their
// turns: those above, and in parts where merge() says that one could not do as all say.
std::vector<std::vector<std::size_t>> transactions_in_order(std::span<const Action> actions);

// Adds the second to the first. False, with nothing done, where one transaction could not do as both say: another
// manager, lists to be read first, downgrades allowed or recommendations left out for one alone, a package that they
// want differently, or an upgrade of all.
bool merge(PackageTransaction& into, const PackageTransaction& more);

}  // namespace plumb::wire
