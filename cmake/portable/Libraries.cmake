# In the place of what Dependencies.cmake finds: archives that cmake/portable/build has put below PLUMB_PORTABLE.
set(root ${PLUMB_PORTABLE}/libraries/usr)

# plumb_archive(NAME SOME_FILE.a...): an imported target of them, in the order in which the linker needs them.
function(plumb_archive name)
  add_library(${name} INTERFACE IMPORTED GLOBAL)
  set(files ${ARGN})
  list(TRANSFORM files PREPEND ${root}/lib/${triple}/)
  target_link_libraries(${name} INTERFACE ${files})
  target_include_directories(${name} SYSTEM INTERFACE ${root}/include ${root}/include/${triple})
endfunction()

plumb_archive(yaml-cpp libyaml-cpp.a)
plumb_archive(SQLite::SQLite3 libsqlite3.a)
plumb_archive(ZLIB::ZLIB libz.a)
plumb_archive(simdjson::simdjson libsimdjson.a)
plumb_archive(OpenSSL::Crypto libcrypto.a)
plumb_archive(re2 libre2.a)
plumb_archive(crypt libcrypt.a)
plumb_archive(nettle_static libnettle.a)
target_link_libraries(SQLite::SQLite3 INTERFACE m)
target_link_libraries(OpenSSL::Crypto INTERFACE dl Threads::Threads)
target_link_libraries(re2 INTERFACE Threads::Threads)
# Kerberos comes with every ssh, and knows how its machine is set up: that one stays the system's own.
plumb_archive(PkgConfig::libssh libssh.a)
target_link_libraries(PkgConfig::libssh INTERFACE OpenSSL::Crypto ZLIB::ZLIB ${PLUMB_PORTABLE}/libc/usr/lib/${triple}/libgssapi_krb5.so.2)

# Headers alone.
foreach(name IN ITEMS CLI11::CLI11 tomlplusplus nlohmann_json::nlohmann_json tl::expected spdlog::spdlog)
  plumb_archive(${name})
endforeach()
target_compile_definitions(spdlog::spdlog INTERFACE SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY)
