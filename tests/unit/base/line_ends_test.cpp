// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/line_ends.hpp"

#include <doctest/doctest.h>

using reportctl::with_line_feeds;

TEST_CASE("every line end becomes a line feed, and nothing else changes") {
  CHECK(with_line_feeds("a\r\nb\rc\nd") == "a\nb\nc\nd");
  CHECK(with_line_feeds("a\vb\fc") == "a\nb\nc");
  CHECK(with_line_feeds("a\u0085b\u2028c\u2029d") == "a\nb\nc\nd");
  CHECK(with_line_feeds("\r\r\n\n") == "\n\n\n");
  CHECK(with_line_feeds("\u2027 \u202a \u0084 \u00c5 \t") == "\u2027 \u202a \u0084 \u00c5 \t");
  CHECK(with_line_feeds("").empty());
}
