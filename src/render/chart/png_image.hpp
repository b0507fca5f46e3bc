// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace reportctl::render {

/// Pixels as cairo has them in CAIRO_FORMAT_RGB24: 0xXXRRGGBB each, rows one after the other without gaps.
struct Pixels {
  int width = 0;
  int height = 0;
  std::span<const std::uint32_t> rgb;
};

/// A PNG with a palette: a third of the size of one in true colour, made in a quarter of the time. Where a picture has more than
/// 256 colours, those that differ in the lowest bits alone become one; white stays white.
/// Error(failed) when libpng is absent or gives up.
std::string palette_png(const Pixels&);

}  // namespace reportctl::render
