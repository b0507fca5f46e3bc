// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <exception>
#include <optional>
#include <thread>

#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/http/client.hpp"
#include "s3_answer.hpp"
#include "s3_place.hpp"
#include "sigv4.hpp"
#include "stores.hpp"

namespace reportctl::artifact {

namespace {

namespace fs = std::filesystem;

constexpr int kTries = 3;
constexpr std::uint64_t kMostParts = 10'000;
constexpr std::chrono::seconds kCleanUpTime{5};
/// Millions of files are listed in less.
constexpr std::chrono::minutes kLongestListing{10};
constexpr std::chrono::hours kLongestLink{24 * 7};
/// A file that was stored longer ago is sent again: retention may be about to remove it.
constexpr std::chrono::minutes kFresh{30};
constexpr const char* kHashHeader = "x-amz-meta-sha256";

Instant real_now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

/// `Sat, 21 Nov 2026 06:44:00 GMT`.
std::optional<Instant> parse_http_date(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return Instant{std::chrono::seconds{::timegm(&parts)}};
}

std::string header(const http::Answer& answer, const char* name) {
  const auto found = answer.headers.find(name);
  return found == answer.headers.end() ? std::string() : found->second;
}

void pause(std::chrono::milliseconds length) {
  constexpr std::chrono::milliseconds kStep{20};
  for (; length.count() > 0; length -= kStep) {
    throw_if_stopped();
    std::this_thread::sleep_for(std::min(length, kStep));
  }
}

/// One request, before it is signed.
struct Ask {
  std::string method;
  std::string path;
  std::map<std::string, std::string> query{};
  std::map<std::string, std::string> headers{};
  http::Body body{};
  std::string payload_sha256{};  ///< of the file's bytes; the text's is worked out
  std::function<void(std::string_view)> take{};
  std::chrono::seconds whole_time{0};  ///< of a cleaning up, which a stop does not end; 0: it is none
};

class S3 final : public Store {
 public:
  explicit S3(const StoreSettings& settings) : settings_(settings), place_(s3_place(settings)) {}
  [[nodiscard]] const fs::path& root() const override { return settings_.spool; }
  void put(TempFile& file, const std::string& sha256) override;
  [[nodiscard]] Fd get(const std::string& sha256) override;
  void each(const std::function<void(const StoredFile&)>& see) override;
  bool remove(const std::string& sha256, Instant before) override;
  [[nodiscard]] Link link(const LinkRequest&) override;
  [[nodiscard]] std::string check() override;

 private:
  const Keys& keys();
  http::Answer once(const Ask&);
  http::Answer ask(const Ask& ask) {
    return again([&] { return once(ask); });
  }
  /// Again after short pauses, while that may help.
  template <typename Once>
  http::Answer again(Once once);
  [[nodiscard]] std::string path_of(const std::string& sha256) const { return place_.path + sharded(sha256); }
  [[nodiscard]] S3Step storing(const std::string& sha256) const {
    return {fmt::format("cannot store the file {} in {}", sha256, place_.name), ErrorKind::output};
  }
  bool is_stored(const TempFile& file, const std::string& sha256);
  void put_parts(const TempFile& file, const std::string& sha256);
  std::string put_part(const Ask& part, const std::string& sha256);
  void complete(const Ask& completion, const TempFile& file, const std::string& sha256);
  void abort(const Ask& upload) noexcept;

