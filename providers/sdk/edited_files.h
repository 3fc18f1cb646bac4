// What kinds have in common whose resources are edits of a file.
//
// Edits of one file in one batch are a chain: each is told what it finds once those before it in the batch are made. So
// a plan is exact however large the file is, and of the file itself nothing but the lines in question leaves the host.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "providers/sdk/edit.h"
#include "providers/sdk/edit_provider.h"

namespace plumb {

// The largest file that is edited.
inline constexpr std::size_t kLargestEdited = std::size_t{64} << 20;

using EditorOf = std::function<const EditProvider&(const Desired&)>;

// Desired attributes that count: `path`, `state`, `create`, `follow`, and what the edit is made of. Observed
// attributes:
// Texts need not be UTF-8; on their way each byte that is none of it becomes U+FFFD.
//   VALUE   by the name that value_name() gives: what the edit found, lines joined by "\n"; exists is whether there was
//           anything
//   other_bytes  true: it is not what is wanted, though it looks like it once it is UTF-8
//   wanted  what is to be in its place, where that is not the desired value
//   lines   how many lines it found, where that is more than one
//   acl     the file's access list, where the edit is sensitive and the list therefore goes
//   at      the file, where that is not what the kind says without a host
//   left    true: nothing is there, and nothing is to be done about it
//   makes_file    true: the file is not there, and is made
//   header        of a section of options that is not there: what is made of it, as made_header() has it
//   last_of_file  true: of an undo whose run made the file (`made_file`): without it nothing is left in the file
// Where the sensitive attribute is another one than VALUE, what is found and wanted is sealed.
// What is found of a line that a sensitive one of the same file holds, or that it is to replace, is sealed; and where
// another edit of the file is sensitive, whatever is found.
std::vector<Result<Observed>> observe_edits(std::span<const Desired* const> desired, System& system,
                                            const EditorOf& editor_of);

// For Provider::complete(): whether others have sensitive parts in the file, which its checkers could print, and which
// sensitive lines one of a line is about, so that those can be tried out where the values are not known.
void complete_edit(Desired& desired, std::span<const Desired> host, const EditProvider& editor,
                   const SecretOf& secret_of);
// Of a sensitive one: whether others of the file are of other kinds, which cannot be tried out without its value.
bool is_observed_in_clear(const Desired& desired);
// Whether others have sensitive parts in the file, so that nothing of what is in it is to be said.
bool is_beside_secrets(const Desired& desired);

// Pure: the change of the value, and one EditFile for it.
Change diff_edit(const Desired& desired, const Observed& observed, const EditProvider& editor);

}  // namespace plumb
