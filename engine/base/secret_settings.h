// Lines of settings that give a secret: what is called a password, however the file at hand writes names and values.
// For secret_marks.h alone.
#pragma once

#include <string_view>

namespace plumb {

bool is_secret_setting(std::string_view line);

}  // namespace plumb
