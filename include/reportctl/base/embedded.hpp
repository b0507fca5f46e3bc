// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string_view>

namespace reportctl {

/// A text that was compiled in. Both views live as long as the program.
struct EmbeddedFile {
  std::string_view name;  ///< path below the embedded folder, e.g. `0001_initial.sql`
  std::string_view text;  ///< byte for byte
};

}  // namespace reportctl
