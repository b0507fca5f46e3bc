// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <type_traits>

#include "reportctl/run/parts.hpp"
#include "reportctl/store/ownership.hpp"

namespace reportctl::run {

/// Around everything that a command sends, stores or removes: only with a state file of this installation's own, and what was
/// done is noted beside it.
template <typename Work>
auto acting(Parts& parts, Work work) {
  parts.require_own();
  if constexpr (std::is_void_v<decltype(work())>) {
    work();
    store::write_mark(parts.state());
  } else {
    auto result = work();
    store::write_mark(parts.state());
    return result;
  }
}

}  // namespace reportctl::run
