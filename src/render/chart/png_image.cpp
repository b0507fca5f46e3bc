// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "png_image.hpp"

#include <png.h>

#include <optional>
#include <unordered_map>
#include <vector>

#include "reportctl/base/error.hpp"
#include "reportctl/base/lazy_library.hpp"

namespace reportctl::render {
namespace {

constexpr std::size_t kMostColors = 256;

struct Png : LazyLibrary {
  Png() : LazyLibrary(kPng) {}
  REPORTCTL_FUNCTION(png_image_write_to_memory);
};

const Png& png_library() {
  static const Png library;
  return library;
}

struct Indexed {
  std::vector<std::uint8_t> pixels;   ///< places in the palette
  std::vector<std::uint8_t> palette;  ///< red, green, blue
};

/// A channel of which the lowest bits were cut, as one of eight bits again.
std::uint8_t widened(std::uint32_t channel, int cut) { return static_cast<std::uint8_t>(channel * 255 / (255U >> cut)); }

/// nullopt: too many colours, also without the lowest `cut` bits of each channel.
std::optional<Indexed> indexed(std::span<const std::uint32_t> rgb, int cut) {
  const std::uint32_t keep = (0xFFU >> cut) << cut;
  const std::uint32_t mask = keep << 16 | keep << 8 | keep;
  Indexed image;
  image.pixels.reserve(rgb.size());
  std::unordered_map<std::uint32_t, std::uint8_t> places;
  std::optional<std::uint32_t> last;
  std::uint8_t place = 0;
  for (const std::uint32_t pixel : rgb) {
    const std::uint32_t color = pixel & mask;
    if (color != last) {
      const auto [known, is_new] = places.try_emplace(color, static_cast<std::uint8_t>(places.size()));
      if (is_new) {
        if (places.size() > kMostColors) return std::nullopt;
        for (const int shift : {16, 8, 0}) image.palette.push_back(widened((color >> shift & 0xFF) >> cut, cut));
      }
      last = color;
      place = known->second;
    }
    image.pixels.push_back(place);
  }
  return image;
}

}  // namespace

std::string palette_png(const Pixels& pixels) {
  std::optional<Indexed> image;
  constexpr int kMostCut = 6;  // 64 colours are left at the most
  for (int cut = 0; cut <= kMostCut && !image; ++cut) image = indexed(pixels.rgb, cut);

  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(pixels.width);
  header.height = static_cast<png_uint_32>(pixels.height);
  header.format = PNG_FORMAT_RGB_COLORMAP;
  header.colormap_entries = static_cast<png_uint_32>(image->palette.size() / 3);
  std::string png(PNG_IMAGE_PNG_SIZE_MAX(header), '\0');
  png_alloc_size_t size = png.size();
  if (png_library().png_image_write_to_memory(&header, png.data(), &size, 0, image->pixels.data(), 0, image->palette.data()) == 0)
    throw Error(ErrorKind::failed, std::string("a chart cannot be drawn: ") + header.message);
  png.resize(size);
  return png;
}

}  // namespace reportctl::render
