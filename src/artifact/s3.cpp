// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <optional>
#include <set>

#include "reportctl/base/base64.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/http/client.hpp"
#include "reportctl/http/uri.hpp"
#include "s3_client.hpp"
#include "server_date.hpp"
#include "stores.hpp"

namespace reportctl::artifact {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostParts = 10'000;
constexpr std::chrono::seconds kCleanUpTime{5};
/// Millions of files are listed in less.
constexpr std::chrono::minutes kLongestListing{10};
constexpr std::chrono::hours kLongestLink{24 * 7};
/// A file that was stored longer ago is sent again: retention may be about to remove it.
constexpr std::chrono::minutes kFresh{30};
constexpr const char* kHashHeader = "x-amz-meta-sha256";

/// Minutes, for files of hundreds of gigabytes.
constexpr std::chrono::seconds kLongestCompletion{3600};

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

/// A part of a file in memory, as long as this lives.
class Mapped {
 public:
  Mapped(const TempFile& file, std::uint64_t offset, std::uint64_t size)
      : skipped_(offset % static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))), size_(size) {
    if (size_ == 0) return;
    start_ = ::mmap(nullptr, skipped_ + size_, PROT_READ, MAP_SHARED, file.fd(), static_cast<off_t>(offset - skipped_));
    if (start_ == MAP_FAILED) throw system_error(ErrorKind::output, "cannot read back a temporary file", errno);
  }
  ~Mapped() {
    if (size_ != 0) ::munmap(start_, skipped_ + size_);
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  [[nodiscard]] std::string_view bytes() const {
    return size_ == 0 ? std::string_view() : std::string_view(static_cast<const char*>(start_) + skipped_, size_);
  }

 private:
  std::uint64_t skipped_, size_;
  void* start_ = nullptr;
};

std::string md5_of(const TempFile& file, std::uint64_t offset, std::uint64_t size) {
  return md5(Mapped(file, offset, size).bytes());
}

class S3 final : public Store {
 public:
  explicit S3(const StoreSettings& settings) : settings_(settings), client_(settings.s3, s3_place(settings)) {}
  [[nodiscard]] const fs::path& root() const override { return settings_.spool; }
  void put(TempFile& file, const std::string& sha256) override;
  [[nodiscard]] Fd get(const std::string& sha256, std::optional<std::int64_t> bytes) override;
  [[nodiscard]] bool has(const std::string& sha256) override;
  [[nodiscard]] std::string owner() override;
  void set_owner(const std::string& text) override;
  [[nodiscard]] std::string place() const override { return place_.name; }
  void sweep(Instant before) override;
  void each(const std::function<void(const StoredFile&)>& see) override;
  bool remove(const std::string& sha256, Instant before) override;
  [[nodiscard]] Link link(const LinkRequest&) override;
  [[nodiscard]] std::string check() override;

 private:
  http::Answer ask(const S3Ask& ask) { return client_.ask(ask); }
  [[nodiscard]] std::string path_of(const std::string& sha256) const { return place_.path + sharded(sha256); }
  [[nodiscard]] S3Step storing(const std::string& sha256) const {
    return {fmt::format("cannot store the file {} in {}", sha256, place_.name), ErrorKind::output};
  }
  bool is_stored(const TempFile& file, const std::string& sha256);
  void require_whole(const TempFile& file, const std::string& sha256);
  [[nodiscard]] bool is_versioned();
  void put_parts(const TempFile& file, const std::string& sha256);
  std::string put_part(const S3Ask& part, const std::string& sha256);
  void complete(const S3Ask& completion, const TempFile& file, const std::string& sha256);
  void abort(const S3Ask& upload) noexcept;

  StoreSettings settings_;
  S3Client client_;
  const S3Place& place_ = client_.place();
};

bool S3::is_stored(const TempFile& file, const std::string& sha256) {
  const http::Answer head = ask({.method = "HEAD", .path = path_of(sha256)});
  const auto stored_at = parse_server_date(header(head, "last-modified"));
  return head.trouble == http::Trouble::none && head.status == 200 && header(head, kHashHeader) == sha256 &&
         header(head, "content-length") == fmt::format("{}", file.size()) && stored_at && *stored_at + kFresh > real_now();
}

