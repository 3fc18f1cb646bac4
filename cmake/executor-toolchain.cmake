# Compilers for an executor for another machine: -DPLUMB_PLATFORM=linux-aarch64, as `uname` names them there.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PLUMB_PLATFORM)
set(triple_of_linux-x86_64 x86_64-linux-gnu)
set(triple_of_linux-aarch64 aarch64-linux-gnu)
set(triple_of_linux-armv7l arm-linux-gnueabihf)
set(triple_of_linux-riscv64 riscv64-linux-gnu)
set(triple ${triple_of_${PLUMB_PLATFORM}})
if(NOT triple)
  message(FATAL_ERROR "No compiler is known for the platform `${PLUMB_PLATFORM}`.")
endif()

set(CMAKE_SYSTEM_NAME Linux)
string(REPLACE "linux-" "" CMAKE_SYSTEM_PROCESSOR ${PLUMB_PLATFORM})
set(CMAKE_C_COMPILER ${triple}-gcc)
set(CMAKE_CXX_COMPILER ${triple}-g++)
# Where time is 32 bits wide unless one asks for more, it ends in 2038.
if(PLUMB_PLATFORM STREQUAL linux-armv7l)
  set(CMAKE_CXX_FLAGS_INIT "-D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64")
endif()