  StoreSettings settings_;
  S3Place place_;
  std::optional<Keys> keys_;
  std::optional<http::Client> client_;
};

const Keys& S3::keys() {
  if (!keys_) keys_ = s3_keys(settings_.s3);
  return *keys_;
}

http::Answer S3::once(const Ask& ask) {
  Signable signable{.method = ask.method,
                    .path = ask.path,
                    .query = ask.query,
                    .headers = ask.headers,
                    .payload_sha256 = ask.body.file != nullptr ? ask.payload_sha256 : sha256_hex(ask.body.text)};
  signable.headers["host"] = place_.host;
  sign(signable, {keys(), place_.region, real_now()});
  const std::string query = encoded_query(ask.query);
  if (!client_)
    client_.emplace(http::Settings{.ca_file = settings_.s3.ca_file,
                                   .connect_timeout = settings_.s3.connect_timeout,
                                   .response_timeout = settings_.s3.response_timeout});
  return client_->perform({.method = ask.method,
                           .url = place_.url(uri_encoded(ask.path, Slash::kept) + (query.empty() ? "" : "?") + query),
                           .headers = std::move(signable.headers),
                           .body = ask.body,
                           .take = ask.take,
                           .whole_time = ask.whole_time,
                           .despite_stop = ask.whole_time.count() > 0});
}

template <typename Once>
http::Answer S3::again(Once once) {
  auto wait = settings_.s3.first_pause;
  for (int tried = 1;; ++tried, wait *= 4) {
    http::Answer answer = once();
    if (tried == kTries || !is_passing(answer)) return answer;
    pause(wait);
  }
}

bool S3::is_stored(const TempFile& file, const std::string& sha256) {
  const http::Answer head = ask({.method = "HEAD", .path = path_of(sha256)});
  const auto stored_at = parse_http_date(header(head, "last-modified"));
  return head.trouble == http::Trouble::none && head.status == 200 && header(head, kHashHeader) == sha256 &&
         header(head, "content-length") == fmt::format("{}", file.size()) && stored_at && *stored_at + kFresh > real_now();
}

void S3::put(TempFile& file, const std::string& sha256) {
  const std::string path = path_of(sha256);
  // Whatever else a HEAD may be told, storing is told with its reason.
  if (is_stored(file, sha256)) return;
  if (file.size() >= settings_.s3.multipart_from) return put_parts(file, sha256);
  // The server checks the bytes against this hash, which is the name.
  const http::Answer answer = ask({.method = "PUT",
                                   .path = path,
                                   .headers = {{kHashHeader, sha256}, {"content-type", "application/octet-stream"}},
                                   .body = {.file = &file, .size = file.size()},
                                   .payload_sha256 = sha256});
  if (answer.trouble != http::Trouble::none || answer.status != 200) throw s3_refusal(storing(sha256), answer);
}

std::string sha256_of(const TempFile& file, std::uint64_t offset, std::uint64_t size) {
  Sha256 hash;
  std::string block(256U << 10U, '\0');
  for (std::uint64_t done = 0; done < size;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), size - done));
    const std::size_t got = file.read_at(offset + done, block.data(), wanted);
    if (got == 0) throw Error(ErrorKind::output, "a temporary file is shorter than it was");
    hash.update({block.data(), got});
    done += got;
  }
  return hash.finish();
}

