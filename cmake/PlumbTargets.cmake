# The project's own target functions. One CMake target a folder, its dependencies stated.

add_library(plumb_options INTERFACE)
target_compile_options(plumb_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                             $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
# Without it GCC spends a fifth of its time on collecting its garbage.
target_compile_options(plumb_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-heapsize=1000000>)
# The executor leaves out what it does not use.
target_compile_options(plumb_options INTERFACE -ffunction-sections -fdata-sections)
# GCC 12 sees overlaps and overruns in std::string's copies that are not there (GCC bugs 105329, 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(plumb_options INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overread
                                               -Wno-stringop-overflow)
endif()
target_include_directories(plumb_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_definitions(plumb_options INTERFACE PLUMB_VERSION="${PROJECT_VERSION}")
if(PLUMB_PORTABLE)
  target_compile_definitions(plumb_options INTERFACE PLUMB_PORTABLE)
endif()
# A build with tests links some 150 programs of 50 MB; LLVM's linker takes a fifth of the time that GNU's does.
if(PLUMB_TESTS AND NOT APPLE)
  find_program(PLUMB_LLD ld.lld)
  if(PLUMB_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()
if(PLUMB_SANITIZE)
  # GCC's own manual warns that sanitizers make this one cry wolf.
  target_compile_options(plumb_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_compile_options(plumb_options INTERFACE -fsanitize=${PLUMB_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(plumb_options INTERFACE -fsanitize=${PLUMB_SANITIZE})
endif()

# Most of a file's compile time went into reading the same few headers; they are read once. What a file uses it still
# includes itself.
set(PLUMB_PRECOMPILED <algorithm> <array> <chrono> <filesystem> <functional> <map> <memory> <mutex> <optional> <set> <span>
                      <sstream> <string> <thread> <variant> <vector> <nlohmann/json.hpp> <tl/expected.hpp>)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/precompiled.cc CONTENT "")
# plumb_precompile(plumb_precompiled_test HEADERS <gtest/gtest.h> OPTIONS -O0)
# Headers read once serve targets that are compiled with the same options.
function(plumb_precompile target)
  cmake_parse_arguments(arg "" "" "HEADERS;OPTIONS" ${ARGN})
  add_library(${target} OBJECT ${PROJECT_BINARY_DIR}/generated/precompiled.cc)
  target_link_libraries(${target} PUBLIC plumb_options nlohmann_json::nlohmann_json tl::expected)
  target_compile_options(${target} PRIVATE ${arg_OPTIONS})
  target_precompile_headers(${target} PRIVATE ${PLUMB_PRECOMPILED} ${arg_HEADERS})
endfunction()

# Most of the compile time goes into headers, and into templates that the neighbours instantiate, too: sources of one target
# are compiled several at a time. So what stands in their anonymous namespaces has names that differ.
function(plumb_together target)
  if(PLUMB_TOGETHER GREATER 1)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${PLUMB_TOGETHER})
  endif()
endfunction()

# The executor travels to every host, and what it spends its time on is the kernel's work: small is fast here. Its libraries
# have options of their own.
set(PLUMB_SMALL ${PLUMB_EXECUTOR_OPTIONS})
if(PLUMB_SANITIZE)
  set(PLUMB_SMALL "")
endif()

# plumb_library(ir SOURCES order.cc DEPS plumb::config [SMALL | ALSO_SMALL])
# Makes plumb::ir from the sources in this folder; every header of the folder belongs to it. SMALL: most of it is the
# executor's. ALSO_SMALL: the executor has it too. Where the executor's libraries are made apart, such a library is made
# twice: plumb::ir_small is the executor's.
function(plumb_library name)
  cmake_parse_arguments(arg "SMALL;ALSO_SMALL" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  if(PLUMB_EXECUTOR_APART AND (arg_SMALL OR arg_ALSO_SMALL))
    plumb_one_library(${name} "" "${arg_SOURCES}" "${arg_DEPS}" "${arg_PRIVATE_DEPS}")
    # Folders that come later make theirs later.
    foreach(list IN ITEMS arg_DEPS arg_PRIVATE_DEPS)
      list(TRANSFORM ${list} REPLACE "^(plumb::.+)$" "$<IF:$<TARGET_EXISTS:\\1_small>,\\1_small,\\1>")
    endforeach()
    plumb_one_library(${name}_small "${PLUMB_SMALL}" "${arg_SOURCES}" "${arg_DEPS}" "${arg_PRIVATE_DEPS}")
  elseif(arg_SMALL OR PLUMB_EXECUTOR_ONLY)
    plumb_one_library(${name} "${PLUMB_SMALL}" "${arg_SOURCES}" "${arg_DEPS}" "${arg_PRIVATE_DEPS}")
  else()
    plumb_one_library(${name} "" "${arg_SOURCES}" "${arg_DEPS}" "${arg_PRIVATE_DEPS}")
  endif()
endfunction()

function(plumb_one_library name options sources deps private_deps)
  string(REPLACE "-" "_" target plumb_${name})
  add_library(${target} STATIC ${sources})
  add_library(plumb::${name} ALIAS ${target})
  target_link_libraries(${target} PUBLIC plumb_options ${deps} PRIVATE ${private_deps})
  set(precompiled plumb_precompiled)
  if(options)
    target_compile_options(${target} PRIVATE ${options})
    set(precompiled plumb_precompiled_small)
    if(NOT TARGET ${precompiled})
      plumb_precompile(${precompiled} OPTIONS ${options})
    endif()
  endif()
  target_precompile_headers(${target} REUSE_FROM ${precompiled})
  plumb_together(${target})
endfunction()

# plumb_embed(source FUNCTION plumb::schemas::kinds HEADER schemas/embedded.h FOLDER folder FILES a.json b.json [STEMS])
# Sets `source` to a source that gives the files as texts, in the order in which they are named: the header declares the
# function. A name is the file's in the folder; STEMS: without its folders and ending.
function(plumb_embed source)
  cmake_parse_arguments(arg "STEMS" "FUNCTION;HEADER;FOLDER" "FILES" ${ARGN})
  string(MAKE_C_IDENTIFIER ${arg_FUNCTION} name)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${name}.cc)
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed.cmake)
  list(TRANSFORM arg_FILES PREPEND ${arg_FOLDER}/ OUTPUT_VARIABLE paths)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DFUNCTION=${arg_FUNCTION} -DHEADER=${arg_HEADER} -DFOLDER=${arg_FOLDER} -DOUTPUT=${output}
            "-DFILES=${arg_FILES}" -DSTEMS=${arg_STEMS} -P ${script}
    DEPENDS ${paths} ${script}
    COMMENT "Embedding ${arg_FUNCTION}"
    VERBATIM)
  set(${source} ${output} PARENT_SCOPE)
endfunction()

# plumb_test(ir SOURCES order_test.cc DEPS plumb::ir [LABEL lab] [ENVIRONMENT NAME=value])
# One GoogleTest program a folder; ctest runs each of its cases by name.
function(plumb_test name)
  if(NOT PLUMB_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "" "LABEL;ENVIRONMENT" "SOURCES;DEPS" ${ARGN})
  string(REPLACE "-" "_" target plumb_${name}_test)
  add_executable(${target} ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  target_link_libraries(${target} PRIVATE ${arg_DEPS} plumb_options GTest::gtest GTest::gmock GTest::gtest_main)
  target_precompile_headers(${target} REUSE_FROM plumb_precompiled_test)
  target_compile_options(${target} PRIVATE ${PLUMB_TEST_OPTIONS})
  plumb_together(${target})
  target_compile_definitions(${target} PRIVATE PLUMB_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                               PLUMB_BIN_DIR="${PROJECT_BINARY_DIR}/bin")
  # One label a program: gtest_discover_tests() cannot pass a list on. The hosts of the lab are shared, and some tests
  # restart them; testdata/lab starts them before. COST: what takes long begins early, or one processor ends with nothing
  # to do.
  set(properties LABELS unit)
  if(arg_LABEL)
    set(properties LABELS ${arg_LABEL} RESOURCE_LOCK ${arg_LABEL} FIXTURES_REQUIRED ${arg_LABEL} COST 40)
  endif()
  if(arg_ENVIRONMENT)
    list(APPEND properties ENVIRONMENT ${arg_ENVIRONMENT})
  endif()
  gtest_discover_tests(${target} TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES
                       PROPERTIES ${properties} TIMEOUT 300)
endfunction()

# plumb_script_test(long.site SCRIPT site.sh LABELS long [TIMEOUT SECONDS] [COST 30] [ALONE lab])
# A shell script against the built programs, as a user has them. ALONE: no other that names the same runs beside it.
function(plumb_script_test name)
  cmake_parse_arguments(arg "" "SCRIPT;TIMEOUT;COST;ALONE" "LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 900)
  endif()
  cmake_path(ABSOLUTE_PATH arg_SCRIPT)
  add_test(NAME ${name} COMMAND bash ${arg_SCRIPT})
  set_tests_properties(${name} PROPERTIES
    ENVIRONMENT "PLUMB_BIN=${PROJECT_BINARY_DIR}/bin;PLUMB_SOURCE=${PROJECT_SOURCE_DIR}"
    SKIP_RETURN_CODE 77 TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
  if(arg_COST)
    set_tests_properties(${name} PROPERTIES COST ${arg_COST})
  endif()
  if(arg_ALONE)
    set_tests_properties(${name} PROPERTIES RESOURCE_LOCK ${arg_ALONE})
  endif()
endfunction()

# plumb_skipped_test(e2e "there is no bash")
# Stands in ctest's list for tests that this system cannot run, and says why.
function(plumb_skipped_test name why)
  if(NOT PLUMB_TESTS)
    return()
  endif()
  add_test(NAME ${name}.skipped COMMAND ${CMAKE_COMMAND} -E echo "[skipped] ${why}")
  set_tests_properties(${name}.skipped PROPERTIES SKIP_REGULAR_EXPRESSION "\\[skipped\\]" LABELS unit)
endfunction()

# plumb_fuzzer(yaml SOURCES yaml_fuzz.cc DEPS plumb::lang)
# A libFuzzer program with -DPLUMB_FUZZ=ON and clang. Else, among the tests, a program that replays what lies in
# testdata/fuzz/NAME.
function(plumb_fuzzer name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  if(PLUMB_TESTS AND NOT PLUMB_FUZZ)
    file(GLOB seeds CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/testdata/fuzz/${name}/*)
    if(NOT seeds)
      message(FATAL_ERROR "The fuzz target `${name}` has nothing to begin with: testdata/fuzz/${name}/ holds no file.")
    endif()
    add_executable(replay_${name} ${arg_SOURCES} ${PROJECT_SOURCE_DIR}/testdata/fuzz/replay.cc)
    set_target_properties(replay_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
    target_link_libraries(replay_${name} PRIVATE ${arg_DEPS} plumb_options)
    add_test(NAME fuzz.${name} COMMAND replay_${name} ${PROJECT_SOURCE_DIR}/testdata/fuzz/${name})
    set_tests_properties(fuzz.${name} PROPERTIES LABELS unit TIMEOUT 300)
  endif()
  if(NOT PLUMB_FUZZ)
    return()
  endif()
  add_executable(fuzz_${name} ${arg_SOURCES})
  set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
  target_link_libraries(fuzz_${name} PRIVATE ${arg_DEPS} plumb_options -fsanitize=fuzzer)
endfunction()
