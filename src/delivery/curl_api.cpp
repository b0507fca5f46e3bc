// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "curl_api.hpp"

#include "reportctl/base/error.hpp"
#include "reportctl/base/lazy_library.hpp"

namespace reportctl::delivery {

namespace {

Curl open_curl() {
  static LazyLibrary library("libcurl.so.4");
  Curl api;
#define REPORTCTL_FROM_CURL(name) api.name = library.function<decltype(api.name)>(#name);
  REPORTCTL_CURL_FUNCTIONS(REPORTCTL_FROM_CURL)
#undef REPORTCTL_FROM_CURL
  if (api.curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw Error(ErrorKind::failed, "libcurl cannot be started");
  return api;
}

}  // namespace

const Curl& curl() {
  static const Curl api = open_curl();
  return api;
}

}  // namespace reportctl::delivery
