// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>

#include "reportctl/base/time.hpp"

namespace reportctl::artifact {

struct LinkRequest {
  std::string sha256;
  std::string file_name;  ///< what the browser saves it as; anything but letters, digits and `._-` becomes `_`
  Instant now;
  std::optional<Instant> not_after = {};  ///< the file may be gone then: the link ends with it, if not before
};

/// Opens one stored file for whoever has it, until it ends. It is a key: it belongs into the mail, never into a log.
struct Link {
  std::string url;
  Instant ends;
};

}  // namespace reportctl::artifact
