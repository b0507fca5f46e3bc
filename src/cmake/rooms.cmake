# SPDX-License-Identifier: MIT
# The rooms of the house. What a room may use is its row here, and nothing else; tests/checks/rooms.py holds the includes to it.
# The headers that nearly every file includes are read once: in one set for all rooms, and a larger one for cli.
set(REPORTCTL_COMMON_HEADERS <algorithm> <chrono> <functional> <map> <memory> <optional> <set> <string> <string_view> <variant>
    <vector> <fmt/format.h> <nlohmann/json.hpp>)
function(reportctl_precompiled_headers name)
  if(name STREQUAL cli)
    target_precompile_headers(reportctl_cli PRIVATE ${REPORTCTL_COMMON_HEADERS} <CLI/CLI.hpp>)
  elseif(name STREQUAL base)
    target_precompile_headers(reportctl_base PRIVATE ${REPORTCTL_COMMON_HEADERS})
  else()
    target_precompile_headers(reportctl_${name} REUSE_FROM reportctl_base)
  endif()
endfunction()

function(reportctl_room name)
  cmake_parse_arguments(ROOM "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_tool\\.cpp$")
  list(TRANSFORM ROOM_USES PREPEND reportctl_)
  if(NOT sources)
    add_library(reportctl_${name} INTERFACE)
    target_link_libraries(reportctl_${name} INTERFACE reportctl_options ${ROOM_USES})
    return()
  endif()
  add_library(reportctl_${name} STATIC ${sources})
  target_include_directories(reportctl_${name} PRIVATE ${CMAKE_SOURCE_DIR}/src/${name})
  reportctl_precompiled_headers(${name})
  # Headers dominate the compile time: a room is compiled in a few units, except where C interfaces make names clash.
  if(REPORTCTL_UNITY AND NOT name MATCHES "^(catalog|delivery|mail)$")
    set_target_properties(reportctl_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 14)
  endif()
  target_link_libraries(reportctl_${name} PUBLIC reportctl_options fmt::fmt ${ROOM_USES} PRIVATE ${ROOM_LIBRARIES})
endfunction()

reportctl_room(base LIBRARIES reportctl_dep_yaml-cpp reportctl_dep_utf8proc reportctl_lazy_crypto
                              reportctl_lazy_idn2)
reportctl_room(rows USES base)
reportctl_room(schedule USES base)
reportctl_room(catalog USES base rows schedule)
reportctl_room(access USES base schedule catalog)
reportctl_room(validation USES base rows catalog schedule access LIBRARIES nlohmann_json::nlohmann_json)
reportctl_room(store USES base schedule access LIBRARIES reportctl_dep_SQLiteCpp nlohmann_json::nlohmann_json)
reportctl_room(source USES base rows LIBRARIES reportctl_dep_sqlite3 reportctl_lazy_pq)
reportctl_room(render USES base rows LIBRARIES reportctl_lazy_pango reportctl_lazy_xlsx)
reportctl_room(mail USES base LIBRARIES reportctl_lazy_gmime)
reportctl_room(http USES base LIBRARIES reportctl_lazy_curl)
reportctl_room(delivery USES base mail http LIBRARIES reportctl_lazy_curl)
reportctl_room(artifact USES base http)
reportctl_room(run USES base rows catalog schedule access validation store source render mail delivery artifact
                   LIBRARIES nlohmann_json::nlohmann_json)
reportctl_room(cli USES base rows catalog schedule access validation store source render mail delivery artifact run
                   LIBRARIES CLI11::CLI11 nlohmann_json::nlohmann_json)
get_target_property(cli_type reportctl_cli TYPE)
if(NOT cli_type STREQUAL INTERFACE_LIBRARY)
  target_compile_definitions(reportctl_cli PRIVATE REPORTCTL_VERSION="${PROJECT_VERSION}")
endif()

include(embedded_files)
