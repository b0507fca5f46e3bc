// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "expect.hpp"
#include "reportctl/base/text.hpp"
#include "url.hpp"

/// A url that is taken has no password and nothing that libpq would take settings from; a problem never quotes it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reportctl;
  const std::string text = "postgresql://" + std::string(reinterpret_cast<const char*>(data), size);
  const auto url = source::parse_postgres_url(text);
  if (!url.problem.empty()) {
    EXPECT(!has_control(url.problem) && is_valid_utf8(url.problem));
    return 0;
  }
  for (const auto& [keyword, value] : url.parameters) {
    EXPECT(!value.empty() && value.find('\0') == std::string::npos);
    EXPECT(keyword != "password" && keyword != "passfile" && keyword != "service" && keyword != "options");
    EXPECT(url.find(keyword) != nullptr);
  }
  return 0;
}
