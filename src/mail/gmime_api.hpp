// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

// GMime is not linked but opened on first use (base/lazy_library.hpp): every function of it that this room calls is listed here.
#define G_DISABLE_CAST_CHECKS  // the cast macros would call GObject's type checks
#include <gmime/gmime.h>

#include <memory>

namespace reportctl::mail {

// A member has the type of the real declaration and is filled with the symbol of the same name.
#define REPORTCTL_GMIME_FUNCTIONS(X)           \
  X(g_mime_init)                               \
  X(g_mime_content_type_parse)                 \
  X(g_mime_data_wrapper_new_with_stream)       \
  X(g_mime_format_options_free)                \
  X(g_mime_format_options_new)                 \
  X(g_mime_format_options_set_newline_format)  \
  X(g_mime_message_get_from)                   \
  X(g_mime_message_get_to)                     \
  X(g_mime_message_new)                        \
  X(g_mime_message_set_date)                   \
  X(g_mime_multipart_add)                      \
  X(g_mime_multipart_new_with_subtype)         \
  X(g_mime_multipart_set_boundary)             \
  X(g_mime_object_append_header)               \
  X(g_mime_object_get_content_disposition)     \
  X(g_mime_object_get_content_type)            \
  X(g_mime_object_get_headers)                 \
  X(g_mime_object_set_content_type)            \
  X(g_mime_object_set_content_type_parameter)  \
  X(g_mime_object_set_disposition)             \
  X(g_mime_object_write_to_stream)             \
  X(g_mime_content_disposition_get_parameters) \
  X(g_mime_content_type_get_parameters)        \
  X(g_mime_param_list_get_parameter)           \
  X(g_mime_param_set_charset)                  \
  X(g_mime_part_new_with_type)                 \
  X(g_mime_part_set_content)                   \
  X(g_mime_part_set_content_encoding)          \
  X(g_mime_part_set_content_id)                \
  X(g_mime_part_set_filename)                  \
  X(g_mime_stream_construct)                   \
  X(g_mime_stream_get_type)                    \
  X(g_mime_stream_mem_new_with_buffer)         \
  X(internet_address_list_add)                 \
  X(internet_address_mailbox_new)              \
  X(internet_address_set_charset)
#define REPORTCTL_GOBJECT_FUNCTIONS(X) \
  X(g_object_new)                      \
  X(g_object_unref)                    \
  X(g_type_register_static_simple)
#define REPORTCTL_GLIB_FUNCTIONS(X) \
  X(g_date_time_new_from_unix_utc)  \
  X(g_date_time_unref)              \
  X(g_free)

#define REPORTCTL_MEMBER(name) decltype(&::name) name = nullptr;
struct Gmime {
  REPORTCTL_GMIME_FUNCTIONS(REPORTCTL_MEMBER)
  REPORTCTL_GOBJECT_FUNCTIONS(REPORTCTL_MEMBER)
  REPORTCTL_GLIB_FUNCTIONS(REPORTCTL_MEMBER)
  GType sink_stream_type = 0;  ///< sink_stream.hpp
  GType file_stream_type = 0;  ///< file_stream.hpp
};
#undef REPORTCTL_MEMBER

/// Opens the libraries and starts GMime once. Error(failed) when they are absent.
const Gmime& gmime();

/// Ends a GObject's reference, a string's memory, or options.
struct GmimeDeleter {
  void operator()(GMimeFormatOptions* options) const { gmime().g_mime_format_options_free(options); }
  void operator()(GDateTime* time) const { gmime().g_date_time_unref(time); }
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
