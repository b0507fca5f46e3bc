// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "gmime_api.hpp"

#include "file_stream.hpp"
#include "reportctl/base/lazy_library.hpp"
#include "sink_stream.hpp"

namespace reportctl::mail {

namespace {

Gmime open_gmime() {
  static LazyLibrary gmime_library("libgmime-3.0.so.0");
  static LazyLibrary gobject_library("libgobject-2.0.so.0");
  static LazyLibrary glib_library("libglib-2.0.so.0");
  Gmime api;
#define REPORTCTL_FROM_GMIME(name) api.name = gmime_library.function<decltype(api.name)>(#name);
#define REPORTCTL_FROM_GOBJECT(name) api.name = gobject_library.function<decltype(api.name)>(#name);
#define REPORTCTL_FROM_GLIB(name) api.name = glib_library.function<decltype(api.name)>(#name);
  REPORTCTL_GMIME_FUNCTIONS(REPORTCTL_FROM_GMIME)
  REPORTCTL_GOBJECT_FUNCTIONS(REPORTCTL_FROM_GOBJECT)
  REPORTCTL_GLIB_FUNCTIONS(REPORTCTL_FROM_GLIB)
#undef REPORTCTL_FROM_GMIME
#undef REPORTCTL_FROM_GOBJECT
#undef REPORTCTL_FROM_GLIB
  api.g_mime_init();
  api.sink_stream_type = register_sink_stream(api);
  api.file_stream_type = register_file_stream(api);
  return api;
}

}  // namespace

const Gmime& gmime() {
  static const Gmime api = open_gmime();
  return api;
}

}  // namespace reportctl::mail
