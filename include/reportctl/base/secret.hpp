// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <fmt/core.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reportctl {

/// A password. Prints as `***`, is wiped on destruction, and is never written anywhere but to the peer that asks for it.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  ~Secret();
  Secret(const Secret&) = default;
  Secret(Secret&&) noexcept = default;
  /// Copies and moves: the old value leaves with `other` and is wiped there.
  Secret& operator=(Secret other) noexcept {
    value_.swap(other.value_);
    return *this;
  }
  [[nodiscard]] const std::string& reveal() const { return value_; }

 private:
  std::string value_;
};

/// Where a password comes from; the first that is set wins: systemd credential, file, command.
struct SecretSource {
  std::string credential;  ///< a name in $CREDENTIALS_DIRECTORY
  std::filesystem::path
      file;  ///< regular file, owned by us or root, not readable by others; by a group only where root, not us, owns it
  std::vector<std::string> command;  ///< argv, run without a shell, 10 s, at most 4 KB
  std::filesystem::path within{};    ///< where this is set, the file is in this directory; symbolic links are followed inside it
  [[nodiscard]] bool empty() const { return credential.empty() && file.empty() && command.empty(); }
};

/// Reads the secret, without its last line end. nullopt when the source is empty (or only names a credential that the service
/// manager did not pass); Error(config) when it cannot be read or is not kept safely.
std::optional<Secret> read_secret(const SecretSource&);

/// No core dump of this process, and no other process of its user may look into it. Called before the first secret is read.
void keep_out_of_dumps();

}  // namespace reportctl

template <>
struct fmt::formatter<reportctl::Secret> : fmt::formatter<std::string_view> {
  auto format(const reportctl::Secret&, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format("***", context);
  }
};
