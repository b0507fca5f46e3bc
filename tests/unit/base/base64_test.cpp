// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/base64.hpp"

#include <doctest/doctest.h>

using namespace reportctl;

TEST_CASE("base64 writes the vectors of RFC 4648 and reads them back") {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(base64(bytes) == text);
    CHECK(from_base64(text) == bytes);
  }
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  CHECK(from_base64(base64(all)) == all);
}

TEST_CASE("what base64 does not write is not read") {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg=x", "Z===", "====", "Zh==", "Zm9v\n", "Zm-v", "Zg==Zg=="})
    CHECK_FALSE(from_base64(text).has_value());
}
