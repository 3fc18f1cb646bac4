// Whether both generators say everything that can be said of a resource.
#pragma once

namespace plumb::meet {

// Every attribute of every kind, and every value of those that have few; what is missing is printed.
bool covers_everything();

}  // namespace plumb::meet
