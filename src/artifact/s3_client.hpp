// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "reportctl/artifact/artifact.hpp"
#include "reportctl/http/client.hpp"
#include "s3_answer.hpp"
#include "s3_place.hpp"
#include "sigv4.hpp"

namespace reportctl::artifact {

/// One request, before it is signed.
struct S3Ask {
  std::string method;
  std::string path;
  std::map<std::string, std::string> query{};
  std::map<std::string, std::string> headers{};
  http::Body body{};
  std::string payload_sha256{};  ///< of the file's bytes; the text's is worked out
  std::function<void(std::string_view)> take{};
  std::chrono::seconds whole_time{0};  ///< 0: as long as something comes
  bool despite_stop = false;           ///< a cleaning up
  bool slow_answer = false;            ///< blanks come until it is there
};

Instant real_now();
/// A header of an answer, without the quotes that an ETag has; empty: there is none.
std::string header(const http::Answer&, const char* name);
std::string etag(const http::Answer&);

/// Signed requests to one bucket, over one connection.
class S3Client {
 public:
  S3Client(S3Settings settings, S3Place place) : settings_(std::move(settings)), place_(std::move(place)) {}
  [[nodiscard]] const S3Place& place() const { return place_; }
  /// Read when they are first needed.
  const Keys& keys();
  http::Answer once(const S3Ask&);
  http::Answer ask(const S3Ask& ask) {
    return again([&] { return once(ask); });
  }
  /// Again after short pauses, while that may help.
  http::Answer again(const std::function<http::Answer()>& once);

 private:
  S3Settings settings_;
  S3Place place_;
  std::optional<Keys> keys_;
  std::optional<http::Client> client_;
};

}  // namespace reportctl::artifact
