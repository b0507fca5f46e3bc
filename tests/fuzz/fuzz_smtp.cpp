// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "expect.hpp"
#include "reportctl/base/text.hpp"
#include "smtp_dialogue.hpp"

/// Whatever a server says, its words stay short, a code is one, and no letter goes before the login that was asked for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reportctl;
  using delivery::Phase;
  if (size == 0) return 0;
  const bool login = (data[0] & 2U) != 0;
  delivery::Dialogue dialogue({.starttls = (data[0] & 1U) != 0, .login = login});
  dialogue.connected();
  bool logged_in = false;
  for (const auto& line : split({reinterpret_cast<const char*>(data) + 1, size - 1}, '\n')) {
    const bool asked = dialogue.phase() == Phase::auth;
    dialogue.line(line);
    logged_in = logged_in || (asked && dialogue.phase() > Phase::auth);
    if (line.starts_with("N")) dialogue.next_letter();
    EXPECT(dialogue.code() >= 0 && dialogue.code() <= 999);
    EXPECT(dialogue.words().size() <= 5000 && dialogue.mechanisms().size() <= 5000);
    EXPECT(!login || logged_in || !dialogue.may_send());
    EXPECT(dialogue.phase() <= Phase::content);
  }
  return 0;
}
