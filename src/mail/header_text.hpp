// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

#include "reportctl/base/address.hpp"

namespace reportctl::mail {

/// A header line: `name: value`, folded before words where they fit, with CRLF. The value is ASCII.
std::string header_line(std::string_view name, std::string_view value);
/// Words for people, as they are where they are ASCII, else as encoded words of at most 75 characters (RFC 2047).
std::string header_text(std::string_view name, std::string_view text);
/// The address in angle brackets, with its name before it or without: filters take a bare one for carelessness.
std::string header_mailbox(std::string_view name, const Mailbox&);

}  // namespace reportctl::mail
