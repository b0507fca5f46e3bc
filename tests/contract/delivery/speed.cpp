// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <cstdlib>

#include "letters.hpp"

using namespace reportctl;
using namespace reportctl::delivery;
using namespace reportctl::testing;

// Left out of ordinary runs: tests/bench/smtp_against_smtp_source.py starts the server, runs this beside smtp-source and prints
// the ratio.
TEST_CASE("speed: many letters of 20 KB over one connection" * doctest::skip()) {
  const char* url = std::getenv("REPORTCTL_SPEED_URL");
  const char* count = std::getenv("REPORTCTL_SPEED_COUNT");
  const char* size = std::getenv("REPORTCTL_SPEED_SIZE");
  REQUIRE((url != nullptr && count != nullptr && size != nullptr));
  TransportSettings settings;
  settings.url = url;
  settings.tls = Tls::none;
  const auto transport = open_transport(settings);
  std::string body = "MIME-Version: 1.0\r\n\r\n";
  while (body.size() < std::strtoul(size, nullptr, 10)) body += std::string(76, 'A') + "\r\n";
  const OwnedLetter owned(kHead, body);
  Asked asked;
  const int letters = std::atoi(count);
  for (int i = 0; i < letters; ++i) REQUIRE(transport->send(owned.letter, asked.yes()).kind == OutcomeKind::accepted);
  CHECK(asked.times == letters);
}