/// A gateway may say yes and keep half.
void S3::require_whole(const TempFile& file, const std::string& sha256) {
  const http::Answer head = ask({.method = "HEAD", .path = path_of(sha256)});
  if (head.trouble != http::Trouble::none || head.status != 200) throw s3_refusal(storing(sha256), head);
  const auto kept = parse_integer(header(head, "content-length"));
  if (!kept || *kept == static_cast<std::int64_t>(file.size())) return;
  throw Error(ErrorKind::output,
              fmt::format("{}: the server says that it keeps {} of {} bytes", storing(sha256).words, *kept, file.size()),
              "look at what answers at artifacts.endpoint");
}

void S3::put(TempFile& file, const std::string& sha256) {
  const std::string path = path_of(sha256);
  // Whatever else a HEAD may be told, storing is told with its reason.
  if (is_stored(file, sha256)) return;
  if (file.size() >= settings_.s3.multipart_from) return put_parts(file, sha256);
  // The server checks the bytes against the SHA-256, which is the name. A bucket with object lock also wants the MD5.
  const std::string hash = md5_of(file, 0, file.size());
  const http::Answer answer =
      ask({.method = "PUT",
           .path = path,
           .headers = {{kHashHeader, sha256}, {"content-md5", base64(hash)}, {"content-type", "application/octet-stream"}},
           .body = {.file = file.fd(), .size = file.size()},
           .payload_sha256 = sha256});
  if (answer.trouble != http::Trouble::none || answer.status != 200) throw s3_refusal(storing(sha256), answer);
  if (to_lower(etag(answer)) != hex(hash)) require_whole(file, sha256);  // the tag is the MD5 unless the bucket is encrypted
}

void S3::put_parts(const TempFile& file, const std::string& sha256) {
  const std::string path = path_of(sha256);
  const http::Answer begun = ask({.method = "POST",
                                  .path = path,
                                  .query = {{"uploads", ""}},
                                  .headers = {{kHashHeader, sha256}, {"content-type", "application/octet-stream"}}});
  const std::string id = xml_text(begun.text, "UploadId");
  if (begun.trouble != http::Trouble::none || begun.status != 200 || id.empty()) throw s3_refusal(storing(sha256), begun);
  const S3Ask upload{
      .method = "DELETE", .path = path, .query = {{"uploadId", id}}, .whole_time = kCleanUpTime, .despite_stop = true};
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
                                        .headers = {{"content-md5", base64(md5_of(file, offset, size))}},
                                        .body = {.file = file.fd(), .offset = offset, .size = size},
                                        .payload_sha256 = sha256_of(file, offset, size)},
                                       sha256);
      parts += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", number, xml_escaped(tag));
    }
    complete({.method = "POST",
              .path = path,
              .query = {{"uploadId", id}},
              .headers = {{"content-type", "application/xml"}},
              .body = {.text = fmt::format("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts)},
              .whole_time = kLongestCompletion,
              .slow_answer = true},
             file, sha256);
  } catch (...) {
    abort(upload);
    throw;
  }
}

std::string S3::put_part(const S3Ask& part, const std::string& sha256) {
  const http::Answer answer = ask(part);
  if (answer.trouble != http::Trouble::none || answer.status != 200) throw s3_refusal(storing(sha256), answer);
  return header(answer, "etag");
}

void S3::complete(const S3Ask& completion, const TempFile& file, const std::string& sha256) {
  const http::Answer answer = ask(completion);
  // S3 begins its answer before it is done: a 200 may hold an error.
  const bool done = answer.trouble == http::Trouble::none && answer.status == 200 && !xml_elements(answer.text, "ETag").empty() &&
                    xml_text(answer.text, "Code").empty();
  // When an answer was lost, asking again found no upload, but the file is there.
  if (!done && !is_stored(file, sha256)) throw s3_refusal(storing(sha256), answer);
  if (done) require_whole(file, sha256);
}

