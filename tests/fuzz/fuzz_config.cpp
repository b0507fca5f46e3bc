// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "expect.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/settings/config.hpp"

/// A configuration is read whole or refused with text that can be shown.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reportctl;
  static const int file = ::memfd_create("config", MFD_CLOEXEC);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  EXPECT(file >= 0 && ::fchmod(file, 0600) == 0 && ::ftruncate(file, 0) == 0);
  EXPECT(::pwrite(file, data, size, 0) == static_cast<ssize_t>(size));
  try {
    const auto config = settings::load_config({.config_flag = path, .state_flag = {}});
    EXPECT(config.files.size() == 1);
    for (const auto& origin : config.origins) EXPECT(!origin.key.empty() && !origin.origin.empty());
  } catch (const Error& error) {
    EXPECT(error.kind() == ErrorKind::config || error.kind() == ErrorKind::invalid);
    EXPECT(is_valid_utf8(error.what()));
    for (const auto& line : split(error.what(), '\n')) EXPECT(!has_control(line));
  }
  return 0;
}
