// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "reportctl/base/error.hpp"
#include "reportctl/base/host.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::delivery {

namespace {

constexpr const char* kForms = "write smtp://HOST:PORT, smtps://HOST:PORT, sendmail:, sendmail:/PROGRAM or maildir:/FOLDER";

[[noreturn]] void refuse(const std::string& reason) { throw Error(ErrorKind::config, "mail.transport: " + reason, kForms); }

std::filesystem::path absolute_path(const std::string& text, const char* what) {
  if (!text.starts_with('/') || has_control(text)) refuse(fmt::format("{} needs an absolute path", what));
  return text;
}

/// `host`, `host:port` or `[v6]:port`, with an optional `/` at the end.
void set_authority(std::string_view text, Endpoint& endpoint) {
  if (text.find('@') != std::string_view::npos)
    refuse("a url holds no user and no password (set mail.username and mail.password_file instead)");
  if (text.ends_with('/')) text.remove_suffix(1);
  const auto authority = parse_authority(text);
  if (!authority.problem.empty()) refuse(authority.problem);
  if (authority.port) endpoint.port = *authority.port;
  endpoint.host = authority.host;
}

}  // namespace

Endpoint parse_endpoint(const std::string& url) {
  Endpoint endpoint;
  const auto rest = [&](std::string_view prefix) { return url.substr(prefix.size()); };
  if (url.starts_with("maildir:")) {
    endpoint.path = absolute_path(rest("maildir:"), "maildir:");
  } else if (url == "sendmail:") {
    endpoint.scheme = Scheme::sendmail;
    endpoint.path = "/usr/sbin/sendmail";
  } else if (url.starts_with("sendmail:")) {
    endpoint.scheme = Scheme::sendmail;
    endpoint.path = absolute_path(rest("sendmail:"), "sendmail:");
  } else if (url.starts_with("smtp://")) {
    endpoint.scheme = Scheme::smtp;
    endpoint.port = 25;
    set_authority(rest("smtp://"), endpoint);
  } else if (url.starts_with("smtps://")) {
    endpoint.scheme = Scheme::smtps;
    endpoint.port = 465;
    set_authority(rest("smtps://"), endpoint);
  } else {
    refuse("unknown kind of transport");
  }
  return endpoint;
}

}  // namespace reportctl::delivery