void S3::put_parts(const TempFile& file, const std::string& sha256) {
  const std::string path = path_of(sha256);
  const http::Answer begun = ask({.method = "POST",
                                  .path = path,
                                  .query = {{"uploads", ""}},
                                  .headers = {{kHashHeader, sha256}, {"content-type", "application/octet-stream"}}});
  const std::string id = xml_text(begun.text, "UploadId");
  if (begun.trouble != http::Trouble::none || begun.status != 200 || id.empty()) throw s3_refusal(storing(sha256), begun);
  const Ask upload{.method = "DELETE", .path = path, .query = {{"uploadId", id}}, .whole_time = kCleanUpTime};
  try {
    const std::uint64_t part_bytes = std::max(settings_.s3.part_bytes, file.size() / kMostParts + 1);
    std::string parts;
    int number = 0;
    for (std::uint64_t offset = 0; offset < file.size(); offset += part_bytes) {
      throw_if_stopped();
      const std::uint64_t size = std::min(part_bytes, file.size() - offset);
      const std::string tag = put_part({.method = "PUT",
                                        .path = path,
                                        .query = {{"partNumber", fmt::format("{}", ++number)}, {"uploadId", id}},
                                        .body = {.file = &file, .offset = offset, .size = size},
                                        .payload_sha256 = sha256_of(file, offset, size)},
                                       sha256);
      parts += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", number, xml_escaped(tag));
    }
    complete({.method = "POST",
              .path = path,
              .query = {{"uploadId", id}},
              .headers = {{"content-type", "application/xml"}},
              .body = {.text = fmt::format("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts)}},
             file, sha256);
  } catch (...) {
    abort(upload);
    throw;
  }
}

std::string S3::put_part(const Ask& part, const std::string& sha256) {
  const http::Answer answer = ask(part);
  if (answer.trouble != http::Trouble::none || answer.status != 200) throw s3_refusal(storing(sha256), answer);
  return header(answer, "etag");
}

void S3::complete(const Ask& completion, const TempFile& file, const std::string& sha256) {
  const http::Answer answer = ask(completion);
  // S3 begins its answer before it is done: a 200 may hold an error.
  const bool done = answer.trouble == http::Trouble::none && answer.status == 200 && !xml_elements(answer.text, "ETag").empty() &&
                    xml_text(answer.text, "Code").empty();
  // When an answer was lost, asking again found no upload, but the file is there.
  if (!done && !is_stored(file, sha256)) throw s3_refusal(storing(sha256), answer);
}

void S3::abort(const Ask& upload) noexcept {
  try {
    const http::Answer answer = once(upload);
    if (answer.trouble == http::Trouble::none && (answer.status / 100 == 2 || answer.status == 404)) return;
  } catch (const std::exception&) {
    // the error that led here is the one to tell
  }
  log(LogLevel::notice,
      fmt::format("parts of an upload stay behind in {}; let the bucket's lifecycle remove incomplete uploads", place_.name));
}

Fd S3::get(const std::string& sha256) {
  std::optional<TempFile> spool;
  const http::Answer answer = again([&] {
    spool.emplace(this->spool());
    return once({.method = "GET", .path = path_of(sha256), .take = [&](std::string_view bytes) { spool->write(bytes); }});
  });
  if (answer.trouble == http::Trouble::none && answer.status == 404 && xml_text(answer.text, "Code") != "NoSuchBucket")
    throw Error(ErrorKind::not_found, fmt::format("the stored file {} is not there any more", sha256), std::string(kGoneHint));
  if (answer.trouble != http::Trouble::none || answer.status != 200)
    throw s3_refusal({fmt::format("cannot fetch the file {} from {}", sha256, place_.name), ErrorKind::failed}, answer);
  if (sha256_of(*spool, 0, spool->size()) != sha256)
    throw Error(ErrorKind::failed, fmt::format("the stored file {} in {} was changed after it was stored", sha256, place_.name),
                "restore it from a backup, or make the report again");
  Fd file(::fcntl(spool->fd(), F_DUPFD_CLOEXEC, 0));
  if (!file || ::lseek(file.get(), 0, SEEK_SET) != 0)
    throw system_error(ErrorKind::failed, "cannot read back a temporary file", errno);
  return file;
}

void S3::each(const std::function<void(const StoredFile&)>& see) {
  const S3Step listing{fmt::format("cannot list the files in {}", place_.name), ErrorKind::failed};
  std::map<std::string, std::string> query = {{"list-type", "2"}, {"prefix", place_.prefix}};
  const auto end = std::chrono::steady_clock::now() + kLongestListing;
  for (;;) {
    const http::Answer answer = ask({.method = "GET", .path = place_.bucket_path, .query = query});
    if (answer.trouble != http::Trouble::none || answer.status != 200) throw s3_refusal(listing, answer);
    for (const std::string_view entry : xml_elements(answer.text, "Contents")) {
      const std::string key = xml_text(entry, "Key");
      const std::string name = key.substr(key.rfind('/') + 1);
      const auto bytes = parse_integer(xml_text(entry, "Size"));
      const auto stored_at = parse_instant(xml_text(entry, "LastModified"));
      if (!is_sha256(name) || key != place_.prefix + sharded(name) || !bytes || !stored_at) continue;  // not ours
      see({.sha256 = name, .bytes = *bytes, .stored_at = *stored_at});
    }
    const std::string next = xml_text(answer.text, "NextContinuationToken");
    if (next.empty()) return;
    if (next == query["continuation-token"] || std::chrono::steady_clock::now() > end)
      throw Error(ErrorKind::failed, fmt::format("cannot list the files in {}: the list has no end", place_.name),
                  "look at what answers at artifacts.endpoint");
    throw_if_stopped();
    query["continuation-token"] = next;
  }
}

bool S3::remove(const std::string& sha256, Instant before) {
  const S3Step removing{fmt::format("cannot remove the file {} from {}", sha256, place_.name), ErrorKind::output};
  const http::Answer head = ask({.method = "HEAD", .path = path_of(sha256)});
  if (head.trouble == http::Trouble::none && head.status == 404) return true;
  if (head.trouble != http::Trouble::none || head.status != 200) throw s3_refusal(removing, head);
  const auto stored_at = parse_http_date(header(head, "last-modified"));
  if (!stored_at || *stored_at >= before) return false;
  const http::Answer answer = ask({.method = "DELETE", .path = path_of(sha256)});
  if (answer.trouble != http::Trouble::none || (answer.status / 100 != 2 && answer.status != 404))
    throw s3_refusal(removing, answer);
  return true;
}

Link S3::link(const LinkRequest& request) {
  if (settings_.link_expiry > kLongestLink)
    throw Error(ErrorKind::config, "artifacts.link_expiry is longer than the seven days for which S3 lets a link live",
                "write 7d or less");
  const Instant ends = end_of(request, settings_.link_expiry);
  const std::string path = path_of(request.sha256);
  const std::string query =
      presigned_query({.method = "GET",
                       .path = path,
                       .query = {{"response-content-disposition",
                                  fmt::format("attachment; filename=\"{}\"", plain_file_name(request.file_name))}},
                       .headers = {{"host", place_.host}},
                       .payload_sha256 = {}},
                      {keys(), place_.region, request.now}, ends - request.now);
  return {place_.url(uri_encoded(path, Slash::kept) + "?" + query), ends};
}

std::string S3::check() {
  const http::Answer answer = ask(
      {.method = "GET", .path = place_.bucket_path, .query = {{"list-type", "2"}, {"max-keys", "1"}, {"prefix", place_.prefix}}});
  if (answer.trouble != http::Trouble::none || answer.status != 200)
    throw s3_refusal({fmt::format("cannot look into {}", place_.name), ErrorKind::config}, answer);
  return fmt::format("{} at {}", place_.name, place_.host);
}

}  // namespace

std::unique_ptr<Store> open_s3(const StoreSettings& settings) { return std::make_unique<S3>(settings); }

}  // namespace reportctl::artifact
