// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "reportctl/http/uri.hpp"
#include "sigv4.hpp"

using namespace reportctl;
using namespace reportctl::artifact;

namespace {

// The examples of the Amazon S3 API reference: "Signature Calculations for the Authorization Header" and "Authenticating
// Requests: Using Query Parameters", with the keys that are printed there.
const Keys kKeys = {"AKIAIOSFODNN7EXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), ""};
const std::string kRegion = "us-east-1";
const Instant kThen = *parse_instant("2013-05-24T00:00:00Z");
const std::string kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Signable request_of(const std::string& method, const std::string& path) {
  return {.method = method,
          .path = path,
          .query = {},
          .headers = {{"host", "examplebucket.s3.amazonaws.com"}},
          .payload_sha256 = kEmpty};
}

std::string authorization(Signable request, const Keys& keys = kKeys) {
  sign(request, {keys, kRegion, kThen});
  return request.headers.at("authorization");
}

bool ends_with(const std::string& text, const std::string& end) { return text.ends_with(end); }

}  // namespace

TEST_CASE("AWS's example of a GET with a range") {
  Signable request = request_of("GET", "/test.txt");
  request.headers["range"] = "bytes=0-9";
  CHECK(authorization(request) ==
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_CASE("AWS's example of a PUT of a name that is encoded") {
  Signable request = request_of("PUT", "/test$file.text");
  request.headers["date"] = "Fri, 24 May 2013 00:00:00 GMT";
  request.headers["x-amz-storage-class"] = "REDUCED_REDUNDANCY";
  request.payload_sha256 = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
  CHECK(ends_with(authorization(request), "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST_CASE("AWS's examples of a query without a value, and of two") {
  Signable request = request_of("GET", "/");
  request.query = {{"lifecycle", ""}};
  CHECK(ends_with(authorization(request), "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
  request.query = {{"prefix", "J"}, {"max-keys", "2"}};
  CHECK(ends_with(authorization(request), "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST_CASE("AWS's example of a link") {
  const std::string query = presigned_query(request_of("GET", "/test.txt"), {kKeys, kRegion, kThen}, std::chrono::hours(24));
  CHECK(query ==
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST_CASE("a session token is signed, in headers and in links") {
  const Keys keys = {kKeys.access_key, kKeys.secret_key, "to/ken="};
  CHECK(authorization(request_of("GET", "/x"), keys).find("x-amz-date;x-amz-security-token,") != std::string::npos);
  CHECK(presigned_query(request_of("GET", "/x"), {keys, kRegion, kThen}, std::chrono::hours(1))
            .find("X-Amz-Security-Token=to%2Fken%3D&X-Amz-SignedHeaders") != std::string::npos);
}

TEST_CASE("a query is sorted by its encoded names, and everything but the unreserved is encoded") {
  CHECK(http::uri_encoded("a/b c~é", http::Slash::kept) == "a/b%20c~%C3%A9");
  CHECK(http::uri_encoded("a/b+c", http::Slash::encoded) == "a%2Fb%2Bc");
  CHECK(http::encoded_query({{"uploadId", "x y"}, {"partNumber", "1"}}) == "partNumber=1&uploadId=x%20y");
}
