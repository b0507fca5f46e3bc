// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace reportctl::delivery {

enum class Scheme { maildir, sendmail, smtp, smtps };

/// A transport url, taken apart. Names that libcurl or the kernel will see hold nothing but letters, digits and `.-:[]/`.
struct Endpoint {
  Scheme scheme = Scheme::maildir;
  std::filesystem::path path;  ///< maildir: the folder; sendmail: the program
  std::string host;            ///< smtp, smtps: lower case, IPv6 in brackets
  std::uint16_t port = 0;
  [[nodiscard]] bool is_smtp() const { return scheme == Scheme::smtp || scheme == Scheme::smtps; }
};

/// Error(config) saying what is wrong and which forms there are; never repeats a url that may hold a password.
Endpoint parse_endpoint(const std::string& url);

}  // namespace reportctl::delivery
