// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "reportctl/base/error.hpp"
#include "reportctl/mail/picture.hpp"

using namespace reportctl;
using namespace reportctl::mail;

namespace {

std::string four(unsigned number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> static_cast<unsigned>(shift) & 0xFFU));
  return bytes;
}

/// What a PNG starts and ends with; the pixels are not looked at.
std::string png(unsigned width, unsigned height) {
  const std::string end("\0\0\0\0IEND\xae\x42\x60\x82", 12);
  return "\x89PNG\r\n\x1a\n" + four(13) + "IHDR" + four(width) + four(height) + std::string(9, '\0') + end;
}

/// A JPEG of an APP0 segment and a start of frame.
std::string jpeg(unsigned width, unsigned height) {
  const std::string app0 = std::string("\xff\xe0\0\x06JFIF", 8);
  return "\xff\xd8" + app0 + std::string("\xff\xc0\0\x11\x08", 5) + four(height << 16U | width) + std::string(10, '\0');
}

}  // namespace

TEST_CASE("a logo is told by its bytes and fits the head of the mail") {
  const Picture wide = logo(png(400, 50), "Acme");
  CHECK(wide.content_type == "image/png");
  CHECK(wide.width == 200);
  CHECK(wide.height == 25);
  CHECK(wide.alt == "Acme");
  const Picture tall = logo(jpeg(100, 440), "Acme");
  CHECK(tall.content_type == "image/jpeg");
  CHECK(tall.width == 10);
  CHECK(tall.height == 44);
  const Picture small = logo(png(16, 16), "");
  CHECK(small.width == 16);
  CHECK(small.height == 16);
}

TEST_CASE("anything else is no logo") {
  const std::string bad[] = {"",
                             "GIF89a",
                             "<svg/>",
                             "\x89PNG\r\n\x1a\n",
                             png(10, 10).substr(0, 40),
                             png(0, 10),
                             png(10, 0),
                             png(100'000, 10),
                             "\xff\xd8\xff",
                             jpeg(10, 10).substr(0, 12),
                             jpeg(0, 5),
                             std::string(kMaxLogoBytes + 1, 'x')};
  for (const auto& bytes : bad) CHECK_THROWS_AS(logo(bytes, ""), Error);
}
