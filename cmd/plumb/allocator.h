// What this program asks of its allocator.
#pragma once

namespace plumb::cmd {

// Memory that was given back moments ago is what the run asks for next. Does nothing where the allocator is the
// system's own.
void keep_freed_memory();

}  // namespace plumb::cmd
