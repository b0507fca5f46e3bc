// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>

#include "reportctl/base/file.hpp"
#include "reportctl/base/process.hpp"

namespace reportctl::store {

/// Which processes of this machine live, also those of other pid namespaces (containers), where a process id says nothing: each
/// holds a lock of the kernel on a byte of its own in `state.db-owners`, which is empty, and which the kernel takes back when the
/// process ends, however it ends. Locks are not inherited by fork().
class OwnerLocks {
 public:
  explicit OwnerLocks(std::filesystem::path state);
  /// For as long as this object and the process live. Error(state).
  void hold(const ProcessIdentity&);
  /// Does another process hold that one's lock? Error(state) where nobody can tell.
  [[nodiscard]] bool is_held(const ProcessIdentity&);

 private:
  const Fd& file(int flags);
  std::filesystem::path path_;
  Fd file_;  ///< the only one of the process: to close another one of the same file would give back the lock
};

}  // namespace reportctl::store
