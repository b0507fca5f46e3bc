// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace reportctl {

/// SHA-256 by OpenSSL's libcrypto, which is loaded on first use.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  /// Lower-case hex, 64 characters. update() after finish() is a bug.
  std::string finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::string sha256_hex(std::string_view bytes);
/// RFC 2104, the 32 bytes themselves.
std::string hmac_sha256(std::string_view key, std::string_view text);
/// The 16 bytes themselves. Only for protocols that ask for it (nginx's secure_link, ETags): it withstands no forger.
std::string md5(std::string_view bytes);
/// Lower case, two digits a byte.
std::string hex(std::string_view bytes);

/// 16 lower-case hex characters from the kernel's random source: ids of schedules, runs, deliveries.
std::string new_id();

}  // namespace reportctl
