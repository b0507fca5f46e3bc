// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

// libcurl is not linked but opened on first use (base/lazy_library.hpp): every function of it that this room calls is listed
// here.
#define CURL_DISABLE_TYPECHECK  // its macros would hide the functions
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo

namespace reportctl::delivery {

#define REPORTCTL_CURL_FUNCTIONS(X) \
  X(curl_easy_cleanup)              \
  X(curl_easy_getinfo)              \
  X(curl_easy_init)                 \
  X(curl_easy_perform)              \
  X(curl_easy_setopt)               \
  X(curl_easy_strerror)             \
  X(curl_global_init)               \
  X(curl_slist_append)              \
  X(curl_slist_free_all)

#define REPORTCTL_MEMBER(name) decltype(&::name) name = nullptr;
struct Curl {
  REPORTCTL_CURL_FUNCTIONS(REPORTCTL_MEMBER)
};
#undef REPORTCTL_MEMBER

/// Opens libcurl and starts it once. Error(failed) when it is absent.
const Curl& curl();

}  // namespace reportctl::delivery
