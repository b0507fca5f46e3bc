# SPDX-License-Identifier: MIT
# The rooms of the house. What a room may use is its row here, and nothing else; tests/checks/rooms.py holds the includes to it.
# The headers that nearly every file includes are read once, for all rooms.
set(REPORTCTL_COMMON_HEADERS <algorithm> <chrono> <functional> <map> <memory> <optional> <set> <string> <string_view> <variant>
    <vector> <fmt/format.h> <nlohmann/json.hpp>)
function(reportctl_precompiled_headers name)
  if(name STREQUAL base)
    target_precompile_headers(reportctl_base PRIVATE ${REPORTCTL_COMMON_HEADERS})
  else()
    target_precompile_headers(reportctl_${name} REUSE_FROM reportctl_base)
  endif()
endfunction()

# Headers and templates dominate the compile time: in a release a room is compiled in one unit, or two; for work on the program in smaller ones.
# Rooms that rows or the bytes of mails go through are optimised. Nothing in the others is done once for each of them: -Og takes two thirds of
# the time to compile, and at -Og GCC sees ghosts in hash tables.
set(REPORTCTL_ROOMS_OF_ROWS base rows source render mail delivery)
function(reportctl_compile_quickly name)
  set(batch 14)
  if(CMAKE_BUILD_TYPE STREQUAL Release AND NOT REPORTCTL_SANITIZE AND NOT REPORTCTL_FUZZ)
    set(batch 40)
    if(NOT name IN_LIST REPORTCTL_ROOMS_OF_ROWS)
      target_compile_options(reportctl_${name} PRIVATE -Og -Wno-maybe-uninitialized)
    endif()
  endif()
  if(REPORTCTL_UNITY AND NOT name STREQUAL catalog)  # most of it is catalog_core
    set_target_properties(reportctl_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${batch})
  endif()
endfunction()

function(reportctl_room name)
  set_property(GLOBAL APPEND PROPERTY REPORTCTL_ROOMS ${name})
  cmake_parse_arguments(ROOM "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_tool\\.cpp$")
  if(NOT REPORTCTL_LAZY)
    list(FILTER sources EXCLUDE REGEX "/cctz_on_demand\\.cpp$")
  endif()
  list(TRANSFORM ROOM_USES PREPEND reportctl_)
  if(NOT sources)
    add_library(reportctl_${name} INTERFACE)
    target_link_libraries(reportctl_${name} INTERFACE reportctl_options ${ROOM_USES})
    return()
  endif()
  add_library(reportctl_${name} STATIC ${sources})
  target_include_directories(reportctl_${name} PRIVATE ${CMAKE_SOURCE_DIR}/src/${name})
  reportctl_precompiled_headers(${name})
  reportctl_compile_quickly(${name})
  target_link_libraries(reportctl_${name} PUBLIC reportctl_options fmt::fmt ${ROOM_USES} PRIVATE ${ROOM_LIBRARIES})
endfunction()

reportctl_room(base LIBRARIES reportctl_dep_yaml-cpp reportctl_dep_utf8proc reportctl_lazy_cctz reportctl_lazy_crypto
                              reportctl_lazy_idn2)
reportctl_room(rows USES base)
reportctl_room(schedule USES base LIBRARIES nlohmann_json::nlohmann_json)
reportctl_room(access USES base schedule)
reportctl_room(catalog USES base rows schedule access)
reportctl_room(validation USES base rows schedule access catalog LIBRARIES nlohmann_json::nlohmann_json)
reportctl_room(store USES base schedule access LIBRARIES reportctl_dep_SQLiteCpp nlohmann_json::nlohmann_json)
reportctl_room(render USES base rows LIBRARIES reportctl_lazy_pango reportctl_lazy_xlsx)
reportctl_room(mail USES base LIBRARIES reportctl_lazy_gmime)
reportctl_room(http USES base LIBRARIES reportctl_lazy_curl)
reportctl_room(source USES base rows http LIBRARIES reportctl_dep_sqlite3 reportctl_lazy_pq reportctl_lazy_mariadb)
reportctl_room(artifact USES base http)
reportctl_room(delivery USES base mail http artifact LIBRARIES reportctl_lazy_curl)
reportctl_room(settings USES base schedule source delivery artifact)
reportctl_room(run USES base rows schedule access catalog validation store source render mail delivery artifact settings
                   LIBRARIES nlohmann_json::nlohmann_json)
reportctl_room(manage USES base rows schedule access catalog validation store source mail delivery settings run
                      LIBRARIES nlohmann_json::nlohmann_json)
reportctl_room(legacy USES base schedule access validation store manage LIBRARIES nlohmann_json::nlohmann_json)
reportctl_room(cli USES base rows schedule access catalog validation store source render mail delivery artifact settings run manage legacy
                   LIBRARIES CLI11::CLI11 nlohmann_json::nlohmann_json)
get_target_property(cli_type reportctl_cli TYPE)
if(NOT cli_type STREQUAL INTERFACE_LIBRARY)
  target_compile_definitions(reportctl_cli PRIVATE REPORTCTL_VERSION="${PROJECT_VERSION}")
endif()

include(embedded_files)
