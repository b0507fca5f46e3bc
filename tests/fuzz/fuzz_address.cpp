// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "expect.hpp"
#include "reportctl/base/address.hpp"
#include "reportctl/base/text.hpp"

using namespace reportctl;

namespace {

void check_address(const EmailAddress& address) {
  const std::string& text = address.str();
  EXPECT(text.size() <= 254 && address.local_part().size() <= 64);
  EXPECT(!has_control(text) && is_valid_utf8(text) && text.find_first_of("<>") == std::string::npos);
  if (text.front() != '"') {
    EXPECT(std::count(text.begin(), text.end(), '@') == 1);
    for (const char c : text) EXPECT(c != ' ' && std::string_view("\"(),:;<>[]\\").find(c) == std::string_view::npos);
  }
  EXPECT(address.domain() == to_lower(address.domain()));
  const auto again = EmailAddress::parse(text);
  EXPECT(again && *again == address);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string why;
  if (const auto address = EmailAddress::parse(text, &why))
    check_address(*address);
  else
    EXPECT(!why.empty() && is_valid_utf8(why) && !has_control(why));
  if (const auto mailbox = Mailbox::parse(text, &why)) {
    check_address(mailbox->address);
    EXPECT(HeaderValue::parse(mailbox->display));
    const auto again = Mailbox::parse(mailbox->str());
    EXPECT(again && *again == *mailbox);
  }
  const HeaderValue cleaned = HeaderValue::cleaned(text);
  const auto parsed = HeaderValue::parse(cleaned.str());
  EXPECT(parsed && parsed->str() == cleaned.str());
  if (HeaderValue::parse(text)) EXPECT(cleaned.str() == text);
  return 0;
}
