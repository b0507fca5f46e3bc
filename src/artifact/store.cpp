// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "reportctl/artifact/place.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "stores.hpp"

namespace reportctl::artifact {

namespace {

constexpr std::size_t kLongestName = 128;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

}  // namespace

std::unique_ptr<Store> open_store(const StoreSettings& settings) {
  return settings.url.starts_with(kS3Scheme) ? open_s3(settings) : open_directory(settings);
}

bool is_sha256(const std::string& text) {
  const auto hex_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == 64 && std::all_of(text.begin(), text.end(), hex_digit);
}

std::string sharded(const std::string& sha256) {
  if (!is_sha256(sha256))
    throw Error(ErrorKind::not_found, fmt::format("\"{}\" is not the name of a stored file", visible(sha256)));
  return sha256.substr(0, 2) + "/" + sha256;
}

std::string place_of(const StoreSettings& settings, const std::string& sha256) {
  constexpr std::string_view kFile = "file:";
  const std::string url = settings.url.starts_with(kFile) ? settings.url.substr(kFile.size()) : settings.url;
  return url + "/" + sharded(sha256);
}

void Store::require(const std::string& sha256) {
  if (!has(sha256)) throw lost_file(sha256, place());
}

Error lost_file(const std::string& sha256, const std::string& place) {
  return {ErrorKind::not_found, fmt::format("the stored file {} is lost: it is not in {}", sha256, place),
          std::string(kGoneHint)};
}

Instant end_of(const LinkRequest& request, std::chrono::seconds expiry) {
  const Instant usual = request.now + expiry;
  return request.not_after ? std::min(usual, *request.not_after) : usual;
}

std::string plain_file_name(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    const bool continued = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;  // one character of UTF-8 is one `_`
    if (!continued) plain += is_plain(c) ? c : '_';
  }
  if (plain.size() > kLongestName) plain.erase(0, plain.size() - kLongestName);  // the end says what it is
  if (plain.find_first_not_of('.') == std::string::npos) return "report";
  return plain;
}

}  // namespace reportctl::artifact