void S3::abort(const S3Ask& upload) noexcept {
  try {
    const http::Answer answer = client_.once(upload);
    if (answer.trouble == http::Trouble::none && (answer.status / 100 == 2 || answer.status == 404)) return;
  } catch (const std::exception&) {
    // the error that led here is the one to tell
  }
  log(LogLevel::notice,
      fmt::format("parts of an upload stay behind in {}; let the bucket's lifecycle remove incomplete uploads", place_.name));
}

bool S3::has(const std::string& sha256) {
  const http::Answer head = ask({.method = "HEAD", .path = path_of(sha256)});
  if (head.trouble == http::Trouble::none && head.status == 404) return false;
  if (head.trouble != http::Trouble::none || head.status != 200)
    throw s3_refusal({fmt::format("cannot look for the file {} in {}", sha256, place_.name), ErrorKind::failed}, head);
  return true;
}

std::string S3::owner() {
  const http::Answer answer = ask({.method = "GET", .path = place_.path + std::string(kOwnerFile)});
  if (answer.trouble == http::Trouble::none && answer.status == 404 && xml_text(answer.text, "Code") != "NoSuchBucket") return {};
  if (answer.trouble != http::Trouble::none || answer.status != 200)
    throw s3_refusal({fmt::format("cannot read {} in {}", kOwnerFile, place_.name), ErrorKind::failed}, answer);
  return answer.text.substr(0, kLongestOwner);
}

void S3::set_owner(const std::string& text) {
  const http::Answer answer = ask({.method = "PUT",
                                   .path = place_.path + std::string(kOwnerFile),
                                   .headers = {{"content-md5", base64(md5(text))}, {"content-type", "text/plain"}},
                                   .body = {.text = text}});
  if (answer.trouble != http::Trouble::none || answer.status != 200)
    throw s3_refusal({fmt::format("cannot write {} in {}", kOwnerFile, place_.name), ErrorKind::output}, answer);
}

/// Uploads in parts that nobody finished are not listed and are paid for.
void S3::sweep(Instant before) {
  const http::Answer answer =
      ask({.method = "GET", .path = place_.bucket_path, .query = {{"prefix", place_.prefix}, {"uploads", ""}}});
  if (answer.trouble != http::Trouble::none || answer.status != 200) return;  // not every server or policy allows it
  for (const std::string_view upload : xml_elements(answer.text, "Upload")) {
    const std::string key = xml_text(upload, "Key");
    const std::string name = key.substr(key.rfind('/') + 1);
    const auto begun = parse_server_date(xml_text(upload, "Initiated"));
    if (!is_sha256(name) || key != place_.prefix + sharded(name) || !begun || *begun >= before) continue;
    abort({.method = "DELETE",
           .path = path_of(name),
           .query = {{"uploadId", xml_text(upload, "UploadId")}},
           .whole_time = kCleanUpTime});
  }
}

