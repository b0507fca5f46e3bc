// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

// GMime is opened on first use (base/lazy_library.hpp).
#define G_DISABLE_CAST_CHECKS  // the cast macros would call GObject's type checks
#include <gmime/gmime.h>

#include <memory>

#include "reportctl/base/lazy_library.hpp"

namespace reportctl::mail {

struct GmimeLibrary : LazyLibrary {
  GmimeLibrary() : LazyLibrary(kGmime) {}
  REPORTCTL_FUNCTION(g_mime_init);
  REPORTCTL_FUNCTION(g_mime_content_type_parse);
  REPORTCTL_FUNCTION(g_mime_data_wrapper_new_with_stream);
  REPORTCTL_FUNCTION(g_mime_format_options_free);
  REPORTCTL_FUNCTION(g_mime_format_options_new);
  REPORTCTL_FUNCTION(g_mime_format_options_set_newline_format);
  REPORTCTL_FUNCTION(g_mime_header_list_get_header);
  REPORTCTL_FUNCTION(g_mime_header_set_raw_value);
  REPORTCTL_FUNCTION(g_mime_multipart_add);
  REPORTCTL_FUNCTION(g_mime_multipart_new_with_subtype);
  REPORTCTL_FUNCTION(g_mime_multipart_set_boundary);
  REPORTCTL_FUNCTION(g_mime_object_get_content_disposition);
  REPORTCTL_FUNCTION(g_mime_object_get_content_type);
  REPORTCTL_FUNCTION(g_mime_object_get_header_list);
  REPORTCTL_FUNCTION(g_mime_object_set_content_type);
  REPORTCTL_FUNCTION(g_mime_object_set_content_type_parameter);
  REPORTCTL_FUNCTION(g_mime_object_set_disposition);
  REPORTCTL_FUNCTION(g_mime_object_write_to_stream);
  REPORTCTL_FUNCTION(g_mime_content_disposition_get_parameters);
  REPORTCTL_FUNCTION(g_mime_content_type_get_parameters);
  REPORTCTL_FUNCTION(g_mime_param_list_get_parameter);
  REPORTCTL_FUNCTION(g_mime_param_set_charset);
  REPORTCTL_FUNCTION(g_mime_part_new_with_type);
  REPORTCTL_FUNCTION(g_mime_part_set_content);
  REPORTCTL_FUNCTION(g_mime_part_set_content_encoding);
  REPORTCTL_FUNCTION(g_mime_part_set_content_id);
  REPORTCTL_FUNCTION(g_mime_part_set_filename);
  REPORTCTL_FUNCTION(g_mime_stream_construct);
  REPORTCTL_FUNCTION(g_mime_stream_get_type);
  REPORTCTL_FUNCTION(g_mime_stream_mem_new_with_buffer);
};
struct Gobject : LazyLibrary {
  Gobject() : LazyLibrary(kGobject) {}
  REPORTCTL_FUNCTION(g_object_new);
  REPORTCTL_FUNCTION(g_object_unref);
  REPORTCTL_FUNCTION(g_type_register_static_simple);
};
struct Glib : LazyLibrary {
  Glib() : LazyLibrary(kGlib) {}
  REPORTCTL_FUNCTION(g_free);
};
/// All that is used of the three.
struct Gmime : GmimeLibrary, Gobject, Glib {
  Gmime();
  GType sink_stream_type = 0;  ///< sink_stream.hpp
  GType file_stream_type = 0;  ///< file_stream.hpp
};

/// Opens the libraries and starts GMime once. Error(failed) when they are absent.
const Gmime& gmime();

/// Ends a GObject's reference, a string's memory, or options.
struct GmimeDeleter {
  void operator()(GMimeFormatOptions* options) const { gmime().g_mime_format_options_free(options); }
  void operator()(char* text) const { gmime().g_free(text); }
  template <typename Object>
  void operator()(Object* object) const {
    gmime().g_object_unref(object);
  }
};
template <typename T>
using GmimePtr = std::unique_ptr<T, GmimeDeleter>;

/// CRLF line ends; RFC 2231 parameters and RFC 2047 words are GMime's default.
inline GmimePtr<GMimeFormatOptions> wire_format() {
  GmimePtr<GMimeFormatOptions> options(gmime().g_mime_format_options_new());
  gmime().g_mime_format_options_set_newline_format(options.get(), GMIME_NEWLINE_FORMAT_DOS);
  return options;
}

}  // namespace reportctl::mail
