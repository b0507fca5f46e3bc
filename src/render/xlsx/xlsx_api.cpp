// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "xlsx_api.hpp"

#include "reportctl/base/lazy_library.hpp"

namespace reportctl::render {
namespace {

Xlsx open_xlsx() {
  static LazyLibrary library("libxlsxwriter.so.4");
  Xlsx api;
#define REPORTCTL_FROM_XLSX(name) api.name = library.function<decltype(api.name)>(#name);
  REPORTCTL_XLSX_FUNCTIONS(REPORTCTL_FROM_XLSX)
#undef REPORTCTL_FROM_XLSX
  return api;
}

Zlib open_zlib() {
  static LazyLibrary library("libz.so.1");
  Zlib api;
#define REPORTCTL_FROM_ZLIB(name) api.name = library.function<decltype(api.name)>(#name);
  REPORTCTL_ZLIB_FUNCTIONS(REPORTCTL_FROM_ZLIB)
#undef REPORTCTL_FROM_ZLIB
  return api;
}

}  // namespace

const Xlsx& xlsx() {
  static const Xlsx api = open_xlsx();
  return api;
}

const Zlib& zlib() {
  static const Zlib api = open_zlib();
  return api;
}

}  // namespace reportctl::render
