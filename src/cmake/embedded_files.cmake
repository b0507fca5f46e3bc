# SPDX-License-Identifier: MIT
# Texts that are compiled in. This file has two lives: included, it defines reportctl_embed() and wires the rooms; run with `cmake -P`, it is
# the generator behind it (-DFOLDER -DNAMES -DNAMESPACE -DHEADER -DSOURCE).

if(CMAKE_SCRIPT_MODE_FILE)
  string(REPLACE "|" ";" NAMES "${NAMES}")
  set(entries "")
  foreach(name IN LISTS NAMES)
    file(READ ${FOLDER}/${name} text)
    string(APPEND entries "    {\"${name}\", R\"rc_text(${text})rc_text\"},\n")  # GCC and clang know no limit of length
  endforeach()
  if(entries STREQUAL "")
    file(WRITE ${SOURCE} "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n
std::span<const EmbeddedFile> embedded_files() { return {}; }\n\n}  // namespace ${NAMESPACE}\n")
  else()
    file(WRITE ${SOURCE} "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\nnamespace {\nconstexpr EmbeddedFile kFiles[] = {
${entries}};\n}  // namespace\n\nstd::span<const EmbeddedFile> embedded_files() { return kFiles; }\n\n}  // namespace ${NAMESPACE}\n")
  endif()
  return()
endif()

# reportctl_embed(<room> <header> <namespace> <glob…>): gives the room, privately, a generated header that declares
# `std::span<const EmbeddedFile> <namespace>::embedded_files()`. Globs are below the source folder, all of one folder, and recursive.
function(reportctl_embed room header namespace)
  get_target_property(type reportctl_${room} TYPE)
  if(type STREQUAL INTERFACE_LIBRARY)
    return()
  endif()
  list(GET ARGN 0 first)
  get_filename_component(folder ${CMAKE_SOURCE_DIR}/${first} DIRECTORY)
  list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/ OUTPUT_VARIABLE globs)
  file(GLOB_RECURSE names CONFIGURE_DEPENDS RELATIVE ${folder} ${globs})
  list(SORT names)
  list(TRANSFORM names PREPEND ${folder}/ OUTPUT_VARIABLE files)
  string(REPLACE ";" "|" joined "${names}")
  set(out ${CMAKE_BINARY_DIR}/generated/${room})
  get_filename_component(stem ${header} NAME_WE)
  file(CONFIGURE OUTPUT ${out}/${header} CONTENT "#pragma once\n\n#include <span>\n\n#include \"reportctl/base/embedded.hpp\"\n\nnamespace ${namespace} {\n
/// In order of name.\nstd::span<const EmbeddedFile> embedded_files();\n\n}  // namespace ${namespace}\n")
  # The list of names is a dependency of its own: a file that was taken away changes no other file.
  file(GENERATE OUTPUT ${out}/${stem}.names CONTENT "${joined}\n")
  add_custom_command(
    OUTPUT ${out}/${stem}.cpp
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${folder} -DNAMES=${joined} -DNAMESPACE=${namespace} -DHEADER=${header}
            -DSOURCE=${out}/${stem}.cpp -P ${CMAKE_SOURCE_DIR}/src/cmake/embedded_files.cmake
    DEPENDS ${files} ${out}/${stem}.names ${CMAKE_SOURCE_DIR}/src/cmake/embedded_files.cmake
    COMMENT "Embedding ${first} for ${room}"
    VERBATIM)
  target_sources(reportctl_${room} PRIVATE ${out}/${stem}.cpp ${out}/${header})
  set_source_files_properties(${out}/${stem}.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  target_include_directories(reportctl_${room} PRIVATE ${out})
endfunction()

# The codes of currencies are those of Debian's iso-codes, which follows ISO 4217.
find_file(REPORTCTL_ISO_4217 iso_4217.json PATHS /usr/share/iso-codes/json REQUIRED)
file(READ ${REPORTCTL_ISO_4217} iso_4217)
string(REGEX MATCHALL "\"alpha_3\": \"[A-Z][A-Z][A-Z]" iso_4217 "${iso_4217}")
list(TRANSFORM iso_4217 REPLACE ".*\"" "")
list(JOIN iso_4217 " " iso_4217)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/rows/iso_4217.hpp CONTENT "#pragma once

#include <string_view>

namespace reportctl::rows {

/// Every code with a space behind it.
inline constexpr std::string_view kIso4217 = \"@iso_4217@ \";

}  // namespace reportctl::rows
" @ONLY)
target_include_directories(reportctl_rows PRIVATE ${CMAKE_BINARY_DIR}/generated/rows)

reportctl_embed(base embedded_languages.hpp reportctl::languages share/languages/*.yaml)
reportctl_embed(store embedded_files.hpp reportctl::store share/migrations/*.sql)
reportctl_embed(mail embedded_files.hpp reportctl::mail share/templates/*)
reportctl_embed(cli embedded_files.hpp reportctl::cli share/demo/*)

# The catalog checks its modules with the very loader that the program has: the loader is a library of its own (reportctl_catalog_core, every
# source but catalog.cpp), the embedding tool links it, and what the tool writes joins reportctl_catalog.
get_target_property(catalog_type reportctl_catalog TYPE)
if(NOT catalog_type STREQUAL INTERFACE_LIBRARY)
  get_target_property(catalog_sources reportctl_catalog SOURCES)
  set(catalog_core_sources ${catalog_sources})
  list(FILTER catalog_core_sources EXCLUDE REGEX "/catalog\\.cpp$")
  list(FILTER catalog_sources INCLUDE REGEX "/catalog\\.cpp$")
  add_library(reportctl_catalog_core STATIC ${catalog_core_sources})
  reportctl_precompiled_headers(catalog_core)
  reportctl_compile_quickly(catalog_core)
  target_include_directories(reportctl_catalog_core PRIVATE ${CMAKE_SOURCE_DIR}/src/catalog)
  target_link_libraries(reportctl_catalog_core PUBLIC reportctl_options fmt::fmt reportctl_base reportctl_rows reportctl_schedule
                                                     reportctl_access)

  add_executable(reportctl_embed_catalog ${CMAKE_SOURCE_DIR}/src/catalog/embed_tool.cpp)
  target_include_directories(reportctl_embed_catalog PRIVATE ${CMAKE_SOURCE_DIR}/src/catalog)
  target_link_libraries(reportctl_embed_catalog PRIVATE reportctl_catalog_core reportctl_static_runtime)

  file(GLOB_RECURSE catalog_modules CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/share/catalog/*.yaml)
  list(SORT catalog_modules)
  set(catalog_out ${CMAKE_BINARY_DIR}/generated/catalog)
  list(JOIN catalog_modules "\n" catalog_list)
  file(GENERATE OUTPUT ${catalog_out}/modules.names CONTENT "${catalog_list}\n")
  add_custom_command(
    OUTPUT ${catalog_out}/compiled_modules.cpp
    COMMAND reportctl_embed_catalog ${catalog_out}/modules.names ${catalog_out}/compiled_modules.cpp
    DEPENDS reportctl_embed_catalog ${catalog_modules} ${catalog_out}/modules.names
    COMMENT "Checking and embedding the report modules"
    VERBATIM)
  set_property(TARGET reportctl_catalog PROPERTY SOURCES ${catalog_sources} ${catalog_out}/compiled_modules.cpp)
  target_link_libraries(reportctl_catalog PUBLIC reportctl_catalog_core)
endif()