Fd S3::get(const std::string& sha256, std::optional<std::int64_t> bytes) {
  std::optional<TempFile> spool;
  const auto take = [&](std::string_view block) {
    if (bytes && spool->size() + block.size() > static_cast<std::uint64_t>(*bytes))
      throw Error(ErrorKind::failed, fmt::format("the stored file {} in {} is longer than it was", sha256, place_.name),
                  "restore it from a backup, or make the report again");
    spool->write(block);
  };
  const http::Answer answer = client_.again([&] {
    spool.emplace(this->spool());
    http::Answer got = client_.once({.method = "GET", .path = path_of(sha256), .take = take});
    // Without a length, an answer that was cut off looks whole.
    const bool cut = bytes && spool->size() < static_cast<std::uint64_t>(*bytes) && header(got, "content-length").empty();
    if (got.trouble == http::Trouble::none && got.status == 200 && cut) {
      got.trouble = http::Trouble::passing;
      got.words = fmt::format("it ended after {} of {} bytes", spool->size(), *bytes);
    }
    return got;
  });
  if (answer.trouble == http::Trouble::none && answer.status == 404 && xml_text(answer.text, "Code") != "NoSuchBucket")
    throw lost_file(sha256, place_.name);
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
  std::set<std::string> tokens;
  const auto end = std::chrono::steady_clock::now() + kLongestListing;
  for (;;) {
    const http::Answer answer = ask({.method = "GET", .path = place_.bucket_path, .query = query});
    if (answer.trouble != http::Trouble::none || answer.status != 200) throw s3_refusal(listing, answer);
    if (!trim(answer.text).ends_with("</ListBucketResult>"))
      throw Error(ErrorKind::failed,
                  fmt::format("cannot list the files in {}: the answer is no list, or a part of one", place_.name),
                  "look at what answers at artifacts.endpoint");
    for (const std::string_view entry : xml_elements(answer.text, "Contents")) {
      const std::string key = xml_text(entry, "Key");
      const std::string name = key.substr(key.rfind('/') + 1);
      if (!is_sha256(name) || key != place_.prefix + sharded(name)) continue;  // not ours
      const auto bytes = parse_integer(xml_text(entry, "Size"));
      const std::string date = xml_text(entry, "LastModified");
      const auto stored_at = parse_server_date(date);
      if (!bytes || !stored_at)
        throw Error(ErrorKind::failed,
                    fmt::format("cannot list the files in {}: size or time of {} cannot be read ({})", place_.name, name,
                                visible(fit_width(repair_utf8(date), 60))),
                    "look at what answers at artifacts.endpoint");
      see({.sha256 = name, .bytes = *bytes, .stored_at = *stored_at});
    }
    const std::string next = xml_text(answer.text, "NextContinuationToken");
    const bool more = to_lower(xml_text(answer.text, "IsTruncated")) == "true";
    if (next.empty() && !more) return;
    if (next.empty())
      throw Error(ErrorKind::failed,
                  fmt::format("cannot list the files in {}: the server says that there are more, and not how to ask for them",
                              place_.name),
                  "it has to know ListObjectsV2");
    if (!tokens.insert(next).second || std::chrono::steady_clock::now() > end)
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
  const auto stored_at = parse_server_date(header(head, "last-modified"));
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
  Instant ends = end_of(request, settings_.link_expiry);
  if (client_.keys().expires) ends = std::min(ends, *client_.keys().expires);
  if (ends <= request.now)
    throw Error(ErrorKind::config, "no link can be made: the session token has expired", "renew the credentials");
  const std::string path = path_of(request.sha256);
  const std::string query =
      presigned_query({.method = "GET",
                       .path = path,
                       .query = {{"response-content-disposition",
                                  fmt::format("attachment; filename=\"{}\"", plain_file_name(request.file_name))}},
                       .headers = {{"host", place_.host}},
                       .payload_sha256 = {}},
                      {client_.keys(), place_.region, request.now}, ends - request.now);
  return {place_.url(http::uri_encoded(path, http::Slash::kept) + "?" + query), ends};
}

bool S3::is_versioned() {
  const http::Answer answer = ask({.method = "GET", .path = place_.bucket_path, .query = {{"versioning", ""}}});
  return answer.trouble == http::Trouble::none && answer.status == 200 && xml_text(answer.text, "Status") == "Enabled";
}

std::string S3::check() {
  const http::Answer answer = ask(
      {.method = "GET", .path = place_.bucket_path, .query = {{"list-type", "2"}, {"max-keys", "1"}, {"prefix", place_.prefix}}});
  if (answer.trouble != http::Trouble::none || answer.status != 200)
    throw s3_refusal({fmt::format("cannot look into {}", place_.name), ErrorKind::config}, answer);
  std::string found = fmt::format("{} at {}", place_.name, place_.host);
  if (is_versioned()) found += "; the bucket keeps old versions: what is removed stays there until a lifecycle rule removes it";
  if (!client_.keys().session_token.empty())
    found += client_.keys().expires
                 ? fmt::format("; links end with the session token, at {}", format_utc(*client_.keys().expires))
                 : std::string("; links end with the session token, whatever they say");
  return found;
}

}  // namespace

std::unique_ptr<Store> open_s3(const StoreSettings& settings) { return std::make_unique<S3>(settings); }

}  // namespace reportctl::artifact
