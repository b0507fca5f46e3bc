// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace reportctl {

struct LockHolder {
  long pid = 0;
  std::string name;
  bool stopped = false;  ///< by a signal or a debugger: it will not let go by itself
};
/// Another process that has locked part of a file, in the way of fcntl(2). None when the kernel does not show one.
std::optional<LockHolder> lock_holder(const std::filesystem::path&);

}  // namespace reportctl
