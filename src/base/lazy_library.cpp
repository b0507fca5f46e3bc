// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/lazy_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/libraries.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl {

namespace {

std::string install_hint(const LibraryFile& file, std::string_view reason = {}) {
  if (reason.find("Too many open files") != std::string_view::npos) return limit_hint(EMFILE);
  if (reason.find("memory") != std::string_view::npos || reason.find("failed to map") != std::string_view::npos)
    return limit_hint(ENOMEM);
  return *file.package == '\0' ? "install the package that holds it" : fmt::format("install the Debian package {}", file.package);
}

const char* last_error() {
  const char* text = ::dlerror();
  return text == nullptr ? "no reason given" : text;
}

}  // namespace

void* LazyLibrary::symbol(const char* name) {
  void* handle = handle_.load();
  if (handle == nullptr) {
    // One that the configuration names; the system's are found by name.
    const bool is_named = std::string_view(file_.soname).find('/') != std::string_view::npos;
    if (is_named && ::access(file_.soname, F_OK) == 0) require_trusted(file_.soname, ErrorKind::config);
    handle = ::dlopen(file_.soname, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      const std::string reason = last_error();
      throw Error(ErrorKind::failed, fmt::format("cannot load {}: {}", file_.soname, reason), install_hint(file_, reason));
    }
    handle_.store(handle);  // two threads may both come here: dlopen counts, and gives both the same handle
  }
  void* address = ::dlsym(handle, name);
  if (address == nullptr)
    throw Error(ErrorKind::failed, fmt::format("{} has no function {}: {}", file_.soname, name, last_error()),
                install_hint(file_));
  return address;
}

void require_libraries() {
  std::vector<std::string> problems, packages;
  for (const LibraryFile& file : kLibraryFiles) {
    if (::dlopen(file.soname, RTLD_NOW | RTLD_LOCAL) != nullptr) continue;  // never closed, as above
    problems.emplace_back(last_error());
    if (*file.package != '\0') packages.emplace_back(file.package);
  }
  if (problems.empty()) return;
  throw Error(ErrorKind::failed, "cannot load " + join(problems, "; "),
              packages.empty() ? "install the packages that hold them" : "apt-get install " + join(packages, " "));
}

}  // namespace reportctl
