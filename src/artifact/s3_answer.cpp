// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "s3_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "reportctl/base/text.hpp"
#include "reportctl/base/time.hpp"

namespace reportctl::artifact {

namespace {

struct Entity {
  std::string_view written;
  char meant;
};
constexpr std::array<Entity, 5> kEntities = {{{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}}};

std::string unescaped(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const auto* const entity =
        std::find_if(kEntities.begin(), kEntities.end(), [&](const Entity& one) { return text.starts_with(one.written); });
    const bool found = entity != kEntities.end();
    plain += found ? entity->meant : text.front();
    text.remove_prefix(found ? entity->written.size() : 1);
  }
  return plain;
}

/// What an operator can do about S3's codes.
struct Known {
  std::string_view code;
  const char* words;
  const char* hint;
};
constexpr const char* kRights =
    "the policy must allow s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload and, for the bucket, "
    "s3:ListBucket";
constexpr const char* kRegion = "set artifacts.region to the region of the bucket";
constexpr const char* kKeys = "set artifacts.access_key_file and artifacts.secret_key_file to a pair that is valid";
constexpr std::array<Known, 14> kKnown = {{
    {"InvalidObjectState", "the file lies in an archive class of storage",
     "restore it there, and let no lifecycle rule move the files of reportctl to an archive"},
    {"SignatureDoesNotMatch", "the secret key is not the one of the access key", kKeys},
    {"InvalidAccessKeyId", "the server does not know the access key", kKeys},
    {"ExpiredToken", "the session token has expired", "renew the credentials"},
    {"InvalidToken", "the session token is not valid", "renew the credentials"},
    {"AllAccessDisabled", "the bucket is closed", kRights},
    {"NoSuchBucket", "there is no such bucket", "create it, or correct artifacts.url"},
    {"InvalidBucketName", "the server does not take that name of a bucket", "correct artifacts.url"},
    {"AuthorizationHeaderMalformed", "the bucket is in another region", kRegion},
    {"PermanentRedirect", "the bucket is at another address", kRegion},
    {"IllegalLocationConstraintException", "the bucket is in another region", kRegion},
    {"TemporaryRedirect", "the bucket is at another address for now",
     "try again later, or name that address in artifacts.endpoint"},
    {"XMinioStorageFull", "the server's disks are full", "make room there"},
    {"QuotaExceeded", "the quota of the bucket is used up", "raise it, or let retention keep less"},
}};

/// Codes that another try may change, whatever the status.
constexpr std::array<std::string_view, 9> kPassing = {"RequestTimeout", "OperationAborted",    "ConditionalRequestConflict",
                                                      "SlowDown",       "InternalError",       "ServiceUnavailable",
                                                      "Throttling",     "ThrottlingException", "RequestLimitExceeded"};

std::string of_server(const std::string& text, std::size_t width) { return visible(fit_width(repair_utf8(text), width)); }

/// The region in which the server says the bucket is.
std::string told_region(const http::Answer& answer) {
  const auto header = answer.headers.find("x-amz-bucket-region");
  return of_server(header == answer.headers.end() ? xml_text(answer.text, "Region") : header->second, 60);
}

/// `403 AccessDenied: Storage cap exceeded; region: eu-nl-1`: in the server's own words.
std::string told_by(const http::Answer& answer) {
  std::string told = fmt::format("{}", answer.status);
  const auto add = [&](const char* before, const std::string& text) {
    if (!text.empty()) told += before + text;
  };
  add(" ", of_server(xml_text(answer.text, "Code"), 60));
  add(": ", of_server(xml_text(answer.text, "Message"), 200));
  const std::string_view body = trim(answer.text);
  if (!body.starts_with('<')) add(": ", of_server(std::string(body), 200));  // of a gateway before it
  add("; region: ", told_region(answer));
  add("; address: ", of_server(xml_text(answer.text, "Endpoint"), 100));
  return told;
}

/// Servers answer 403 to much more than missing rights; then their message says what it is.
bool is_about_rights(const http::Answer& answer) {
  const std::string code = xml_text(answer.text, "Code");
  if (code.empty() ? !trim(answer.text).empty() : code != "AccessDenied") return false;  // a proxy's page speaks of no rights
  const std::string message = to_lower(xml_text(answer.text, "Message"));
  return message.empty() || message.find("denied") != std::string::npos || message.find("authorized") != std::string::npos ||
         message.find("permission") != std::string::npos;
}

std::string clocks(const http::Answer& answer) {
  const auto date = answer.headers.find("date");
  return fmt::format("it is {} here, and {} there",
                     format_utc(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())),
                     date == answer.headers.end() ? "another time" : visible(date->second));
}

}  // namespace

