// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include "reportctl/artifact/bucket.hpp"
#include "s3_client.hpp"

namespace reportctl::artifact {

namespace {

constexpr const char* kMarkHeader = "x-amz-meta-reportctl-delivery";

bool is_done(const http::Answer& answer) { return answer.trouble == http::Trouble::none && answer.status == 200; }

class S3Bucket final : public Bucket {
 public:
  S3Bucket(const std::string& url, const S3Settings& settings) : client_(settings, s3_place(url, settings)) {}

  std::optional<std::string> mark_of(const std::string& name) override {
    const auto head = client_.ask({.method = "HEAD", .path = path_of(name)});
    if (head.trouble == http::Trouble::none && head.status == 404) return std::nullopt;
    if (!is_done(head)) throw s3_refusal({fmt::format("cannot look for {} in {}", name, place()), ErrorKind::output}, head);
    return header(head, kMarkHeader);
  }

  void put(const Object& object) override {
    S3Ask ask{.method = "PUT",
              .path = path_of(object.name),
              .headers = {{kMarkHeader, object.mark}, {"content-type", "application/octet-stream"}, {"if-none-match", "*"}},
              .body = {.file = object.file, .size = object.size},
              .payload_sha256 = object.sha256};
    auto answer = client_.ask(ask);
    constexpr int kNotImplemented = 501;
    if (answer.trouble == http::Trouble::none && answer.status == kNotImplemented) {
      ask.headers.erase("if-none-match");
      answer = client_.ask(ask);
    }
    if (!is_done(answer))
      throw s3_refusal({fmt::format("cannot store {} in {}", object.name, place()), ErrorKind::output}, answer);
  }

  [[nodiscard]] std::string place() const override { return client_.place().name; }

  void check() override {
    const auto answer = client_.ask({.method = "GET",
                                     .path = client_.place().bucket_path,
                                     .query = {{"list-type", "2"}, {"max-keys", "1"}, {"prefix", client_.place().prefix}}});
    if (!is_done(answer)) throw s3_refusal({fmt::format("cannot look into {}", place()), ErrorKind::config}, answer);
  }

 private:
  [[nodiscard]] std::string path_of(const std::string& name) const { return client_.place().path + name; }

  S3Client client_;
};

}  // namespace

std::unique_ptr<Bucket> open_bucket(const std::string& url, const S3Settings& settings) {
  return std::make_unique<S3Bucket>(url, settings);
}

}  // namespace reportctl::artifact
