// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "reportctl/base/error.hpp"
#include "s3_answer.hpp"
#include "s3_place.hpp"
#include "server_date.hpp"
#include "stores.hpp"

namespace fs = std::filesystem;
using namespace reportctl;
using namespace reportctl::artifact;

namespace {

StoreSettings settings_of(const std::string& url, const std::string& endpoint) {
  StoreSettings settings;
  settings.url = url;
  settings.s3.endpoint = endpoint;
  settings.s3.region = "eu-central-1";
  return settings;
}

ErrorKind kind_of_place(const std::string& url, const std::string& endpoint) {
  try {
    (void)s3_place(settings_of(url, endpoint));
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::failed;
}

http::Answer answer_of(int status, const std::string& text) { return {.status = status, .text = text}; }

}  // namespace

TEST_CASE("the bucket is in the host's name at Amazon, in the path elsewhere, unless it is said") {
  S3Place place = s3_place(settings_of("s3://reports/some/where", ""));
  CHECK(place.url(place.path) == "https://reports.s3.eu-central-1.amazonaws.com/some/where/");
  CHECK(place.bucket_path == "/");
  place = s3_place(settings_of("s3://reports", "https://minio.example.com:9000/"));
  CHECK(place.url(place.path) == "https://minio.example.com:9000/reports/");
  place = s3_place(settings_of("s3://my.reports/x/", ""));
  CHECK(place.url(place.path) == "https://s3.eu-central-1.amazonaws.com/my.reports/x/");
  StoreSettings virtual_host = settings_of("s3://reports", "https://S3.example.com:443");
  virtual_host.s3.path_style = false;
  place = s3_place(virtual_host);
  CHECK(place.url(place.path) == "https://reports.s3.example.com/");
  CHECK(s3_place(settings_of("s3://reports", "http://[::1]:9")).url("/") == "http://[::1]:9/");
}

TEST_CASE("names of other providers, and partitions of AWS with a domain of their own") {
  StoreSettings other = settings_of("s3://My_Bucket/x", "https://s3.example.com");
  other.s3.path_style = false;
  for (const char* region : {"RegionOne", "GRA", "eu_west", "default"}) {
    other.s3.region = region;
    CHECK(s3_place(other).url(s3_place(other).path) == "https://s3.example.com/My_Bucket/x/");
  }
  const auto host = [](const char* region) {
    StoreSettings amazon = settings_of("s3://reports", "");
    amazon.s3.region = region;
    return s3_place(amazon).host;
  };
  CHECK(host("cn-north-1") == "reports.s3.cn-north-1.amazonaws.com.cn");
  CHECK(host("us-gov-west-1") == "reports.s3.us-gov-west-1.amazonaws.com");
  CHECK(host("us-iso-east-1") == "reports.s3.us-iso-east-1.c2s.ic.gov");
  CHECK(host("us-isob-east-1") == "reports.s3.us-isob-east-1.sc2s.sgov.gov");
  CHECK(host("eusc-de-east-1") == "reports.s3.eusc-de-east-1.amazonaws.eu");
  CHECK_THROWS_AS(host("RegionOne"), Error);
}

TEST_CASE("times as servers write them") {
  const auto wanted = parse_instant("2026-11-21T06:44:00Z");
  REQUIRE(wanted);
  for (const char* text : {"Sat, 21 Nov 2026 06:44:00 GMT", "Sat, 21 Nov 2026 06:44:00 +0000", "Saturday, 21-Nov-26 06:44:00 GMT",
                           "Sat Nov 21 06:44:00 2026", "2026-11-21T06:44:00Z", "2026-11-21T06:44:00.123456Z",
                           "2026-11-21T08:44:00+02:00", "2026-11-21T01:44:00.5-0500", "2026-11-21 06:44:00",
                           "2026-11-21T06:44:00", "20261121T064400Z", "2026-11-21 06:44:00 UTC"})
    CHECK_MESSAGE(parse_server_date(text) == wanted, text);
  for (const char* text :
       {"", "yesterday", "2026-11-21", "Sat, 21 Nov 2026 06:44:00 CET", "2026-11-21T06:44:00+2", "2026-11-21T06:44:00."})
    CHECK_MESSAGE(!parse_server_date(text), text);
}

TEST_CASE("urls and endpoints that are not, or that would show the files to everybody") {
  for (const char* url : {"s3://", "s3://.x/x", "s3://ab", "s3://reports//x", "s3://reports/../x", "s3://reports/a b",
                          "s3://reports/a?b", "s3://key@reports/x", "s3://re..ports", "s3://reports/%2e"})
    CHECK_MESSAGE(kind_of_place(url, "") == ErrorKind::config, url);
  for (const char* endpoint :
       {"minio.example.com", "http://minio.example.com", "http://127.0.0.1.example.com", "ftp://localhost", "https://user@host",
        "https://host/path", "https://host:0", "https://host:x", "https://", "http://10.0.0.1", "https://ho\nst"})
    CHECK_MESSAGE(kind_of_place("s3://reports", endpoint) == ErrorKind::config, endpoint);
  for (const char* endpoint : {"http://localhost:9000", "http://127.0.0.1:9000", "https://minio.example.com"})
    CHECK_MESSAGE(kind_of_place("s3://reports", endpoint) == ErrorKind::failed, endpoint);
}

TEST_CASE("a file's name in a link needs no quoting") {
  CHECK(plain_file_name("sales-2026-03-16.csv") == "sales-2026-03-16.csv");
  CHECK(plain_file_name("Zürich \"x\"\r\n/../é.csv") ==
        "Z_rich__x____.."
        "__.csv");
  CHECK(plain_file_name("..") == "report");
  CHECK(plain_file_name("") == "report");
  CHECK(plain_file_name(std::string(500, 'a') + ".xlsx") == std::string(123, 'a') + ".xlsx");
}

TEST_CASE("a link of a directory is what nginx's documentation makes of it with openssl") {
  std::string pattern = (fs::temp_directory_path() / "reportctl-links-XXXXXX").string();
  const fs::path place = ::mkdtemp(pattern.data());
  std::ofstream(place / "secret") << "0123456789abcdef0123456789abcdef\n";
  fs::permissions(place / "secret", fs::perms::owner_read);
  StoreSettings settings = settings_of("file:" + (place / "files").string(), "");
  const LinkRequest request = {"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03", "hello.txt",
                               *parse_instant("2026-03-17T05:00:00Z")};
  const auto refusal = [&] {
    try {
      (void)open_store(settings)->link(request);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::config);
      CHECK_FALSE(error.hint().empty());
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refusal() == "links to stored files are not configured: artifacts.link_base is not set");
  settings.link_base = "https://reports.example.com/files";
  CHECK(refusal() == "links to stored files have no secret: artifacts.link_secret_file is not set");
  settings.link_secret.file = place / "secret";
  // echo -n '1773727200/files/58/…/hello.txt SECRET' | openssl md5 -binary | openssl base64 | tr +/ -_ | tr -d =
  const Link link = open_store(settings)->link(request);
  CHECK(link.url ==
        "https://reports.example.com/files/58/5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03/hello.txt"
        "?md5=MqqL90sXqYVD-HWFJ8_WvA&expires=1773727200");
  CHECK(link.ends == *parse_instant("2026-03-17T06:00:00Z"));
  fs::permissions(place / "secret", fs::perms::owner_all);
  std::ofstream(place / "secret") << "short";
  fs::permissions(place / "secret", fs::perms::owner_read);
  CHECK(refusal() == "the secret of links is not one: it takes at least 32 letters and digits");
  fs::remove_all(place);
}

TEST_CASE("a directory that its owner opened to a group stays open to it") {
  std::string pattern = (fs::temp_directory_path() / "reportctl-group-XXXXXX").string();
  const fs::path place = ::mkdtemp(pattern.data());
  fs::permissions(place, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec);
  const auto store = open_store(settings_of("file:" + place.string(), ""));
  TempFile file = store->spool();
  file.write("hello\n");
  store->put(file, "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
  CHECK(fs::status(place / "58").permissions() == (fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec));
  CHECK(fs::status(place / "58/5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03").permissions() ==
        (fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read));
  fs::remove_all(place);
}

TEST_CASE("answers in words, and who is to blame") {
  const S3Step step{"cannot store x", ErrorKind::output};
  const auto kind = [&](int status, const std::string& code) {
    return s3_refusal(step, answer_of(status, "<Error><Code>" + code + "</Code><Message>m</Message></Error>")).kind();
  };
  CHECK(kind(403, "AccessDenied") == ErrorKind::config);
  CHECK(kind(403, "RequestTimeTooSkewed") == ErrorKind::config);
  CHECK(kind(301, "PermanentRedirect") == ErrorKind::config);
  CHECK(kind(307, "") == ErrorKind::config);
  CHECK(kind(503, "SlowDown") == ErrorKind::output);
  CHECK(std::string(
            s3_refusal(step, answer_of(503, "<Error><Code>SlowDown</Code><Message>a &amp; b\x1b</Message></Error>")).what()) ==
        "cannot store x: the server answered 503 SlowDown: a & b\\x1b");
  for (const char* code : {"RequestTimeout", "OperationAborted", "SlowDown", "InternalError"})
    CHECK(is_passing(answer_of(400, std::string("<Error><Code>") + code + "</Code></Error>")));
  CHECK(is_passing(answer_of(408, "")));
  const auto named =
      s3_refusal(step, answer_of(400, "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-nl-1</Region></Error>"));
  CHECK(named.hint() == "set artifacts.region to eu-nl-1");
  CHECK(is_passing(answer_of(503, "")));
  CHECK_FALSE(is_passing(answer_of(403, "")));
}

TEST_CASE("the little XML that S3 speaks") {
  CHECK(xml_text("<a><UploadId>x&lt;y&amp;lt;</UploadId></a>", "UploadId") == "x<y&lt;");
  CHECK(xml_text("<Code>never ends", "Code").empty());
  CHECK(xml_elements("<C>1</C><C>2</C>", "C").size() == 2);
  CHECK(xml_escaped("\"a<&>\"") == "&quot;a&lt;&amp;&gt;&quot;");
}
