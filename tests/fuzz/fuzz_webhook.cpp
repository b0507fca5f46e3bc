// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <cstddef>
#include <cstdint>
#include <string>

#include "expect.hpp"
#include "reportctl/base/network.hpp"
#include "reportctl/delivery/webhook.hpp"

/// Addresses and networks have one way to be written, and a url that is taken leads to no special address that it names.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reportctl;
  using delivery::webhook_url_problem;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto network = Network::parse(text)) {
    EXPECT(network->contains(network->address));
    const auto again = Network::parse(network->str());
    EXPECT(again && again->address == network->address && again->bits == network->bits);
  }
  const auto address = parse_ip_address(text);
  const char* const special = address ? special_address(*address) : nullptr;
  if (special != nullptr) {
    const std::string host = text.find(':') == std::string::npos ? text : "[" + text + "]";
    EXPECT(!webhook_url_problem("https://" + host + "/x", {}).empty());
  }
  if (webhook_url_problem(text, {}).empty()) {
    EXPECT(text.rfind("http", 0) == 0 || text.rfind("HTTP", 0) == 0 || text.find("://") != std::string::npos);
    EXPECT(text.find_first_of("\r\n\t #\x7f") == std::string::npos);
  }
  return 0;
}
