// Values, mounts, swap and modules of the kernel that runs. An image has none: that is an error (kOperation).
#pragma once

#include <string>

#include "engine/exec/interpreter/folders.h"
#include "engine/exec/local_system.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

Result<> set_kernel_value(LocalSystem& system, const SetKernelValue& operation);
Result<> change_mount(LocalSystem& system, const ChangeMount& operation, FolderSync& folders, std::string& output);
// A file that is made and does not become swap space is taken away again.
Result<> change_swap(LocalSystem& system, const ChangeSwap& operation, std::string& output);
Result<> change_module(LocalSystem& system, const ChangeModule& operation, std::string& output);

}  // namespace plumb::exec
