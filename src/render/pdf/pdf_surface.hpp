// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <exception>

#include "cairo/cairo_api.hpp"
#include "pdf_columns.hpp"
#include "pdf_images.hpp"
#include "reportctl/base/sink.hpp"

namespace reportctl::render {

/// A PDF surface that writes into a sink. What the sink throws waits until the library's frames have returned, and the library is
/// not told: cairo 1.16 crashes when it finishes a PDF surface whose writing has failed.
class PdfSurface {
 public:
  PdfSurface(Sink&, const Paper&);
  PdfSurface(const PdfSurface&) = delete;
  PdfSurface& operator=(const PdfSurface&) = delete;
  ~PdfSurface();
  [[nodiscard]] cairo_t* drawing() const { return drawing_.get(); }
  [[nodiscard]] cairo_surface_t* surface() const { return surface_.get(); }
  /// Throws what the sink threw, or Error(failed) with what cairo says. At the end of every page.
  void check() const;
  /// Writes the rest.
  void finish();

 private:
  static cairo_status_t write(void* self, const unsigned char* bytes, unsigned int size);

  ImagesOnce sink_;
  std::exception_ptr error_;
  bool is_over_ = false;
  CairoOwner<cairo_surface_t> surface_;
  CairoOwner<cairo_t> drawing_;
};

}  // namespace reportctl::render
