// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/lazy_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <string_view>

#include "reportctl/base/error.hpp"

namespace reportctl {

namespace {

struct Package {
  std::string_view soname;
  std::string_view package;
};

constexpr std::array<Package, 15> kPackages{{{"libcairo.so.2", "libcairo2"},
                                             {"libcctz.so.2", "libcctz2"},
                                             {"libcrypto.so.3", "libssl3"},
                                             {"libcurl.so.4", "libcurl4"},
                                             {"libfontconfig.so.1", "libfontconfig1"},
                                             {"libglib-2.0.so.0", "libglib2.0-0"},
                                             {"libgmime-3.0.so.0", "libgmime-3.0-0"},
                                             {"libgobject-2.0.so.0", "libglib2.0-0"},
                                             {"libidn2.so.0", "libidn2-0"},
                                             {"libpango-1.0.so.0", "libpango-1.0-0"},
                                             {"libpangocairo-1.0.so.0", "libpangocairo-1.0-0"},
                                             {"libpng16.so.16", "libpng16-16"},
                                             {"libpq.so.5", "libpq5"},
                                             {"libxlsxwriter.so.4", "libxlsxwriter4"},
                                             {"libz.so.1", "zlib1g"}}};

std::string install_hint(std::string_view soname) {
  for (const Package& entry : kPackages)
    if (entry.soname == soname) return fmt::format("install the Debian package {}", entry.package);
  return "install the package that holds it";
}

const char* last_error() {
  const char* text = ::dlerror();
  return text == nullptr ? "no reason given" : text;
}

}  // namespace

void* LazyLibrary::symbol(const char* name) {
  void* handle = handle_.load();
  if (handle == nullptr) {
    handle = ::dlopen(soname_.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr)
      throw Error(ErrorKind::failed, fmt::format("cannot load {}: {}", soname_, last_error()), install_hint(soname_));
    handle_.store(handle);  // two threads may both come here: dlopen counts, and gives both the same handle
  }
  void* address = ::dlsym(handle, name);
  if (address == nullptr)
    throw Error(ErrorKind::failed, fmt::format("{} has no function {}: {}", soname_, name, last_error()), install_hint(soname_));
  return address;
}

}  // namespace reportctl
