// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <cstddef>
#include <cstdint>
#include <string>

#include "expect.hpp"
#include "reportctl/base/text.hpp"
#include "stores.hpp"

/// Names of files and links hold nothing that a shell, a header, a path or a url reads as more than a name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reportctl;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto name = artifact::plain_file_name(text);
  EXPECT(name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == std::string::npos);
  EXPECT(name != "." && name != "..");
  EXPECT(!name.empty() && name.size() <= 128);
  EXPECT(artifact::plain_file_name(name) == name);
  return 0;
}
