// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "input_file.hpp"

#include <unistd.h>

#include "reportctl/base/file.hpp"

namespace reportctl::cli {

std::string read_input(const std::string& file, std::uint64_t limit) {
  return file == "-" ? read_descriptor(STDIN_FILENO, input_name(file), limit) : read_file(file, limit, FileKind::any);
}

std::string input_name(const std::string& file) { return file == "-" ? "standard input" : file; }

}  // namespace reportctl::cli
