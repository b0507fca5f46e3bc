// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "reportctl/base/secret.hpp"
#include "reportctl/base/time.hpp"

namespace reportctl::artifact {

struct Keys {
  std::string access_key;
  Secret secret_key;
  std::string session_token;         ///< empty: none
  std::optional<Instant> expires{};  ///< of the session token, where AWS_CREDENTIAL_EXPIRATION says so
};

/// A request as AWS Signature Version 4 sees it. libcurl's own signer is not used: before 8.3 it does not sort a query, and it
/// makes no links.
struct Signable {
  std::string method;
  std::string path;                            ///< as it is, not encoded; starts with `/`
  std::map<std::string, std::string> query;    ///< as it is, not encoded
  std::map<std::string, std::string> headers;  ///< lower-case names; `host` is one of them
  std::string payload_sha256{};
};

struct Signer {
  const Keys& keys;
  const std::string& region;
  Instant now;
};

/// Adds x-amz-date, x-amz-content-sha256, a session token and `authorization` to the headers.
void sign(Signable&, const Signer&);
/// A query that opens the path until `expiry` has passed, the signature last.
std::string presigned_query(Signable, const Signer&, std::chrono::seconds expiry);

}  // namespace reportctl::artifact
