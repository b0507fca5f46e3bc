# SPDX-License-Identifier: MIT
# Libraries that are opened on first use (base/lazy_library.hpp): compiled against, not linked. What they are called at run time is read
# from the very files that a linker would have taken, and written into reportctl/base/library_files.hpp. With -DREPORTCTL_LAZY=OFF they
# are linked.
set(library_files "")
set(library_packages "")
set(library_names "")

# reportctl_lazy(<target> <prefix of pkg-config> [<constant> <library>]…): the target reportctl_lazy_<target>.
macro(reportctl_lazy target prefix)
  add_library(reportctl_lazy_${target} INTERFACE)
  target_include_directories(reportctl_lazy_${target} SYSTEM INTERFACE ${${prefix}_INCLUDE_DIRS} ${CMAKE_BINARY_DIR}/generated/include)
  set(pairs ${ARGN})
  while(pairs)
    list(POP_FRONT pairs constant library)
    find_library(REPORTCTL_FILE_${library} NAMES ${library} HINTS ${${prefix}_LIBRARY_DIRS} REQUIRED)
    mark_as_advanced(REPORTCTL_FILE_${library})
    if(REPORTCTL_LAZY)
      target_link_libraries(reportctl_lazy_${target} INTERFACE ${CMAKE_DL_LIBS})
    else()
      target_link_libraries(reportctl_lazy_${target} INTERFACE ${REPORTCTL_FILE_${library}})
    endif()
    reportctl_names_of(${REPORTCTL_FILE_${library}} soname package)
    string(APPEND library_files "constexpr LibraryFile ${constant}{\"${soname}\", \"${package}\"};\n")
    list(APPEND library_packages ${package})
    list(APPEND library_names ${constant})
  endwhile()
endmacro()

# The name that a linker would record, and the Debian package that has it; empty where there is none.
function(reportctl_names_of file soname package)
  execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${file} OUTPUT_VARIABLE headers COMMAND_ERROR_IS_FATAL ANY)
  if(NOT headers MATCHES "SONAME +([^\n]+)")
    message(FATAL_ERROR "${file} is no shared library")
  endif()
  set(name ${CMAKE_MATCH_1})
  set(${soname} ${name} PARENT_SCOPE)
  find_program(REPORTCTL_DPKG_QUERY dpkg-query)
  mark_as_advanced(REPORTCTL_DPKG_QUERY)
  set(owner "")
  if(DEFINED REPORTCTL_PACKAGE_OF_${name})
    set(owner "${REPORTCTL_PACKAGE_OF_${name}}")
  elseif(REPORTCTL_DPKG_QUERY)
    execute_process(COMMAND ${REPORTCTL_DPKG_QUERY} -S */${name} OUTPUT_VARIABLE owner ERROR_QUIET)
  endif()
  string(REGEX REPLACE "[:,].*" "" owner "${owner}")
  set(REPORTCTL_PACKAGE_OF_${name} "${owner}" CACHE INTERNAL "")  # dpkg-query takes a while
  set(${package} "${owner}" PARENT_SCOPE)
endfunction()

reportctl_lazy(cctz CCTZ kCctz cctz)
reportctl_lazy(crypto CRYPTO kCrypto crypto)
reportctl_lazy(curl CURL kCurl curl)
reportctl_lazy(gmime GMIME kGmime gmime-3.0 kGlib glib-2.0 kGobject gobject-2.0)
reportctl_lazy(idn2 IDN2 kIdn2 idn2)
reportctl_lazy(mariadb MARIADB kMariadb mariadb)
reportctl_lazy(pango PANGO kCairo cairo kFontconfig fontconfig kPango pango-1.0 kPangoCairo pangocairo-1.0 kPng png16)
reportctl_lazy(pq PQ kPq pq)
reportctl_lazy(xlsx XLSX kXlsxwriter xlsxwriter kZlib z kIsal isal)
target_link_libraries(reportctl_lazy_pango INTERFACE reportctl_lazy_gmime)  # GObject

# cctz is C++: a function's name in the file is found by its name in the header.
set(functions kLoadTimeZone "load_time_zone\\(" kLookupInstant "time_zone::lookup\\(std::chrono" kLookupCivil "time_zone::lookup\\(cctz"
    kNextTransition "time_zone::next_transition\\(" kPrevTransition "time_zone::prev_transition\\(")
execute_process(COMMAND ${CMAKE_NM} -D --defined-only ${REPORTCTL_FILE_cctz} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_NM} -D --defined-only -C ${REPORTCTL_FILE_cctz} OUTPUT_VARIABLE readable COMMAND_ERROR_IS_FATAL ANY)
while(functions)
  list(POP_FRONT functions constant words)
  if(NOT readable MATCHES "([0-9a-f]+ T) cctz::${words}")
    message(FATAL_ERROR "${REPORTCTL_FILE_cctz} has no function cctz::${words}")
  endif()
  string(REGEX MATCH "${CMAKE_MATCH_1} ([^\n]+)" ignored "${symbols}")  # the one at the same address
  string(APPEND library_files "constexpr const char* ${constant} = \"${CMAKE_MATCH_1}\";\n")
endwhile()

list(JOIN library_names ", " library_names)
string(APPEND library_files "constexpr LibraryFile kLibraryFiles[] = {${library_names}};\n")
string(CONCAT header "// Written by src/cmake/lazy_libraries.cmake.\n#pragma once\n\n#define REPORTCTL_LAZY $<BOOL:${REPORTCTL_LAZY}>\n\n"
       "namespace reportctl {\n\nstruct LibraryFile {\n  const char* soname;\n  const char* package;  ///< of Debian; may be empty\n};\n"
       "${library_files}\n}  // namespace reportctl\n")
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/generated/include/reportctl/base/library_files.hpp CONTENT "${header}")

# What a Debian package depends on for these libraries (debian/rules). Names are enough: libc6 ties the package to Debian's release.
list(REMOVE_DUPLICATES library_packages)
list(JOIN library_packages ", " library_packages)
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/generated/debian.substvars CONTENT "lazy:Depends=${library_packages}\n")
