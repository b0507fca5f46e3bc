// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "pdf_surface.hpp"

#include <fmt/format.h>

#include "reportctl/base/error.hpp"

namespace reportctl::render {
namespace {

void check_pdf(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS && status != CAIRO_STATUS_SURFACE_FINISHED)
    throw Error(ErrorKind::failed, fmt::format("the PDF cannot be drawn: {}", cairo().cairo_status_to_string(status)));
}

}  // namespace

PdfSurface::PdfSurface(Sink& sink, const Paper& paper)
    : sink_(sink),
      surface_(cairo().cairo_pdf_surface_create_for_stream(write, this, paper.width, paper.height)),
      drawing_(cairo().cairo_create(surface_.get())) {}

PdfSurface::~PdfSurface() {
  drawing_.reset();
  is_over_ = true;  // an unfinished surface writes its rest when it is destroyed: that goes nowhere
  surface_.reset();
}

void PdfSurface::check() const {
  if (error_) std::rethrow_exception(error_);
  check_pdf(cairo().cairo_status(drawing_.get()));
  check_pdf(cairo().cairo_surface_status(surface_.get()));
}

void PdfSurface::finish() {
  cairo().cairo_surface_finish(surface_.get());
  if (!error_) sink_.finish();
  if (error_) std::rethrow_exception(error_);
  check_pdf(cairo().cairo_surface_status(surface_.get()));
}

cairo_status_t PdfSurface::write(void* self, const unsigned char* bytes, unsigned int size) {
  auto* const surface = static_cast<PdfSurface*>(self);
  if (surface->is_over_) return CAIRO_STATUS_SUCCESS;
  try {
    surface->sink_.write({reinterpret_cast<const char*>(bytes), size});
  } catch (...) {
    surface->error_ = std::current_exception();
    surface->is_over_ = true;
  }
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace reportctl::render
