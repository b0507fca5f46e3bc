// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "s3_client.hpp"

#include <algorithm>
#include <thread>

#include "reportctl/base/hash.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/http/uri.hpp"

namespace reportctl::artifact {

namespace {

constexpr int kTries = 3;

void pause(std::chrono::milliseconds length) {
  constexpr std::chrono::milliseconds kStep{20};
  for (; length.count() > 0; length -= kStep) {
    throw_if_stopped();
    std::this_thread::sleep_for(std::min(length, kStep));
  }
}

}  // namespace

Instant real_now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

std::string header(const http::Answer& answer, const char* name) {
  const auto found = answer.headers.find(name);
  return found == answer.headers.end() ? std::string() : found->second;
}

std::string etag(const http::Answer& answer) {
  const std::string text = header(answer, "etag");
  return text.size() > 1 && text.front() == '"' && text.back() == '"' ? text.substr(1, text.size() - 2) : text;
}

const Keys& S3Client::keys() {
  if (!keys_) keys_ = s3_keys(settings_);
  return *keys_;
}

http::Answer S3Client::once(const S3Ask& ask) {
  Signable signable{.method = ask.method,
                    .path = ask.path,
                    .query = ask.query,
                    .headers = ask.headers,
                    .payload_sha256 = ask.body.file >= 0 ? ask.payload_sha256 : sha256_hex(ask.body.text)};
  signable.headers["host"] = place_.host;
  sign(signable, {keys(), place_.region, real_now()});
  const std::string query = http::encoded_query(ask.query);
  if (!client_)
    client_.emplace(http::Settings{.ca_file = settings_.ca_file,
                                   .connect_timeout = settings_.connect_timeout,
                                   .response_timeout = settings_.response_timeout});
  return client_->perform({.method = ask.method,
                           .url = place_.url(http::uri_encoded(ask.path, http::Slash::kept) + (query.empty() ? "" : "?") + query),
                           .headers = std::move(signable.headers),
                           .body = ask.body,
                           .take = ask.take,
                           .whole_time = ask.whole_time,
                           .slow_answer = ask.slow_answer,
                           .despite_stop = ask.despite_stop});
}

http::Answer S3Client::again(const std::function<http::Answer()>& once) {
  auto wait = settings_.first_pause;
  for (int tried = 1;; ++tried, wait *= 4) {
    http::Answer answer = once();
    if (tried == kTries || !is_passing(answer)) return answer;
    pause(wait);
  }
}

}  // namespace reportctl::artifact
