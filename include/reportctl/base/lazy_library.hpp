// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <atomic>
#include <string>

namespace reportctl {

/// A shared library that is opened when first needed, so that commands which do not use it do not pay for loading it (an idle
/// `run-due` starts several times faster without libcurl, GMime and libcrypto).
///
///     struct Curl : LazyLibrary {  // what is used of it; a function-local static
///       Curl() : LazyLibrary("libcurl.so.4") {}
///       REPORTCTL_FUNCTION(curl_easy_init);
///     };
class LazyLibrary {
 public:
  /// `soname` as the linker would record it, e.g. `libcurl.so.4`.
  explicit LazyLibrary(std::string soname) : soname_(std::move(soname)) {}
  /// Safe to call from several threads. Error(failed) naming the library and its Debian package when it is absent.
  template <typename Function>
  Function function(const char* name) {
    return reinterpret_cast<Function>(symbol(name));
  }

 private:
  void* symbol(const char* name);
  std::string soname_;
  std::atomic<void*> handle_ = nullptr;  ///< never closed: libraries keep atexit handlers
};

/// A member that has the name and the type of a function, and is it.
#define REPORTCTL_FUNCTION(name) decltype(&::name) name = function<decltype(&::name)>(#name)

}  // namespace reportctl
