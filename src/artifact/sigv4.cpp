// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sigv4.hpp"

#include <fmt/format.h>

#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/http/uri.hpp"

namespace reportctl::artifact {

namespace {

constexpr const char* kAlgorithm = "AWS4-HMAC-SHA256";

/// `20130524T000000Z`.
std::string basic_format(Instant at) {
  std::string text;
  for (const char c : format_utc(at))
    if (c != '-' && c != ':') text += c;
  return text;
}

std::string day_of(Instant at) { return basic_format(at).substr(0, 8); }

std::string scope_of(const Signer& signer) { return fmt::format("{}/{}/s3/aws4_request", day_of(signer.now), signer.region); }

std::string names_of(const std::map<std::string, std::string>& headers) {
  std::string names;
  for (const auto& [name, value] : headers) names += (names.empty() ? "" : ";") + name;
  return names;
}

std::string signature_of(const Signable& request, const Signer& signer) {
  std::string headers;
  for (const auto& [name, value] : request.headers) headers += fmt::format("{}:{}\n", name, trim(value));
  const std::string canonical =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, http::uri_encoded(request.path, http::Slash::kept),
                  http::encoded_query(request.query), headers, names_of(request.headers), request.payload_sha256);
  const std::string to_sign =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, basic_format(signer.now), scope_of(signer), sha256_hex(canonical));
  const Secret first("AWS4" + signer.keys.secret_key.reveal());
  Secret key(hmac_sha256(first.reveal(), day_of(signer.now)));
  for (const std::string& part : {signer.region, std::string("s3"), std::string("aws4_request")})
    key = Secret(hmac_sha256(key.reveal(), part));
  return hex(hmac_sha256(key.reveal(), to_sign));
}

}  // namespace

void sign(Signable& request, const Signer& signer) {
  request.headers["x-amz-date"] = basic_format(signer.now);
  request.headers["x-amz-content-sha256"] = request.payload_sha256;
  if (!signer.keys.session_token.empty()) request.headers["x-amz-security-token"] = signer.keys.session_token;
  const std::string names = names_of(request.headers);
  const std::string signature = signature_of(request, signer);
  request.headers["authorization"] = fmt::format("{} Credential={}/{},SignedHeaders={},Signature={}", kAlgorithm,
                                                 signer.keys.access_key, scope_of(signer), names, signature);
}

std::string presigned_query(Signable request, const Signer& signer, std::chrono::seconds expiry) {
  request.payload_sha256 = "UNSIGNED-PAYLOAD";
  request.query["X-Amz-Algorithm"] = kAlgorithm;
  request.query["X-Amz-Credential"] = fmt::format("{}/{}", signer.keys.access_key, scope_of(signer));
  request.query["X-Amz-Date"] = basic_format(signer.now);
  request.query["X-Amz-Expires"] = fmt::format("{}", expiry.count());
  request.query["X-Amz-SignedHeaders"] = names_of(request.headers);
  if (!signer.keys.session_token.empty()) request.query["X-Amz-Security-Token"] = signer.keys.session_token;
  return fmt::format("{}&X-Amz-Signature={}", http::encoded_query(request.query), signature_of(request, signer));
}

}  // namespace reportctl::artifact
