// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "reportctl/artifact/link.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/secret.hpp"

namespace reportctl::artifact {

struct S3Settings {
  std::string section = "artifacts";  ///< of the configuration, for messages
  std::string endpoint;               ///< `https://host[:port]`, http for loopback only; empty: Amazon's for the region
  std::string region;                 ///< empty: AWS_REGION, AWS_DEFAULT_REGION, us-east-1
  std::optional<bool> path_style;     ///< the bucket is in the path, not in the host name; by default with an endpoint
  SecretSource access_key;            ///< both empty: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
  SecretSource secret_key;
  std::filesystem::path ca_file;
  std::chrono::seconds connect_timeout{10};
  std::chrono::seconds response_timeout{60};    ///< of (nearly) nothing in either direction
  std::uint64_t multipart_from = 64ULL << 20U;  ///< larger files go up in parts
  std::uint64_t part_bytes = 16ULL << 20U;
  std::chrono::milliseconds first_pause{
      200};  ///< before a request that failed is tried again; the next one is four times as long
};

struct StoreSettings {
  std::string url;              ///< `file:/path` or `s3://bucket[/prefix]`
  std::filesystem::path spool;  ///< for S3: where files wait to be sent, and to be checked
  std::chrono::seconds link_expiry{3600};
  std::string link_base;  ///< for a directory: where a web server shows it, `https://host/files`
  SecretSource link_secret;
  S3Settings s3;
};

struct StoredFile {
  std::string sha256;
  std::int64_t bytes = 0;
  Instant stored_at;  ///< by the clock of the place; put() of the same bytes renews it
};

/// Where finished files live, by content: the name is the SHA-256 of the bytes, so storing twice is storing once.
class Store {
 public:
  virtual ~Store() = default;
  /// The local directory in which files are made that put() will get.
  [[nodiscard]] virtual const std::filesystem::path& root() const = 0;
  /// A nameless file there.
  [[nodiscard]] TempFile spool() const { return TempFile::create(root()); }
  /// Durable when it returns; nothing is stored when it throws.
  virtual void put(TempFile& file, const std::string& sha256) = 0;
  /// Opens for reading, from the first byte, with the hash of the whole file checked first. Error(not_found) when it is not
  /// there, Error(failed) when the bytes changed or cannot be had. `bytes`: as they were recorded; no more are taken from the
  /// place.
  [[nodiscard]] virtual Fd get(const std::string& sha256, std::optional<std::int64_t> bytes) = 0;
  [[nodiscard]] Fd get(const std::string& sha256) { return get(sha256, std::nullopt); }
  /// Is it there? Its bytes are not looked at.
  [[nodiscard]] virtual bool has(const std::string& sha256) = 0;
  /// Every stored file, in no order.
  virtual void each(const std::function<void(const StoredFile&)>& see) = 0;
  /// Removes a file that was stored before that instant; one that is gone counts as removed. False: it is younger.
  virtual bool remove(const std::string& sha256, Instant before) = 0;
  /// Error(config) when links are not configured.
  [[nodiscard]] virtual Link link(const LinkRequest&) = 0;
  /// Error(not_found) when it is lost.
  void require(const std::string& sha256);
  /// `s3://bucket/prefix`, for people.
  [[nodiscard]] virtual std::string place() const = 0;
  /// Removes what interrupted commands left unfinished before that instant.
  virtual void sweep(Instant before) = 0;
  /// Whose files these are, as set_owner() wrote it there; empty: nobody's yet.
  [[nodiscard]] virtual std::string owner() = 0;
  virtual void set_owner(const std::string& text) = 0;
  /// Reaches the place and comes back, changing nothing there: what was found, or an Error.
  [[nodiscard]] virtual std::string check() = 0;
};

/// Error(config) for anything but the two forms of url. A directory is created, 0700, when missing; nothing is asked of an S3
/// server yet.
std::unique_ptr<Store> open_store(const StoreSettings&);

}  // namespace reportctl::artifact
