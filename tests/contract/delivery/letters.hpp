// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <stdexcept>
#include <string>

#include "reportctl/delivery/transport.hpp"

namespace reportctl::testing {

inline EmailAddress address(const char* text) { return *EmailAddress::parse(text); }

/// A letter together with the spool that holds its body.
struct OwnedLetter {
  OwnedLetter(const std::string& head, const std::string& body, const char* to = "rec@example.com")
      : spool(TempFile::create("/tmp")), letter{address("reports@example.com"), address(to), head, nullptr} {
    spool.write(body);
    letter.body = &spool;
  }
  OwnedLetter(const OwnedLetter&) = delete;
  OwnedLetter& operator=(const OwnedLetter&) = delete;
  [[nodiscard]] std::string bytes(const std::string& body) const { return letter.head + body; }

  TempFile spool;
  delivery::Letter letter;
};

inline const std::string kHead = "From: reports@example.com\r\nTo: rec@example.com\r\nSubject: figures\r\n";
inline const std::string kBody =
    "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nOne line.\r\n.\r\n..two dots\r\nThe end.\r\n";

/// Counts how often the leave to hand over was asked for; gives it, or throws.
struct Asked {
  int times = 0;
  delivery::HandingOver yes() {
    return [this] { ++times; };
  }
  delivery::HandingOver no() {
    return [this] {
      ++times;
      throw std::runtime_error("the state file is full");
    };
  }
};

}  // namespace reportctl::testing
