// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "expect.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/delivery/destination.hpp"

/// The address of a destination is taken, and its description is then one line without a password, or it is refused in words that
/// can be shown and do not repeat it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reportctl;
  constexpr std::array<const char*, 4> kSchemes{"sftp://", "s3://", "file:", ""};
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  delivery::DestinationSettings settings;
  settings.name = "partner";
  settings.url = kSchemes.at(data[0] % kSchemes.size()) + text;
  settings.key_file = settings.known_hosts = "/nonexistent/key";
  settings.s3.region = "eu-central-1";
  settings.s3.access_key.file = settings.s3.secret_key.file = "/nonexistent/key";
  try {
    const auto place = delivery::open_destination(settings);
    const auto shown = place->describe();
    EXPECT(is_valid_utf8(shown) && !has_control(shown));
    const auto at = settings.url.find('@');
    if (settings.url.starts_with("sftp://") && at != std::string::npos)
      EXPECT(settings.url.substr(7, at - 7).find(':') == std::string::npos);
  } catch (const Error& error) {
    EXPECT(error.kind() == ErrorKind::config);
    EXPECT(is_valid_utf8(error.what()) && !has_control(error.what()));
    const auto colon = text.find(':'), at = text.find('@');
    if (data[0] % kSchemes.size() < 2 && at != std::string::npos && colon < at && at - colon > 6)
      EXPECT(std::string_view(error.what()).find(text.substr(colon + 1, at - colon - 1)) == std::string_view::npos);
  }
  return 0;
}
