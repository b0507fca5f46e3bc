// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "gmime_api.hpp"

#include "file_stream.hpp"
#include "sink_stream.hpp"

namespace reportctl::mail {

Gmime::Gmime() {
  g_mime_init();
  sink_stream_type = register_sink_stream(*this);
  file_stream_type = register_file_stream(*this);
}

const Gmime& gmime() {
  static const Gmime library;
  return library;
}

}  // namespace reportctl::mail
