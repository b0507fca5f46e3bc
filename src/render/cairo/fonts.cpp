// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/render/fonts.hpp"

#include "cairo_fonts.hpp"
#include "reportctl/base/error.hpp"

namespace reportctl::render {

void require_fonts() {
  constexpr double kAnySize = 9;
  Fonts fonts;
  Face face(fonts, kAnySize, Weight::regular);
  if (face.simple_width("Report 0123456789") <= 0)
    throw Error(ErrorKind::failed, "no font has Latin letters: PDF files and charts would show boxes",
                "install the Debian package fonts-noto-core (or fonts-dejavu-core)");
}

}  // namespace reportctl::render
