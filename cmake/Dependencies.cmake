# Libraries from the system. Each one's headers are included by one folder only (see docs/architecture.md).

find_package(Threads REQUIRED)
if(PLUMB_PORTABLE)
  include(portable/Libraries)
  return()
endif()
find_package(nlohmann_json 3.11 REQUIRED)
find_package(tl-expected REQUIRED)

# Nettle hashes on both sides. The executor is one static file, so it needs the archive; on a Mac, where it is not, either
# will do.
find_path(NETTLE_INCLUDE_DIR nettle/sha2.h REQUIRED)
set(names libnettle.a)
if(APPLE)
  list(APPEND names nettle)
endif()
find_library(NETTLE_ARCHIVE NAMES ${names} REQUIRED)
add_library(nettle_static UNKNOWN IMPORTED)
set_target_properties(nettle_static PROPERTIES IMPORTED_LOCATION ${NETTLE_ARCHIVE}
                                               INTERFACE_INCLUDE_DIRECTORIES ${NETTLE_INCLUDE_DIR})

# The executor needs no more.
if(PLUMB_EXECUTOR_ONLY)
  return()
endif()

find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(simdjson REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libssh REQUIRED IMPORTED_TARGET libssh)
# The libcrypto that libssh stands on, too.
find_package(OpenSSL 3.0 REQUIRED)

# RE2 matches on the controller's side alone. What pkg-config says of it holds a flag that the precompiled headers lack.
# Homebrew's needs Abseil, which its own description for CMake brings along.
if(APPLE)
  find_package(re2 CONFIG REQUIRED)
  add_library(re2 INTERFACE IMPORTED)
  target_link_libraries(re2 INTERFACE re2::re2)
else()
  find_path(RE2_INCLUDE_DIR re2/re2.h REQUIRED)
  find_library(RE2_LIBRARY NAMES re2 REQUIRED)
  add_library(re2 UNKNOWN IMPORTED)
  set_target_properties(re2 PROPERTIES IMPORTED_LOCATION ${RE2_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${RE2_INCLUDE_DIR})
endif()

# passwordHash() is the library's own. Homebrew keeps it apart, since macOS has a crypt() of another kind.
set(apart /opt/homebrew/opt/libxcrypt /usr/local/opt/libxcrypt)
find_path(CRYPT_INCLUDE_DIR crypt.h REQUIRED HINTS ${apart} PATH_SUFFIXES include)
find_library(CRYPT_LIBRARY NAMES crypt REQUIRED HINTS ${apart} PATH_SUFFIXES lib)
add_library(crypt UNKNOWN IMPORTED)
set_target_properties(crypt PROPERTIES IMPORTED_LOCATION ${CRYPT_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${CRYPT_INCLUDE_DIR})

# Headers alone.
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)
add_library(tomlplusplus INTERFACE IMPORTED)
target_include_directories(tomlplusplus INTERFACE ${TOMLPLUSPLUS_INCLUDE_DIR})

if(PLUMB_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
  # A second opinion on what a YAML text means; its tests are skipped without.
  pkg_check_modules(libfyaml QUIET IMPORTED_TARGET libfyaml)
endif()
