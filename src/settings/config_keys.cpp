// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "config_keys.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>

#include "key_kinds.hpp"
#include "reportctl/base/host.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/settings/config.hpp"

namespace reportctl::settings {

namespace {

using artifact::S3Settings;
using artifact::StoreSettings;
using delivery::TransportSettings;
using delivery::WebhookSettings;

constexpr Choice<delivery::Tls> kTls[] = {{"required", delivery::Tls::required}, {"none", delivery::Tls::none}};
constexpr Choice<delivery::Auth> kAuth[] = {{"password", delivery::Auth::password}, {"token", delivery::Auth::token}};
constexpr Choice<Oversize> kOversize[] = {{"link", Oversize::link}, {"fail", Oversize::fail}};
constexpr Choice<bool> kPathStyle[] = {{"yes", true}, {"no", false}};
constexpr Choice<const char*> kPaper[] = {{"a4", "a4"}, {"letter", "letter"}};
constexpr Choice<Operators> kOperators[] = {{"always", Operators::always}, {"until_first_login", Operators::until_first_login}};
constexpr Choice<OnUnknown> kOnUnknown[] = {{"hold", OnUnknown::hold}, {"resend", OnUnknown::resend}};

std::string set_instance(Settings& s, const Written& w) {
  constexpr std::size_t kLongest = 64;
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  if (w.front().empty() || w.front().size() > kLongest || w.front().find_first_not_of(kAllowed) != std::string::npos)
    return "must be a name of at most 64 letters, digits, dots, hyphens and underscores, such as reports-production";
  s.instance = w.front();
  return {};
}

std::string set_transport(Settings& settings, const Written& written) {
  const std::string& url = written.front();
  constexpr std::array<std::string_view, 4> kSchemes = {"smtp://", "smtps://", "sendmail:", "maildir:/"};
  if (std::none_of(kSchemes.begin(), kSchemes.end(), [&](std::string_view scheme) { return url.starts_with(scheme); }))
    return fmt::format("must be smtp://HOST:PORT, smtps://HOST:PORT, sendmail: or maildir:/PATH{}", kNotRepeated);
  if (url.starts_with("smtp") && url.find_first_of("@?#;") != std::string::npos)
    return "must not hold a user or password; write mail.username and mail.password_file";
  settings.mail.transport.url = url;
  return {};
}

/// Its path is what lets somebody ping.
std::string set_ping_url(Settings& settings, const Written& written) {
  const std::string& url = written.front();
  const bool http = url.starts_with("https://") || url.starts_with("http://");
  if (!http || url.find_first_of("?#@") != std::string::npos || has_control(url) || url.size() > 2000)
    return fmt::format("must be https://HOST/PATH, without a query or a password{}", kNotRepeated);
  settings.monitor.ping_url = url.ends_with('/') ? url.substr(0, url.size() - 1) : url;
  return {};
}

std::string url_without_path(const std::string& url) {
  if (url.empty()) return url;
  const auto path = url.find('/', url.find("://") + 3);
  return path == std::string::npos ? url : url.substr(0, path) + "/…";
}

std::string set_from(Settings& settings, const Written& written) {
  std::string why;
  settings.mail.from = Mailbox::parse(written.front(), &why);
  return settings.mail.from ? std::string() : fmt::format("must be an address such as Reports <reports@example.com>: {}", why);
}

std::string set_list_unsubscribe(Settings& settings, const Written& written) {
  std::string why;
  settings.mail.list_unsubscribe = EmailAddress::parse(written.front(), &why);
  return settings.mail.list_unsubscribe ? std::string() : fmt::format("must be an address: {}", why);
}

std::string set_allowed_domains(Settings& settings, const Written& written) {
  std::vector<std::string> domains;
  for (const std::string& text : written) {
    const auto address = EmailAddress::parse("postmaster@" + text);
    if (!address) return fmt::format("\"{}\" is not a domain such as example.com", visible(text));
    domains.emplace_back(address->domain());
  }
  settings.mail.allowed_domains = std::move(domains);
  return {};
}

std::string set_artifacts(Settings& settings, const Written& written) {
  if (!written.front().starts_with("file:/") && !written.front().starts_with("s3://"))
    return fmt::format("must be file:/PATH or s3://BUCKET/PREFIX{}", kNotRepeated);
  if (written.front().starts_with("s3:") && written.front().find_first_of("@?#;") != std::string::npos)
    return "must not hold keys; write artifacts.access_key_file and artifacts.secret_key_file";
  settings.artifacts.url = written.front();
  return {};
}

/// http://localhost:8080, http://127.0.0.1: nothing leaves this host.
bool is_plain_http_at_home(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return false;
  const auto authority = parse_authority(url.substr(kScheme.size(), url.find('/', kScheme.size()) - kScheme.size()));
  return authority.problem.empty() && is_loopback(authority.host);
}

std::string set_link_base(Settings& settings, const Written& written) {
  std::string url = written.front();
  while (url.ends_with('/')) url.pop_back();
  const std::string_view kept = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/:[]";
  const bool is_web = (url.starts_with("https://") && url.size() > 8) || (url.starts_with("http://") && url.size() > 7);
  // A web server sees a path without these, and would find another signature.
  const bool is_straight = is_web && url.find("//", 8) == std::string::npos && url.find("/.") == std::string::npos;
  if (!is_straight || url.find_first_not_of(kept) != std::string::npos)
    return fmt::format("must be a url such as https://reports.example.com/files{}", kNotRepeated);
  const std::size_t host = url.find("://") + 3;
  if (!parse_authority(std::string_view(url).substr(host, url.find('/', host) - host)).problem.empty())
    return "must name a host, such as https://reports.example.com/files";
  if (url.starts_with("http:") && !is_plain_http_at_home(url))
    return "must begin with https://: without TLS, everybody on the way could read the links and the files";
  settings.artifacts.link_base = url;
  return {};
}

std::string set_catalog_dirs(Settings& settings, const Written& written) {
  std::vector<std::filesystem::path> directories(written.size());
  for (std::size_t i = 0; i < written.size(); ++i)
    if (std::string problem = set_path(directories[i], written[i]); !problem.empty()) return problem;
  settings.catalog_directories = std::move(directories);
  return {};
}

std::string set_allow_private(Settings& settings, const Written& written) {
  std::vector<Network> networks;
  for (const std::string& text : written) {
    const auto network = Network::parse(text);
    if (!network) return fmt::format("\"{}\" is not a network such as 10.0.0.0/8 or fd00::/8", visible(text));
    networks.push_back(*network);
  }
  settings.webhooks.allow_private = std::move(networks);
  return {};
}

std::string set_missed(Settings& settings, const Written& written) {
  const auto choice = schedule::parse_missed(written.front());
  if (!choice) return one_of(written.front(), schedule::missed_names());
  settings.policy.missed = *choice;
  return {};
}

std::string set_no_data(Settings& settings, const Written& written) {
  const auto choice = schedule::parse_no_data(written.front());
  if (!choice) return one_of(written.front(), {"send", "skip"});
  settings.policy.no_data = *choice;
  return {};
}

constexpr const char* kNeverPruned = "never";

std::string set_keep(Retention::Keep& keep, const std::string& written) {
  if (written == kNeverPruned) {
    keep.reset();
    return {};
  }
  constexpr Range kAllowed{3600, 36500 * kDay};
  const auto seconds = parse_duration_seconds(written);
  if (!seconds || *seconds < kAllowed.low || *seconds > kAllowed.high) {
    return fmt::format("must be never or a duration such as 12h or 30d, from {} to {}, not \"{}\"", duration_text(kAllowed.low),
                       duration_text(kAllowed.high), visible(written));
  }
  keep = std::chrono::seconds(*seconds);
  return {};
}

std::string keep_text(const Retention::Keep& keep) { return keep ? duration_text(keep->count()) : kNeverPruned; }

template <Retention::Keep Retention::*kWhat>
ConfigKey<Settings> keep_key(const char* name) {
  return {name, false, [](Settings& s, const Written& w) { return set_keep(s.retention.*kWhat, w.front()); },
          [](const Settings& s) { return keep_text(s.retention.*kWhat); }};
}

}  // namespace

const std::vector<ConfigKey<Settings>>& config_keys() {
  static const std::vector<ConfigKey<Settings>> kKeys = {
      path_key<&Settings::state>("state"),
      {"instance", false, set_instance, [](const Settings& s) { return s.instance; }},
      {"mail.transport", false, set_transport, [](const Settings& s) { return s.mail.transport.url; }},
      {"mail.from", false, set_from, [](const Settings& s) { return s.mail.from ? s.mail.from->str() : std::string(); }},
      text_key<&Settings::mail, &MailSettings::transport, &TransportSettings::username>("mail.username"),
      secret_file_key<&Settings::mail, &MailSettings::transport, &TransportSettings::password>("mail.password_file"),
      secret_command_key<&Settings::mail, &MailSettings::transport, &TransportSettings::password>("mail.password_command"),
      credential_key<&Settings::mail, &MailSettings::transport, &TransportSettings::password>("mail.password_credential"),
      choice_key<kAuth, &Settings::mail, &MailSettings::transport, &TransportSettings::auth>("mail.auth"),
      choice_key<kTls, &Settings::mail, &MailSettings::transport, &TransportSettings::tls>("mail.tls"),
      path_key<&Settings::mail, &MailSettings::transport, &TransportSettings::ca_file>("mail.ca_file"),
      path_key<&Settings::mail, &MailSettings::transport, &TransportSettings::client_certificate>("mail.client_certificate"),
      path_key<&Settings::mail, &MailSettings::transport, &TransportSettings::client_key>("mail.client_key"),
      {"mail.helo", false,
       [](Settings& s, const Written& w) {
         if (w.front().find_first_of(" \t<>") != std::string::npos || has_control(w.front()))
           return std::string("must be a host name");
         s.mail.transport.helo = w.front();
         return std::string();
       },
       [](const Settings& s) { return s.mail.transport.helo; }},
      seconds_key<kAnswerTime, &Settings::mail, &MailSettings::transport, &TransportSettings::connect_timeout>(
          "mail.connect_timeout"),
      seconds_key<kAnswerTime, &Settings::mail, &MailSettings::transport, &TransportSettings::response_timeout>(
          "mail.response_timeout"),
      number_key<Range{10'000, 2'000'000'000}, &Settings::mail, &MailSettings::max_message_bytes>("mail.max_message_bytes"),
      {"mail.oversize", false,
       [](Settings& s, const Written& w) {
         return w.front() == "zip" ? "\"zip\" is not in this version; write link or fail"
                                   : set_choice<kOversize>(s.mail.oversize, w.front());
       },
       [](const Settings& s) { return choice_text<kOversize>(s.mail.oversize); }},
      {"mail.allowed_domains", true, set_allowed_domains, [](const Settings& s) { return join(s.mail.allowed_domains, ", "); }},
      {"mail.list_unsubscribe", false, set_list_unsubscribe,
       [](const Settings& s) { return s.mail.list_unsubscribe ? s.mail.list_unsubscribe->str() : std::string(); }},
      {"artifacts.url", false, set_artifacts, [](const Settings& s) { return s.artifacts.url; }},
      {"artifacts.endpoint", false, [](Settings& s, const Written& w) { return set_endpoint(s.artifacts.s3, w); },
       [](const Settings& s) { return s.artifacts.s3.endpoint; }},
      text_key<&Settings::artifacts, &StoreSettings::s3, &S3Settings::region>("artifacts.region"),
      choice_key<kPathStyle, &Settings::artifacts, &StoreSettings::s3, &S3Settings::path_style>("artifacts.path_style"),
      secret_file_key<&Settings::artifacts, &StoreSettings::s3, &S3Settings::access_key>("artifacts.access_key_file"),
      credential_key<&Settings::artifacts, &StoreSettings::s3, &S3Settings::access_key>("artifacts.access_key_credential"),
      secret_file_key<&Settings::artifacts, &StoreSettings::s3, &S3Settings::secret_key>("artifacts.secret_key_file"),
      credential_key<&Settings::artifacts, &StoreSettings::s3, &S3Settings::secret_key>("artifacts.secret_key_credential"),
      path_key<&Settings::artifacts, &StoreSettings::s3, &S3Settings::ca_file>("artifacts.ca_file"),
      seconds_key<kAnswerTime, &Settings::artifacts, &StoreSettings::s3, &S3Settings::connect_timeout>(
          "artifacts.connect_timeout"),
      seconds_key<kAnswerTime, &Settings::artifacts, &StoreSettings::s3, &S3Settings::response_timeout>(
          "artifacts.response_timeout"),
      seconds_key<Range{60, 365 * kDay}, &Settings::artifacts, &StoreSettings::link_expiry>("artifacts.link_expiry"),
      {"artifacts.link_base", false, set_link_base, [](const Settings& s) { return s.artifacts.link_base; }},
      secret_file_key<&Settings::artifacts, &StoreSettings::link_secret>("artifacts.link_secret_file"),
      credential_key<&Settings::artifacts, &StoreSettings::link_secret>("artifacts.link_secret_credential"),
      keep_key<&Retention::artifacts>("artifacts.keep"),
      choice_key<kPaper, &Settings::pdf, &PdfSettings::paper>("pdf.paper"),
      number_key<Range{0, 10'000'000}, &Settings::pdf, &PdfSettings::max_rows>("pdf.max_rows"),
      {"catalog.dirs", true, set_catalog_dirs,
       [](const Settings& s) {
         std::vector<std::string> paths;
         for (const auto& path : s.catalog_directories) paths.push_back(path.string());
         return join(paths, ", ");
       }},
      {"webhooks.allow_private", true, set_allow_private,
       [](const Settings& s) {
         std::vector<std::string> networks;
         for (const auto& network : s.webhooks.allow_private) networks.push_back(network.str());
         return join(networks, ", ");
       }},
      path_key<&Settings::webhooks, &WebhookSettings::ca_file>("webhooks.ca_file"),
      path_key<&Settings::webhooks, &WebhookSettings::secret_dir>("webhooks.secret_dir"),
      seconds_key<Range{1, 300}, &Settings::webhooks, &WebhookSettings::timeout>("webhooks.timeout"),
      choice_key<kOperators, &Settings::operators>("access.operators"),
      {"monitor.ping_url", false, set_ping_url, [](const Settings& s) { return url_without_path(s.monitor.ping_url); }},
      path_key<&Settings::monitor, &Monitor::status_page>("monitor.status_page"),
      path_key<&Settings::monitor, &Monitor::metrics_file>("monitor.metrics_file"),
      {"policy.missed", false, set_missed, [](const Settings& s) { return std::string(schedule::missed_name(s.policy.missed)); }},
      seconds_key<Range{60, 35 * kDay}, &Settings::policy, &Policy::grace_seconds>("policy.grace"),
      choice_key<kOnUnknown, &Settings::policy, &Policy::on_unknown>("policy.on_unknown"),
      number_key<Range{0, schedule::kMostRetries}, &Settings::policy, &Policy::retries>("policy.retries"),
      {"policy.auto_pause_after", false,
       [](Settings& s, const Written& w) {
         if (w.front() != "never") return set_number(s.policy.auto_pause_after, w.front(), {1, 1000});
         s.policy.auto_pause_after = 0;
         return std::string();
       },
       [](const Settings& s) { return s.policy.auto_pause_after == 0 ? "never" : fmt::format("{}", s.policy.auto_pause_after); }},
      {"policy.no_data", false, set_no_data,
       [](const Settings& s) { return std::string(schedule::no_data_name(s.policy.no_data)); }},
      number_key<Range{0, 100'000}, &Settings::policy, &Policy::max_running>("policy.max_running"),
      {"policy.least_interval", false,
       [](Settings& s, const Written& w) {
         std::int64_t seconds = 0;
         auto problem = set_seconds(seconds, w.front(), {60, kDay});
         if (problem.empty()) s.policy.least_interval_minutes = static_cast<int>(seconds / 60);
         return problem;
       },
       [](const Settings& s) { return duration_text(s.policy.least_interval_minutes * 60); }},
      keep_key<&Retention::runs>("retention.runs"),
      keep_key<&Retention::artifacts>("retention.artifacts"),
      keep_key<&Retention::exports>("retention.exports"),
      keep_key<&Retention::notifications>("retention.notifications"),
      keep_key<&Retention::audit>("retention.audit"),
  };
  return kKeys;
}

bool names_credential(const Settings& settings, const std::string& credential) {
  if (credential.empty()) return false;
  const auto is_it = [&](const SecretSource& secret) { return secret.credential == credential; };
  return is_it(settings.mail.transport.password) || is_it(settings.artifacts.link_secret) ||
         is_it(settings.artifacts.s3.access_key) || is_it(settings.artifacts.s3.secret_key) ||
         std::any_of(settings.sources.begin(), settings.sources.end(),
                     [&](const auto& one) { return is_it(one.second.password); }) ||
         std::any_of(settings.destinations.begin(), settings.destinations.end(), [&](const auto& one) {
           return is_it(one.second.password) || is_it(one.second.s3.access_key) || is_it(one.second.s3.secret_key);
         });
}

std::string why_not(const std::string& dotted_key) {
  const std::string last = dotted_key.substr(dotted_key.rfind('.') + 1);
  if (last == "access_key" || last == "secret_key" || dotted_key == "artifacts.link_secret")
    return fmt::format("keys are never kept here; put it into a file that only you can read (mode 0600) and write {}_file: /PATH",
                       dotted_key);
  if (last == "password" || last == "passwd" || last == "secret") {
    const std::string where = dotted_key.substr(0, dotted_key.size() - last.size());
    return fmt::format(
        "passwords are never kept here; put it into a file that only you can read (mode 0600) and write {0}password_file: "
        "/PATH, or use {0}password_command or {0}password_credential",
        where);
  }
  return {};
}

}  // namespace reportctl::settings