std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view element) {
  const std::string open = fmt::format("<{}>", element);
  const std::string close = fmt::format("</{}>", element);
  std::vector<std::string_view> found;
  for (std::size_t at = 0; (at = xml.find(open, at)) != std::string_view::npos;) {
    at += open.size();
    const std::size_t end = xml.find(close, at);
    if (end == std::string_view::npos) break;
    found.push_back(xml.substr(at, end - at));
    at = end + close.size();
  }
  return found;
}

std::string xml_text(std::string_view xml, std::string_view element) {
  const auto found = xml_elements(xml, element);
  return found.empty() ? std::string() : unescaped(found.front());
}

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto* const entity =
        std::find_if(kEntities.begin(), kEntities.end(), [&](const Entity& one) { return one.meant == c; });
    escaped += entity == kEntities.end() ? std::string(1, c) : std::string(entity->written);
  }
  return escaped;
}

bool is_passing(const http::Answer& answer) {
  if (answer.trouble != http::Trouble::none) return answer.trouble == http::Trouble::passing;
  const int status = answer.status;
  const std::string code = xml_text(answer.text, "Code");
  if (std::find(kPassing.begin(), kPassing.end(), code) != kPassing.end()) return true;
  return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

Error s3_refusal(const S3Step& step, const http::Answer& answer) {
  switch (answer.trouble) {
    case http::Trouble::none:
      break;
    case http::Trouble::tls:
      return {ErrorKind::config, fmt::format("{}: the server's certificate is not accepted: {}", step.words, answer.words),
              "correct artifacts.endpoint, or name the authority's certificate in artifacts.ca_file"};
    case http::Trouble::silent:
      return {step.kind, fmt::format("{}: the server is silent: {}", step.words, answer.words),
              "try again later; artifacts.response_timeout is how long it may be silent"};
    case http::Trouble::address:
    case http::Trouble::too_long:
      return {step.kind, fmt::format("{}: {}", step.words, answer.words), "reportctl config check"};
    case http::Trouble::passing:
      return {step.kind, fmt::format("{}: no answer: {}", step.words, answer.words), "try again later; reportctl config check"};
  }
  const std::string code = xml_text(answer.text, "Code");
  const std::string told = told_by(answer);
  if (code == "RequestTimeTooSkewed" || code == "RequestExpired")
    return {ErrorKind::config, fmt::format("{}: the clocks differ too much: {} ({})", step.words, clocks(answer), told),
            "set the clock of this machine: timedatectl set-ntp true"};
  for (const Known& known : kKnown) {
    if (code != known.code) continue;
    const std::string region = told_region(answer);
    const bool names_it = known.hint == kRegion && !region.empty();
    return {ErrorKind::config, fmt::format("{}: {} ({})", step.words, known.words, told),
            names_it ? fmt::format("set artifacts.region to {}", region) : known.hint};
  }
  if (answer.status == 401)
    return {ErrorKind::config, fmt::format("{}: the keys are not accepted ({})", step.words, told), kKeys};
  if (answer.status == 403 && is_about_rights(answer))
    return {ErrorKind::config, fmt::format("{}: these keys may not do that ({})", step.words, told), kRights};
  if (answer.status / 100 == 3)
    return {ErrorKind::config,
            fmt::format("{}: the server sends us elsewhere ({}), and redirects are not followed", step.words, told),
            "correct artifacts.endpoint and artifacts.region"};
  return {answer.status == 403 ? ErrorKind::config : step.kind, fmt::format("{}: the server answered {}", step.words, told),
          is_passing(answer) ? "it was tried several times; try again later" : "reportctl config check"};
}

}  // namespace reportctl::artifact
