# Compilers for a plumb that runs elsewhere: -DPLUMB_PLATFORM=linux-aarch64, as `uname` names it there. What it is linked with
# lies in PLUMB_PORTABLE, which cmake/portable/build fills.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PLUMB_PLATFORM PLUMB_PORTABLE)
include(${CMAKE_CURRENT_LIST_DIR}/../executor-toolchain.cmake)

# The C library of an old system, which new ones take too. The C++ library is a part of the program. What a shared library needs
# is its own matter.
# A compiler looks beside itself before it looks in the folder that it is told to take for the root.
set(old ${PLUMB_PORTABLE}/libc)
set(CMAKE_EXE_LINKER_FLAGS_INIT "--sysroot=${old} -B${old}/usr/lib/${triple} -L${old}/usr/lib/${triple} -L${old}/lib/${triple} -static-libstdc++ -s -Wl,--gc-sections -Wl,--as-needed -Wl,--allow-shlib-undefined")
