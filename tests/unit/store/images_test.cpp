// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/images.hpp"

#include "fixture.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

TEST_CASE("a picture is kept once, found by its hash, and not when it was damaged") {
  Fixture fixture;
  const std::string picture("\x89PNG\r\n\0 bytes", 13);
  const auto hash = keep_image(fixture.state, picture);
  CHECK(hash == sha256_hex(picture));
  CHECK(keep_image(fixture.state, picture) == hash);
  CHECK(find_image(fixture.state, hash) == picture);
  CHECK_FALSE(find_image(fixture.state, std::string(64, '0')));
  fixture.sql("UPDATE images SET base64 = 'AAAA'");
  CHECK_FALSE(find_image(fixture.state, hash));
}
