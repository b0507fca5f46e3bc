// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <atomic>

#include "reportctl/base/library_files.hpp"

namespace reportctl {

/// A shared library that is opened when first needed, so that commands which do not use it do not pay for loading it (an idle
/// `run-due` starts several times faster without libcurl, GMime and libcrypto). What is used of it is a structure that lists the
/// functions, made once:
///
///     struct Idn2 : LazyLibrary {
///       Idn2() : LazyLibrary(kIdn2) {}  // what CMake found; reportctl/base/library_files.hpp
///       REPORTCTL_FUNCTION(idn2_free);
///     };
///     const Idn2& idn2() {
///       static const Idn2 library;
///       return library;
///     }
class LazyLibrary {
 public:
  explicit LazyLibrary(const LibraryFile& file) : file_(file) {}
  /// Safe to call from several threads. Error(failed) naming the library and its Debian package when it is absent.
  template <typename Function>
  Function function(const char* name) {
    return reinterpret_cast<Function>(symbol(name));
  }

 private:
  void* symbol(const char* name);
  LibraryFile file_;
  std::atomic<void*> handle_ = nullptr;  ///< never closed: libraries keep atexit handlers
};

/// A member that has the name and the type of a function, and is it.
#if REPORTCTL_LAZY
#define REPORTCTL_FUNCTION(name) decltype(&::name) name = function<decltype(&::name)>(#name)
#else
#define REPORTCTL_FUNCTION(name) decltype(&::name) name = &::name
#endif

}  // namespace reportctl
