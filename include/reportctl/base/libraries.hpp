// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

namespace reportctl {

/// Opens every library that is otherwise opened on first use (base/lazy_library.hpp): Error(failed) naming those that are absent
/// and their packages.
void require_libraries();

}  // namespace reportctl
