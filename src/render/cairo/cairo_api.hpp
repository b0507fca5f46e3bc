// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

// Cairo, Pango and Fontconfig are not linked but opened on first use (base/lazy_library.hpp): every function of them that this
// room calls is listed here.
#define G_DISABLE_CAST_CHECKS  // the cast macros would call GObject's type checks
#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>

#include <memory>

namespace reportctl::render {

// A member has the type of the real declaration and is filled with the symbol of the same name.
#define REPORTCTL_CAIRO_FUNCTIONS(X)     \
  X(cairo_arc)                           \
  X(cairo_clip)                          \
  X(cairo_close_path)                    \
  X(cairo_create)                        \
  X(cairo_destroy)                       \
  X(cairo_fill)                          \
  X(cairo_font_options_create)           \
  X(cairo_font_options_destroy)          \
  X(cairo_font_options_set_antialias)    \
  X(cairo_font_options_set_hint_metrics) \
  X(cairo_font_options_set_hint_style)   \
  X(cairo_image_surface_create)          \
  X(cairo_image_surface_get_data)        \
  X(cairo_line_to)                       \
  X(cairo_move_to)                       \
  X(cairo_new_path)                      \
  X(cairo_paint)                         \
  X(cairo_pdf_surface_add_outline)       \
  X(cairo_pdf_surface_create_for_stream) \
  X(cairo_pdf_surface_set_metadata)      \
  X(cairo_rectangle)                     \
  X(cairo_restore)                       \
  X(cairo_rotate)                        \
  X(cairo_save)                          \
  X(cairo_scale)                         \
  X(cairo_scaled_font_glyph_extents)     \
  X(cairo_scaled_font_text_to_glyphs)    \
  X(cairo_glyph_free)                    \
  X(cairo_set_line_cap)                  \
  X(cairo_set_line_join)                 \
  X(cairo_set_line_width)                \
  X(cairo_set_scaled_font)               \
  X(cairo_set_source_rgb)                \
  X(cairo_set_dash)                      \
  X(cairo_show_glyphs)                   \
  X(cairo_show_page)                     \
  X(cairo_status)                        \
  X(cairo_status_to_string)              \
  X(cairo_stroke)                        \
  X(cairo_surface_destroy)               \
  X(cairo_surface_finish)                \
  X(cairo_surface_status)                \
  X(cairo_surface_flush)                 \
  X(cairo_translate)

#define REPORTCTL_PANGO_FUNCTIONS(X)          \
  X(pango_context_load_font)                  \
  X(pango_context_set_base_dir)               \
  X(pango_context_set_font_description)       \
  X(pango_context_set_language)               \
  X(pango_context_set_round_glyph_positions)  \
  X(pango_font_description_copy)              \
  X(pango_font_description_free)              \
  X(pango_font_description_new)               \
  X(pango_font_description_set_absolute_size) \
  X(pango_font_description_set_family)        \
  X(pango_font_description_set_weight)        \
  X(pango_font_get_metrics)                   \
  X(pango_font_map_create_context)            \
  X(pango_font_metrics_get_ascent)            \
  X(pango_font_metrics_get_descent)           \
  X(pango_font_metrics_unref)                 \
  X(pango_language_from_string)               \
  X(pango_layout_get_line_count)              \
  X(pango_layout_get_line_readonly)           \
  X(pango_layout_is_ellipsized)               \
  X(pango_layout_line_get_extents)            \
  X(pango_layout_new)                         \
  X(pango_layout_set_auto_dir)                \
  X(pango_layout_set_ellipsize)               \
  X(pango_layout_set_font_description)        \
  X(pango_layout_set_height)                  \
  X(pango_layout_set_single_paragraph_mode)   \
  X(pango_layout_set_text)                    \
  X(pango_layout_set_width)                   \
  X(pango_layout_set_wrap)

#define REPORTCTL_PANGOCAIRO_FUNCTIONS(X) \
  X(pango_cairo_context_set_font_options) \
  X(pango_cairo_context_set_resolution)   \
  X(pango_cairo_font_get_scaled_font)     \
  X(pango_cairo_font_map_new)             \
  X(pango_cairo_show_layout_line)         \
  X(pango_cairo_update_context)

#define REPORTCTL_FONTCONFIG_FUNCTIONS(X) \
  X(FcConfigGetCurrent)                   \
  X(FcConfigGetFonts)                     \
  X(FcPatternGetString)

#define REPORTCTL_CAIRO_MEMBER(name) decltype(&::name) name = nullptr;
struct Cairo {
  REPORTCTL_CAIRO_FUNCTIONS(REPORTCTL_CAIRO_MEMBER)
  REPORTCTL_PANGO_FUNCTIONS(REPORTCTL_CAIRO_MEMBER)
  REPORTCTL_PANGOCAIRO_FUNCTIONS(REPORTCTL_CAIRO_MEMBER)
  REPORTCTL_FONTCONFIG_FUNCTIONS(REPORTCTL_CAIRO_MEMBER)
  decltype(&::g_object_unref) g_object_unref = nullptr;
};
#undef REPORTCTL_CAIRO_MEMBER

/// Opens the libraries once and looks at the fonts. Error(failed) when a library is absent, or when there is no font at all.
const Cairo& cairo();

/// Owns an object of one of the libraries.
struct CairoRelease {
  void operator()(cairo_t* drawing) const { cairo().cairo_destroy(drawing); }
  void operator()(cairo_surface_t* surface) const { cairo().cairo_surface_destroy(surface); }
  void operator()(cairo_font_options_t* options) const { cairo().cairo_font_options_destroy(options); }
  void operator()(PangoFontDescription* description) const { cairo().pango_font_description_free(description); }
  void operator()(PangoFontMap* map) const { cairo().g_object_unref(map); }
  void operator()(PangoContext* context) const { cairo().g_object_unref(context); }
  void operator()(PangoLayout* layout) const { cairo().g_object_unref(layout); }
  void operator()(PangoFont* font) const { cairo().g_object_unref(font); }
};
template <typename Object>
using CairoOwner = std::unique_ptr<Object, CairoRelease>;

}  // namespace reportctl::render
