# SPDX-License-Identifier: MIT
# Fuzz targets (libFuzzer): configure the whole tree with clang, for instance
#   cmake -S . -B build-fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++-14 -DREPORTCTL_FUZZ=ON -DREPORTCTL_TESTS=OFF
#   ninja -C build-fuzz fuzz_yaml && build-fuzz/tests/fuzz_yaml -max_total_time=60
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  message(FATAL_ERROR "REPORTCTL_FUZZ needs clang: -DCMAKE_CXX_COMPILER=clang++-14")
endif()

# Every room is compiled for coverage; only the fuzz targets get libFuzzer's main().
target_compile_options(reportctl_options INTERFACE -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all
  -fsanitize=fuzzer-no-link,address,undefined)
target_link_options(reportctl_options INTERFACE -fsanitize=address,undefined)

# reportctl_fuzz(<name> <room>): tests/fuzz/fuzz_<name>.cpp, linked with the room, becomes the program fuzz_<name>.
function(reportctl_fuzz name room)
  add_executable(fuzz_${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/fuzz_${name}.cpp)
  target_include_directories(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR}/src/${room})
  target_link_libraries(fuzz_${name} PRIVATE reportctl_${room})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  set_property(GLOBAL APPEND PROPERTY REPORTCTL_FUZZ_PROGRAMS fuzz_${name})
endfunction()

reportctl_fuzz(yaml base)
reportctl_fuzz(address base)
reportctl_fuzz(instant base)
reportctl_fuzz(csv render)
reportctl_fuzz(module catalog)
reportctl_fuzz(mail mail)
reportctl_fuzz(picture mail)
reportctl_fuzz(webhook delivery)
reportctl_fuzz(s3 artifact)
reportctl_fuzz(legacy legacy)

get_property(fuzz_programs GLOBAL PROPERTY REPORTCTL_FUZZ_PROGRAMS)
add_custom_target(fuzz_programs DEPENDS ${fuzz_programs})
