// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "input_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"

namespace reportctl::cli {

namespace {

std::string read_standard_input(std::uint64_t limit) {
  std::string text;
  std::array<char, 65536> buffer{};
  for (;;) {
    const auto got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got == 0) return text;
    if (got < 0 && errno != EINTR) throw system_error(ErrorKind::failed, "cannot read standard input", errno);
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > limit) {
      throw Error(ErrorKind::invalid, fmt::format("standard input: more than {} MiB", limit >> 20U),
                  "split it into several files");
    }
  }
}

}  // namespace

std::string read_input(const std::string& file, std::uint64_t limit) {
  return file == "-" ? read_standard_input(limit) : read_file(file, limit);
}

std::string input_name(const std::string& file) { return file == "-" ? "standard input" : file; }

}  // namespace reportctl::cli
