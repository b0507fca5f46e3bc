// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "key_kinds.hpp"

namespace reportctl::settings {
namespace {

using artifact::S3Settings;
using delivery::DestinationSettings;

std::string set_destination_url(DestinationSettings& settings, const Written& written) {
  const std::string& url = written.front();
  const auto user = url.substr(0, url.rfind('@'));
  if (url.find('@') != std::string::npos && user.find(':', std::string_view("sftp:").size()) != std::string::npos)
    return fmt::format("must not hold a password; write password_file{}", kNotRepeated);
  if (!url.starts_with("file:/") && !url.starts_with("sftp://") && !url.starts_with("s3://"))
    return fmt::format("must be file:/PATH, sftp://USER@HOST/PATH or s3://BUCKET/PREFIX{}", kNotRepeated);
  settings.url = url;
  return {};
}

}  // namespace

const std::vector<ConfigKey<DestinationSettings>>& destination_keys() {
  static const std::vector<ConfigKey<DestinationSettings>> kKeys = {
      {"url", false, set_destination_url, [](const DestinationSettings& s) { return s.url; }},
      {"accounts", true,
       [](DestinationSettings& s, const Written& w) {
         s.accounts = w;
         return std::string();
       },
       [](const DestinationSettings& s) { return join(s.accounts, ", "); }},
      path_key<&DestinationSettings::key_file>("key_file"),
      path_key<&DestinationSettings::known_hosts>("known_hosts"),
      secret_file_key<&DestinationSettings::password>("password_file"),
      secret_command_key<&DestinationSettings::password>("password_command"),
      credential_key<&DestinationSettings::password>("password_credential"),
      {"endpoint", false, [](DestinationSettings& s, const Written& w) { return set_endpoint(s.s3, w); },
       [](const DestinationSettings& s) { return s.s3.endpoint; }},
      text_key<&DestinationSettings::s3, &S3Settings::region>("region"),
      secret_file_key<&DestinationSettings::s3, &S3Settings::access_key>("access_key_file"),
      credential_key<&DestinationSettings::s3, &S3Settings::access_key>("access_key_credential"),
      secret_file_key<&DestinationSettings::s3, &S3Settings::secret_key>("secret_key_file"),
      credential_key<&DestinationSettings::s3, &S3Settings::secret_key>("secret_key_credential"),
      path_key<&DestinationSettings::s3, &S3Settings::ca_file>("ca_file"),
      {"connect_timeout", false,
       [](DestinationSettings& s, const Written& w) {
         auto problem = set_seconds(s.connect_timeout, w.front(), {1, 3600});
         s.s3.connect_timeout = s.connect_timeout;
         return problem;
       },
       [](const DestinationSettings& s) { return duration_text(s.connect_timeout.count()); }},
      {"response_timeout", false,
       [](DestinationSettings& s, const Written& w) {
         auto problem = set_seconds(s.response_timeout, w.front(), {1, 3600});
         s.s3.response_timeout = s.response_timeout;
         return problem;
       },
       [](const DestinationSettings& s) { return duration_text(s.response_timeout.count()); }},
  };
  return kKeys;
}

}  // namespace reportctl::settings
