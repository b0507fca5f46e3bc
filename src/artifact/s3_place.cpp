// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "s3_place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "reportctl/base/error.hpp"
#include "reportctl/base/host.hpp"
#include "reportctl/base/text.hpp"
#include "stores.hpp"

namespace reportctl::artifact {

namespace {

constexpr std::string_view kDigitsAndLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kOfHosts = "abcdefghijklmnopqrstuvwxyz0123456789.-";
constexpr std::string_view kOfNames = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

bool is_address(const std::string& host) { return host.starts_with('[') || is_ipv4(host); }

struct Server {
  std::string scheme, host, port;
};

Server parse_server(const std::string& endpoint, const std::string& section) {
  const auto refuse = [&](const std::string& why) {
    return Error(ErrorKind::config, fmt::format("{}.endpoint: {}", section, why), "write https://HOST or https://HOST:PORT");
  };
  Server server;
  const std::size_t colons = endpoint.find("://");
  if (colons != std::string::npos) server.scheme = endpoint.substr(0, colons);
  if (server.scheme != "https" && server.scheme != "http") throw refuse("it is not a url of http or https");
  std::string_view rest = std::string_view(endpoint).substr(colons + 3);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto authority = parse_authority(rest);
  if (!authority.problem.empty()) throw refuse(authority.problem);
  server.host = authority.host;
  const bool usual = authority.port == (server.scheme == "https" ? 443 : 80);
  if (authority.port && !usual) server.port = fmt::format(":{}", *authority.port);
  if (server.scheme == "http" && !is_loopback(server.host))
    throw refuse("without TLS, everybody on the way could read the files; http is for this machine only");
  return server;
}

/// Names of AWS: they can be a part of a host name.
bool is_host_name(const std::string& name) {
  const auto at_end = [](char c) { return kDigitsAndLetters.find(c) != std::string_view::npos; };
  return name.size() >= 3 && name.size() <= 63 && name.find_first_not_of(kOfHosts) == std::string::npos && at_end(name.front()) &&
         at_end(name.back()) && name.find("..") == std::string::npos;
}

/// Others take more, and so did AWS once; such a bucket is named in the path.
bool is_bucket(const std::string& name) {
  return name.size() >= 3 && name.size() <= 255 && name.find_first_not_of(kOfNames) == std::string::npos && name.front() != '.' &&
         name.find("..") == std::string::npos;
}

/// Regions of some partitions of AWS are under a domain of their own.
struct Partition {
  std::string_view begins, domain;
};
constexpr std::array<Partition, 7> kPartitions = {{{"cn-", "amazonaws.com.cn"},
                                                   {"us-iso-", "c2s.ic.gov"},
                                                   {"us-isob-", "sc2s.sgov.gov"},
                                                   {"eu-isoe-", "cloud.adc-e.uk"},
                                                   {"us-isof-", "csp.hci.ic.gov"},
                                                   {"eu-isof-", "csp.hci.ic.gov"},
                                                   {"eusc-", "amazonaws.eu"}}};

std::string amazon_endpoint(const std::string& region) {
  const auto* const found = std::find_if(kPartitions.begin(), kPartitions.end(),
                                         [&](const Partition& partition) { return region.starts_with(partition.begins); });
  return fmt::format("https://s3.{}.{}", region, found == kPartitions.end() ? "amazonaws.com" : found->domain);
}

std::string region_of(const S3Settings& settings) {
  if (!settings.region.empty()) return settings.region;
  if (std::string region = variable("AWS_REGION"); !region.empty()) return region;
  if (std::string region = variable("AWS_DEFAULT_REGION"); !region.empty()) return region;
  return "us-east-1";
}

/// It becomes a part of a header, and of Amazon's host name. Other providers name their regions as they like: `RegionOne`, `GRA`.
void require_region(const std::string& region, bool amazon, const std::string& section) {
  const bool plain = region.size() <= 63 && region.find_first_not_of(amazon ? kOfHosts : kOfNames) == std::string::npos;
  if (plain) return;
  throw Error(ErrorKind::config, fmt::format("{}.region \"{}\" is not a region such as eu-central-1", section, visible(region)),
              amazon ? fmt::format("regions of AWS are in lower case; the regions of other providers need {}.endpoint", section)
                     : std::string());
}

}  // namespace

S3Place s3_place(const std::string& url, const S3Settings& settings) {
  S3Place place;
  std::string rest = url.substr(kS3Scheme.size());
  if (rest.ends_with('/')) rest.pop_back();
  const std::size_t slash = rest.find('/');
  const std::string bucket = rest.substr(0, slash);
  const std::string prefix = slash == std::string::npos ? "" : rest.substr(slash + 1);
  if (!is_bucket(bucket) || (slash != std::string::npos && !is_plain_path(prefix)))
    throw Error(ErrorKind::config, fmt::format("{}.url is not a bucket and a prefix", settings.section),
                "write s3://BUCKET or s3://BUCKET/PREFIX: letters, digits and ._-, in a prefix also /");
  place.name = fmt::format("s3://{}{}{}", bucket, prefix.empty() ? "" : "/", prefix);
  place.prefix = prefix.empty() ? "" : prefix + "/";
  place.region = region_of(settings);
  const bool amazon = settings.endpoint.empty();
  require_region(place.region, amazon, settings.section);
  const Server server = parse_server(amazon ? amazon_endpoint(place.region) : settings.endpoint, settings.section);
  // A wildcard certificate covers one label, and an address has none in front of it.
  const bool needs_path = bucket.find('.') != std::string::npos || !is_host_name(bucket) || is_address(server.host);
  const bool in_path = needs_path || settings.path_style.value_or(!amazon);
  place.scheme = server.scheme;
  place.host = (in_path ? "" : bucket + ".") + server.host + server.port;
  place.bucket_path = in_path ? "/" + bucket : "/";
  place.path = (in_path ? place.bucket_path + "/" : place.bucket_path) + place.prefix;
  return place;
}

Keys s3_keys(const S3Settings& settings) {
  Keys keys;
  const auto hint = fmt::format("set {0}.access_key_file and {0}.secret_key_file, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                                settings.section);
  const bool configured = !settings.access_key.empty() || !settings.secret_key.empty();
  if (configured) {
    const auto access = read_secret(settings.access_key);
    auto secret = read_secret(settings.secret_key);
    if (!access || !secret)
      throw Error(ErrorKind::config, fmt::format("there is no {} key for S3", access ? "secret" : "access"), hint);
    keys.access_key = access->reveal();
    keys.secret_key = std::move(*secret);
  } else {
    keys.access_key = variable("AWS_ACCESS_KEY_ID");
    keys.secret_key = Secret(variable("AWS_SECRET_ACCESS_KEY"));
    keys.session_token = variable("AWS_SESSION_TOKEN");
    if (!keys.session_token.empty()) keys.expires = parse_instant(variable("AWS_CREDENTIAL_EXPIRATION"));
  }
  if (keys.access_key.empty() || keys.secret_key.reveal().empty())
    throw Error(ErrorKind::config, "there are no keys for S3", hint);
  // Both become header lines.
  if (has_control(keys.access_key) || keys.access_key.find_first_of(" /,") != std::string::npos ||
      has_control(keys.session_token))
    throw Error(ErrorKind::config, "the access key for S3 is not one", hint);
  return keys;
}

}  // namespace reportctl::artifact
