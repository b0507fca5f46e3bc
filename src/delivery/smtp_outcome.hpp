// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/delivery/transport.hpp"
#include "smtp_dialogue.hpp"

namespace reportctl::delivery {

/// Why our own side ended a transfer.
enum class Halt {
  none,
  no_login,   ///< a login is configured, and the server offers none that can be used
  no_utf8,    ///< an address has letters that the server does not take
  too_large,  ///< over the server's SIZE
  feed,       ///< HandingOver threw, or the spool could not be read
  stopped,    ///< a stop was requested
  stalled,    ///< the server took no more bytes for as long as it may take to answer
};

/// How a transfer ended, as far as it decides about the letter.
struct Ending {
  int curl_code = 0;  ///< CURLcode
  Phase phase = Phase::connect;
  int reply_code = 0;  ///< of the complete reply in that phase, 0 when none came
  std::string words;   ///< the server's, as received
  std::string error;   ///< libcurl's, or ours
  bool handed_over = false;
  Halt halt = Halt::none;
};

/// The one rule that turns an ending into an outcome. What the server says counts more than the command it says it to: many wait
/// for RCPT with what they have against the sender, the login or the name that was given at EHLO.
Outcome decide(const Ending&);

}  // namespace reportctl::delivery
