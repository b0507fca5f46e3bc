// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/delivery/transport.hpp"

namespace reportctl::delivery {

/// How a sendmail program ended.
struct SendmailEnding {
  int exit_code = 0;         ///< sysexits.h; meaningless when killed
  int signal = 0;            ///< that killed it, 0 when none
  bool handed_over = false;  ///< it was given the whole letter
  std::string words;         ///< what it printed
};

/// What its end says about the letter.
Outcome decide(const SendmailEnding&);

}  // namespace reportctl::delivery
