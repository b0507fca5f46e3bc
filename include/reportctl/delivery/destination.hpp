// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "reportctl/artifact/artifact.hpp"
#include "reportctl/base/secret.hpp"
#include "reportctl/delivery/transport.hpp"

namespace reportctl::delivery {

/// One file for a destination.
struct Parcel {
  std::string path;  ///< a plain path below the destination: `in/2026/sales.csv`
  std::string id;    ///< of the delivery
  int file = -1;     ///< borrowed, from its beginning
  std::uint64_t size = 0;
  std::string sha256;
  bool in_doubt = false;  ///< an attempt before may have put it there: looked at first
};

/// Where other programs fetch files: a directory, an SFTP server, a bucket of S3. A file has its name there only when it is
/// whole, and never takes the place of another. Not for sharing between threads.
class Destination {
 public:
  virtual ~Destination() = default;
  /// As Transport::send(); HandingOver is asked before the file gets its name, also where it has it already. refused of class
  /// `exists`: another file has that name. unknown: whether it has it could not be looked at, or nobody can tell any more.
  virtual Outcome send(const Parcel&, const HandingOver&) = 0;
  /// `sftp://user@host:22/in`; never a secret.
  [[nodiscard]] virtual std::string describe() const = 0;
  /// Reaches the place and comes back, changing nothing there.
  virtual Outcome probe() = 0;
};

struct DestinationSettings {
  std::string name;
  std::string url;  ///< `file:/path`, `sftp://user@host[:port]/path` (`/~/path`: below the home), `s3://bucket[/prefix]`
  std::vector<std::string> accounts;  ///< whose reports may go there
  std::filesystem::path key_file;     ///< SFTP: the private key
  SecretSource password;              ///< SFTP: instead of a key
  std::filesystem::path known_hosts;  ///< SFTP: the keys of servers, as OpenSSH keeps them
  std::chrono::seconds connect_timeout{30};
  std::chrono::seconds response_timeout{60};  ///< of nothing in either direction
  artifact::S3Settings s3;
};

/// A directory of this host: nothing leaves it.
bool stays_on_this_host(const DestinationSettings&);

/// Error(config) for a url that is none of the three, and for SFTP without a key or password, or without known_hosts. Nothing is
/// connected and no secret is read yet.
std::unique_ptr<Destination> open_destination(const DestinationSettings&);

}  // namespace reportctl::delivery
