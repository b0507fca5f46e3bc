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

#include "reportctl/base/lazy_library.hpp"

namespace reportctl::render {

struct CairoLibrary : LazyLibrary {
  CairoLibrary() : LazyLibrary(kCairo) {}
  REPORTCTL_FUNCTION(cairo_arc);
  REPORTCTL_FUNCTION(cairo_clip);
  REPORTCTL_FUNCTION(cairo_close_path);
  REPORTCTL_FUNCTION(cairo_create);
  REPORTCTL_FUNCTION(cairo_destroy);
  REPORTCTL_FUNCTION(cairo_fill);
  REPORTCTL_FUNCTION(cairo_font_options_create);
  REPORTCTL_FUNCTION(cairo_font_options_destroy);
  REPORTCTL_FUNCTION(cairo_font_options_set_antialias);
  REPORTCTL_FUNCTION(cairo_font_options_set_hint_metrics);
  REPORTCTL_FUNCTION(cairo_font_options_set_hint_style);
  REPORTCTL_FUNCTION(cairo_image_surface_create);
  REPORTCTL_FUNCTION(cairo_image_surface_get_data);
  REPORTCTL_FUNCTION(cairo_line_to);
  REPORTCTL_FUNCTION(cairo_move_to);
  REPORTCTL_FUNCTION(cairo_new_path);
  REPORTCTL_FUNCTION(cairo_paint);
  REPORTCTL_FUNCTION(cairo_pdf_surface_add_outline);
  REPORTCTL_FUNCTION(cairo_pdf_surface_create_for_stream);
  REPORTCTL_FUNCTION(cairo_pdf_surface_set_metadata);
  REPORTCTL_FUNCTION(cairo_rectangle);
  REPORTCTL_FUNCTION(cairo_restore);
  REPORTCTL_FUNCTION(cairo_rotate);
  REPORTCTL_FUNCTION(cairo_save);
  REPORTCTL_FUNCTION(cairo_scale);
  REPORTCTL_FUNCTION(cairo_scaled_font_create);
  REPORTCTL_FUNCTION(cairo_scaled_font_destroy);
  REPORTCTL_FUNCTION(cairo_scaled_font_extents);
  REPORTCTL_FUNCTION(cairo_scaled_font_get_ctm);
  REPORTCTL_FUNCTION(cairo_scaled_font_get_font_face);
  REPORTCTL_FUNCTION(cairo_scaled_font_get_font_options);
  REPORTCTL_FUNCTION(cairo_scaled_font_glyph_extents);
  REPORTCTL_FUNCTION(cairo_scaled_font_text_to_glyphs);
  REPORTCTL_FUNCTION(cairo_glyph_free);
  REPORTCTL_FUNCTION(cairo_set_line_cap);
  REPORTCTL_FUNCTION(cairo_set_line_join);
  REPORTCTL_FUNCTION(cairo_set_line_width);
  REPORTCTL_FUNCTION(cairo_set_scaled_font);
  REPORTCTL_FUNCTION(cairo_set_source_rgb);
  REPORTCTL_FUNCTION(cairo_set_dash);
  REPORTCTL_FUNCTION(cairo_show_glyphs);
  REPORTCTL_FUNCTION(cairo_show_page);
  REPORTCTL_FUNCTION(cairo_status);
  REPORTCTL_FUNCTION(cairo_status_to_string);
  REPORTCTL_FUNCTION(cairo_stroke);
  REPORTCTL_FUNCTION(cairo_surface_destroy);
  REPORTCTL_FUNCTION(cairo_surface_finish);
  REPORTCTL_FUNCTION(cairo_surface_status);
  REPORTCTL_FUNCTION(cairo_surface_flush);
  REPORTCTL_FUNCTION(cairo_translate);
};
struct Pango : LazyLibrary {
  Pango() : LazyLibrary(kPango) {}
  REPORTCTL_FUNCTION(pango_context_load_font);
  REPORTCTL_FUNCTION(pango_context_set_base_dir);
  REPORTCTL_FUNCTION(pango_context_set_font_description);
  REPORTCTL_FUNCTION(pango_context_set_language);
  REPORTCTL_FUNCTION(pango_context_set_round_glyph_positions);
  REPORTCTL_FUNCTION(pango_font_description_copy);
  REPORTCTL_FUNCTION(pango_font_description_free);
  REPORTCTL_FUNCTION(pango_font_description_new);
  REPORTCTL_FUNCTION(pango_font_description_set_absolute_size);
  REPORTCTL_FUNCTION(pango_font_description_set_family);
  REPORTCTL_FUNCTION(pango_font_description_set_weight);
  REPORTCTL_FUNCTION(pango_font_map_create_context);
  REPORTCTL_FUNCTION(pango_language_from_string);
  REPORTCTL_FUNCTION(pango_layout_get_line_count);
  REPORTCTL_FUNCTION(pango_layout_get_line_readonly);
  REPORTCTL_FUNCTION(pango_layout_is_ellipsized);
  REPORTCTL_FUNCTION(pango_layout_line_get_extents);
  REPORTCTL_FUNCTION(pango_layout_new);
  REPORTCTL_FUNCTION(pango_layout_set_auto_dir);
  REPORTCTL_FUNCTION(pango_layout_set_ellipsize);
  REPORTCTL_FUNCTION(pango_layout_set_font_description);
  REPORTCTL_FUNCTION(pango_layout_set_height);
  REPORTCTL_FUNCTION(pango_layout_set_single_paragraph_mode);
  REPORTCTL_FUNCTION(pango_layout_set_text);
  REPORTCTL_FUNCTION(pango_layout_set_width);
  REPORTCTL_FUNCTION(pango_layout_set_wrap);
};
struct PangoCairo : LazyLibrary {
  PangoCairo() : LazyLibrary(kPangoCairo) {}
  REPORTCTL_FUNCTION(pango_cairo_context_set_font_options);
  REPORTCTL_FUNCTION(pango_cairo_context_set_resolution);
  REPORTCTL_FUNCTION(pango_cairo_font_get_scaled_font);
  REPORTCTL_FUNCTION(pango_cairo_font_map_new);
  REPORTCTL_FUNCTION(pango_cairo_show_layout_line);
  REPORTCTL_FUNCTION(pango_cairo_update_context);
};
struct Fontconfig : LazyLibrary {
  Fontconfig() : LazyLibrary(kFontconfig) {}
  REPORTCTL_FUNCTION(FcConfigGetCurrent);
  REPORTCTL_FUNCTION(FcConfigGetFonts);
  REPORTCTL_FUNCTION(FcPatternGetString);
};
struct PangoObjects : LazyLibrary {
  PangoObjects() : LazyLibrary(kGobject) {}
  REPORTCTL_FUNCTION(g_object_unref);
};
/// All that is used of the five.
struct Cairo : CairoLibrary, Pango, PangoCairo, Fontconfig, PangoObjects {
  Cairo();
};

/// Opens the libraries once and looks at the fonts. Error(failed) when a library is absent, or when there is no font at all.
const Cairo& cairo();

/// Owns an object of one of the libraries.
struct CairoRelease {
  void operator()(cairo_t* drawing) const { cairo().cairo_destroy(drawing); }
  void operator()(cairo_surface_t* surface) const { cairo().cairo_surface_destroy(surface); }
  void operator()(cairo_font_options_t* options) const { cairo().cairo_font_options_destroy(options); }
  void operator()(cairo_scaled_font_t* font) const { cairo().cairo_scaled_font_destroy(font); }
  void operator()(PangoFontDescription* description) const { cairo().pango_font_description_free(description); }
  void operator()(PangoFontMap* map) const { cairo().g_object_unref(map); }
  void operator()(PangoContext* context) const { cairo().g_object_unref(context); }
  void operator()(PangoLayout* layout) const { cairo().g_object_unref(layout); }
  void operator()(PangoFont* font) const { cairo().g_object_unref(font); }
};
template <typename Object>
using CairoOwner = std::unique_ptr<Object, CairoRelease>;

}  // namespace reportctl::render
