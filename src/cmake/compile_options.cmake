# SPDX-License-Identifier: MIT
add_library(reportctl_options INTERFACE)
target_include_directories(reportctl_options INTERFACE ${CMAKE_SOURCE_DIR}/include)
target_compile_options(reportctl_options INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wformat-security
  -Werror=switch  # a new kind of anything is to be named wherever kinds differ
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # -fpch-preprocess lets ccache see through precompiled headers. The heap: GCC looks for what it may forget once it has a gigabyte,
  # and not for a tenth of its time.
  target_compile_options(reportctl_options INTERFACE -fpch-preprocess --param=ggc-min-heapsize=1000000)
endif()
if(REPORTCTL_WERROR)
  # GCC 12 sees ghosts in optionals and strings at -O2.
  target_compile_options(reportctl_options INTERFACE -Werror -Wno-error=maybe-uninitialized -Wno-error=restrict)
endif()
if(REPORTCTL_SANITIZE)
  # -O0: three times as fast to compile, and what is tested here is right or wrong, not quick.
  add_compile_options(-O0 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(NOT REPORTCTL_FUZZ)
  # Hardening: research on Debian's GCC 12.2; -fhardened does not exist there yet.
  if(NOT CMAKE_BUILD_TYPE STREQUAL Debug)
    add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  endif()
  add_compile_options(-D_GLIBCXX_ASSERTIONS -fstack-protector-strong -fstack-clash-protection
    -fcf-protection=full -ftrivial-auto-var-init=zero)
  add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack -pie)
endif()
# The thousands of addresses in its tables take 8 KB of the program instead of 200: a tenth of an idle run-due.
include(CheckLinkerFlag)
check_linker_flag(CXX -Wl,-z,pack-relative-relocs REPORTCTL_PACKS_RELOCATIONS)
add_library(reportctl_static_runtime INTERFACE)
if(NOT REPORTCTL_SANITIZE AND NOT REPORTCTL_FUZZ)
  target_link_options(reportctl_static_runtime INTERFACE -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,--as-needed)
  if(REPORTCTL_PACKS_RELOCATIONS AND NOT CMAKE_BUILD_TYPE STREQUAL Debug)
    target_link_options(reportctl_static_runtime INTERFACE -Wl,-z,pack-relative-relocs)
  endif()
endif()
