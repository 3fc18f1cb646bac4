// Values, mounts, swap and modules of the kernel that runs. An image has none: that is an error (kOperation).
#pragma once

#include <string>

#include "engine/exec/interpreter/file_writer.h"
#include "engine/exec/interpreter/folders.h"
#include "engine/exec/local_system.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

Result<> set_kernel_value(LocalSystem& system, const SetKernelValue& operation);
Result<> change_mount(LocalSystem& system, FileWriter& writer, const ChangeMount& operation, FolderSync& folders,
                      std::string& output);
// A file that is made is swap space once it has its name.
Result<> change_swap(LocalSystem& system, FileWriter& writer, const ChangeSwap& operation, FolderSync& folders,
                     std::string& output);
Result<> change_module(LocalSystem& system, const ChangeModule& operation, std::string& output);

}  // namespace plumb::exec
