// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "expect.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/mail/picture.hpp"

/// A logo is a small PNG or JPEG, or it is refused by Error(invalid).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reportctl;
  try {
    const auto picture = mail::logo({reinterpret_cast<const char*>(data), size}, "alt");
    EXPECT(size <= mail::kMaxLogoBytes);
    EXPECT(picture.width > 0 && picture.width <= 1000 && picture.height > 0 && picture.height <= 1000);
  } catch (const Error& error) {
    EXPECT(error.kind() == ErrorKind::invalid);
  }
  return 0;
}
