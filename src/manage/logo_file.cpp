// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/logo_file.hpp"

#include <fmt/format.h>

#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/mail/picture.hpp"

namespace reportctl::manage {

std::string read_logo(const std::filesystem::path& file) {
  constexpr std::uint64_t kFarTooLarge = 16U << 20U;
  try {
    auto bytes = read_file(file, kFarTooLarge, FileKind::any);
    static_cast<void>(mail::logo(bytes, {}));
    return bytes;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::config)  // a directory, or what may not be read
      throw Error(ErrorKind::invalid, error.what(), "name a PNG or JPEG file");
    if (error.kind() != ErrorKind::invalid) throw;
    throw Error(ErrorKind::invalid, fmt::format("logo {}: {}", visible(file.string()), error.what()), error.hint());
  }
}

}  // namespace reportctl::manage
