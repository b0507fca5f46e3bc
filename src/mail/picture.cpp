// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/mail/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "reportctl/base/error.hpp"
#include "reportctl/base/for_people.hpp"

namespace reportctl::mail {
namespace {

constexpr int kLogoWidth = 200;
constexpr int kLogoHeight = 44;
constexpr std::uint32_t kMostPixels = 8000;

struct Pixels {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
  return value;
}

/// Signature, then the chunk IHDR with width and height; the file ends with the chunk IEND.
std::optional<Pixels> png_size(std::string_view bytes) {
  constexpr std::string_view kEnd("\0\0\0\0IEND\xae\x42\x60\x82", 12);
  if (!bytes.starts_with("\x89PNG\r\n\x1a\n") || bytes.size() < 45 || bytes.substr(12, 4) != "IHDR") return std::nullopt;
  if (!bytes.ends_with(kEnd)) return std::nullopt;
  return Pixels{big_endian(bytes.substr(16, 4)), big_endian(bytes.substr(20, 4))};
}

/// Segments of marker and length up to the start of frame, which has the size.
std::optional<Pixels> jpeg_size(std::string_view bytes) {
  if (!bytes.starts_with("\xff\xd8\xff")) return std::nullopt;
  for (std::size_t at = 2; at + 9 <= bytes.size();) {
    const auto marker = static_cast<unsigned char>(bytes[at + 1]);
    if (static_cast<unsigned char>(bytes[at]) != 0xff || marker == 0xd9 || marker == 0xda) return std::nullopt;
    if (marker == 0xff) {  // filling
      ++at;
      continue;
    }
    const bool is_frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (is_frame) return Pixels{big_endian(bytes.substr(at + 7, 2)), big_endian(bytes.substr(at + 5, 2))};
    at += 2 + std::max<std::size_t>(2, big_endian(bytes.substr(at + 2, 2)));
  }
  return std::nullopt;
}

}  // namespace

Picture logo(std::string_view bytes, std::string_view alt) {
  if (bytes.size() > kMaxLogoBytes) {
    throw Error(ErrorKind::invalid,
                fmt::format("a logo has at most {}, this file is larger", size_text(static_cast<std::int64_t>(kMaxLogoBytes))),
                "it travels with every mail: scale it down to about 400 pixels of width");
  }
  Picture picture;
  picture.alt = alt;
  picture.bytes = bytes;
  auto size = png_size(bytes);
  picture.content_type = size ? "image/png" : "image/jpeg";
  if (!size) size = jpeg_size(bytes);
  if (!size || size->width == 0 || size->height == 0 || size->width > kMostPixels || size->height > kMostPixels)
    throw Error(ErrorKind::invalid, "a logo is a whole PNG or JPEG file of at most 8000 by 8000 pixels; this is something else",
                "save it as PNG");
  const double scale =
      std::min({1.0, static_cast<double>(kLogoWidth) / size->width, static_cast<double>(kLogoHeight) / size->height});
  picture.width = std::max(1, static_cast<int>(size->width * scale));
  picture.height = std::max(1, static_cast<int>(size->height * scale));
  return picture;
}

}  // namespace reportctl::mail
