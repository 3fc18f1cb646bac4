// The kinds of this folder, a file each.
#pragma once

#include <initializer_list>
#include <optional>

#include "providers/sdk/kind.h"

namespace plumb::providers::databases {

namespace pg_database {
Kind kind();
}
namespace pg_role {
Kind kind();
}
namespace pg_grant {
Kind kind();
}
namespace pg_extension {
Kind kind();
}
namespace pg_setting {
Kind kind();
}
namespace my_database {
Kind kind();
}
namespace my_user {
Kind kind();
}
namespace my_grant {
Kind kind();
}

// What undo asks for: that it goes where it was not there, else those of the attributes that changed as they were.
std::optional<Desired> again_as_before(const Desired& desired, const Observed& before, const Change& change,
                                       std::initializer_list<const char*> attributes);

}  // namespace plumb::providers::databases
