// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Over 400 lines: one table of every key, and what its values may be.
#include "config_keys.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>

#include "reportctl/base/host.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/settings/config.hpp"

namespace reportctl::settings {

namespace {

using delivery::DestinationSettings;
using source::SourceSettings;

constexpr long long kDay = 86400;
constexpr const char* kNotRepeated = " (not repeated here: it may hold a password)";

/// A word that is near to none may be a password that stands at the wrong key.
std::string one_of(const std::string& written, const std::vector<std::string>& words) {
  const std::string near = did_you_mean(written, words);
  const std::string choice = "must be " + join(words, " or ");
  return near.empty() ? choice : fmt::format("{}, not \"{}\"{}", choice, visible(written), near);
}

std::string set_path(std::filesystem::path& target, const std::string& written) {
  if (written.find("://") != std::string::npos) return fmt::format("must be an absolute path{}", kNotRepeated);
  if (!written.starts_with('/')) return fmt::format("must be an absolute path, not \"{}\"", visible(written));
  target = std::filesystem::path(written).lexically_normal();
  return {};
}

struct Range {
  long long low;
  long long high;
};
template <typename Number>
std::string set_number(Number& target, const std::string& written, Range range) {
  const auto number = parse_integer(written);
  if (!number || *number < range.low || *number > range.high)
    return fmt::format("must be a whole number from {} to {}, not \"{}\"", range.low, range.high, visible(written));
  target = static_cast<Number>(*number);
  return {};
}

template <typename Number>
std::string set_seconds(Number& target, const std::string& written, Range range) {
  const auto seconds = parse_duration_seconds(written);
  if (!seconds || *seconds < range.low || *seconds > range.high) {
    return fmt::format("must be a duration such as 60s, 10m, 12h or 30d, from {} to {}, not \"{}\"", duration_text(range.low),
                       duration_text(range.high), visible(written));
  }
  target = Number(*seconds);
  return {};
}

/// The last one that is written wins over a lower layer's, whatever its kind.
std::string set_secret(SecretSource& target, SecretSource source) {
  target = std::move(source);
  return {};
}

std::string set_secret_file(SecretSource& target, const Written& written) {
  if (!written.front().starts_with('/'))
    return fmt::format("must be the absolute path of a file that holds the secret{}", kNotRepeated);
  SecretSource source;
  set_path(source.file, written.front());
  return set_secret(target, source);
}

std::string set_secret_command(SecretSource& target, const Written& written) {
  if (written.front().find(' ') != std::string::npos && ::access(written.front().c_str(), F_OK) != 0)
    return fmt::format("must be a list, [PROGRAM, ARGUMENT, ...]: it runs without a shell{}", kNotRepeated);
  SecretSource source;
  source.command = written;
  return set_secret(target, source);
}

std::string set_credential(SecretSource& target, const Written& written) {
  if (written.front().empty() || written.front().find('/') != std::string::npos)
    return "must be the name of a systemd credential, without a slash";
  SecretSource source;
  source.credential = written.front();
  return set_secret(target, source);
}

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

std::string set_endpoint(artifact::S3Settings& settings, const Written& written) {
  if (written.front().find('@') != std::string::npos) return "must not hold keys; write access_key_file";
  settings.endpoint = written.front();
  return {};
}

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

std::string set_tls(Settings& settings, const Written& written) {
  if (written.front() != "required" && written.front() != "none") return one_of(written.front(), {"required", "none"});
  settings.mail.transport.tls = written.front() == "none" ? delivery::Tls::none : delivery::Tls::required;
  return {};
}

std::string set_auth(Settings& settings, const Written& written) {
  if (written.front() != "password" && written.front() != "token") return one_of(written.front(), {"password", "token"});
  settings.mail.transport.auth = written.front() == "token" ? delivery::Auth::token : delivery::Auth::password;
  return {};
}

std::string set_oversize(Settings& settings, const Written& written) {
  if (written.front() == "zip") return "\"zip\" is not in this version; write link or fail";
  if (written.front() != "link" && written.front() != "fail") return one_of(written.front(), {"link", "fail"});
  settings.mail.oversize = written.front() == "link" ? Oversize::link : Oversize::fail;
  return {};
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

std::string set_path_style(Settings& settings, const Written& written) {
  if (written.front() != "yes" && written.front() != "no") return one_of(written.front(), {"yes", "no"});
  settings.artifacts.s3.path_style = written.front() == "yes";
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

std::string set_operators(Settings& settings, const Written& written) {
  if (written.front() != "always" && written.front() != "until_first_login")
    return one_of(written.front(), {"always", "until_first_login"});
  settings.operators = written.front() == "always" ? Operators::always : Operators::until_first_login;
  return {};
}

std::string set_missed(Settings& settings, const Written& written) {
  const auto choice = schedule::parse_missed(written.front());
  if (!choice) return one_of(written.front(), schedule::missed_names());
  settings.policy.missed = *choice;
  return {};
}

std::string set_on_unknown(Settings& settings, const Written& written) {
  if (written.front() != "hold" && written.front() != "resend") return one_of(written.front(), {"hold", "resend"});
  settings.policy.on_unknown = written.front() == "hold" ? OnUnknown::hold : OnUnknown::resend;
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

template <Retention::Keep Retention::*what>
ConfigKey<Settings> keep_key(const char* name) {
  return {name, false, [](Settings& s, const Written& w) { return set_keep(s.retention.*what, w.front()); },
          [](const Settings& s) { return keep_text(s.retention.*what); }};
}

std::string set_source_url(SourceSettings& settings, const Written& written) {
  const std::string& url = written.front();
  std::string problem = source::url_problem(url);
  if (problem.empty() && to_lower(url).starts_with("sqlite:") && url[std::string_view("sqlite:").size()] != '/')
    problem = "must be sqlite:/PATH, with an absolute path";
  if (problem.empty()) settings.url = url;
  return problem;
}

/// `sql-text UTC`, for the whole source, or `orders=…` and `orders.placed_at=…`.
template <typename Form, typename Parse>
std::string set_forms(std::map<std::string, Form>& forms, const Written& written, Parse parse) {
  forms.clear();
  for (const std::string& one : written) {
    const std::size_t sign = one.find('=');
    const std::string name = sign == std::string::npos ? std::string(source::kUsual) : to_lower(one.substr(0, sign));
    auto form = parse(sign == std::string::npos ? one : one.substr(sign + 1));
    if (const auto* wrong = std::get_if<std::string>(&form)) return fmt::format("({}): {}", visible(name), *wrong);
    forms[name] = std::get<Form>(std::move(form));
  }
  return {};
}

template <typename Form>
std::string forms_text(const std::map<std::string, Form>& forms) {
  std::vector<std::string> texts;
  for (const auto& [name, form] : forms) texts.push_back(fmt::format("{}: {}", name, form.str()));
  return join(texts, ", ");
}

constexpr const char* kSingle = "single";
std::string set_tenant(SourceSettings& settings, const Written& written) {
  const std::vector<std::string> words{"several", kSingle};
  if (std::find(words.begin(), words.end(), written.front()) == words.end()) return one_of(written.front(), words);
  settings.single_tenant = written.front() == kSingle;
  return {};
}

/// `fault=GroundFailure,EmergencyStop`
std::string set_words(SourceSettings& settings, const Written& written) {
  rows::WordsByMeaning words;
  for (const std::string& one : written) {
    const std::size_t sign = one.find('=');
    const std::string meaning = one.substr(0, sign);
    if (sign == std::string::npos || !rows::usual_words().contains(meaning)) {
      std::vector<std::string> known;
      for (const auto& [name, usual] : rows::usual_words()) known.push_back(name);
      return fmt::format("must be a map of {} to words, such as {{fault: [GroundFailure, EmergencyStop]}}, not \"{}\"",
                         join(known, " and "), visible(one));
    }
    for (const std::string& word : split(one.substr(sign + 1), ','))
      if (!trim(word).empty()) words[meaning].push_back(to_lower(trim(word)));
  }
  settings.words = std::move(words);
  return {};
}

std::string words_text(const SourceSettings& settings) {
  std::vector<std::string> texts;
  for (const auto& [meaning, words] : settings.words) texts.push_back(fmt::format("{}: {}", meaning, join(words, ",")));
  return join(texts, "; ");
}

/// `PTS=0`, `BTC=8`
std::string set_currencies(SourceSettings& settings, const Written& written) {
  rows::UnitDigits currencies;
  for (const std::string& one : written) {
    const std::size_t sign = one.rfind('=');
    const std::string code = one.substr(0, sign);
    const long long digits = sign == std::string::npos ? -1 : parse_integer(one.substr(sign + 1)).value_or(-1);
    const bool is_code = !code.empty() && code.size() <= 16 && trim(code) == code && !has_control(code);
    if (!is_code || digits < 0 || digits > 9)
      return fmt::format("must be codes with their digits after the point, 0 to 9, such as {{PTS: 0, BTC: 8}}, not \"{}\"",
                         visible(one));
    currencies[code] = static_cast<int>(digits);
  }
  settings.currencies = std::move(currencies);
  return {};
}

std::string currencies_text(const SourceSettings& settings) {
  std::vector<std::string> texts;
  for (const auto& [code, digits] : settings.currencies) texts.push_back(fmt::format("{}: {}", code, digits));
  return join(texts, ", ");
}

std::string secret_file(const SecretSource& secret) { return secret.file.string(); }
/// Its arguments may hold what it takes to get the secret.
std::string secret_command(const SecretSource& secret) {
  if (secret.command.empty()) return {};
  return secret.command.front() + (secret.command.size() > 1 ? " ..." : "");
}

}  // namespace

const std::vector<ConfigKey<Settings>>& config_keys() {
  static const std::vector<ConfigKey<Settings>> kKeys = {
      {"state", false, [](Settings& s, const Written& w) { return set_path(s.state, w.front()); },
       [](const Settings& s) { return s.state.string(); }},
      {"instance", false, set_instance, [](const Settings& s) { return s.instance; }},
      {"mail.transport", false, set_transport, [](const Settings& s) { return s.mail.transport.url; }},
      {"mail.from", false, set_from, [](const Settings& s) { return s.mail.from ? s.mail.from->str() : std::string(); }},
      {"mail.username", false,
       [](Settings& s, const Written& w) {
         s.mail.transport.username = w.front();
         return std::string();
       },
       [](const Settings& s) { return s.mail.transport.username; }},
      {"mail.password_file", false, [](Settings& s, const Written& w) { return set_secret_file(s.mail.transport.password, w); },
       [](const Settings& s) { return secret_file(s.mail.transport.password); }},
      {"mail.password_command", true,
       [](Settings& s, const Written& w) { return set_secret_command(s.mail.transport.password, w); },
       [](const Settings& s) { return secret_command(s.mail.transport.password); }},
      {"mail.password_credential", false,
       [](Settings& s, const Written& w) { return set_credential(s.mail.transport.password, w); },
       [](const Settings& s) { return s.mail.transport.password.credential; }},
      {"mail.auth", false, set_auth,
       [](const Settings& s) { return std::string(s.mail.transport.auth == delivery::Auth::token ? "token" : "password"); }},
      {"mail.tls", false, set_tls,
       [](const Settings& s) { return std::string(s.mail.transport.tls == delivery::Tls::none ? "none" : "required"); }},
      {"mail.ca_file", false, [](Settings& s, const Written& w) { return set_path(s.mail.transport.ca_file, w.front()); },
       [](const Settings& s) { return s.mail.transport.ca_file.string(); }},
      {"mail.client_certificate", false,
       [](Settings& s, const Written& w) { return set_path(s.mail.transport.client_certificate, w.front()); },
       [](const Settings& s) { return s.mail.transport.client_certificate.string(); }},
      {"mail.client_key", false, [](Settings& s, const Written& w) { return set_path(s.mail.transport.client_key, w.front()); },
       [](const Settings& s) { return s.mail.transport.client_key.string(); }},
      {"mail.helo", false,
       [](Settings& s, const Written& w) {
         if (w.front().find_first_of(" \t<>") != std::string::npos || has_control(w.front()))
           return std::string("must be a host name");
         s.mail.transport.helo = w.front();
         return std::string();
       },
       [](const Settings& s) { return s.mail.transport.helo; }},
      {"mail.connect_timeout", false,
       [](Settings& s, const Written& w) {
         return set_seconds(s.mail.transport.connect_timeout, w.front(), {1, 3600});
       },
       [](const Settings& s) { return duration_text(s.mail.transport.connect_timeout.count()); }},
      {"mail.response_timeout", false,
       [](Settings& s, const Written& w) {
         return set_seconds(s.mail.transport.response_timeout, w.front(), {1, 3600});
       },
       [](const Settings& s) { return duration_text(s.mail.transport.response_timeout.count()); }},
      {"mail.max_message_bytes", false,
       [](Settings& s, const Written& w) {
         return set_number(s.mail.max_message_bytes, w.front(), {10'000, 2'000'000'000});
       },
       [](const Settings& s) { return fmt::format("{}", s.mail.max_message_bytes); }},
      {"mail.oversize", false, set_oversize,
       [](const Settings& s) { return std::string(s.mail.oversize == Oversize::link ? "link" : "fail"); }},
      {"mail.allowed_domains", true, set_allowed_domains, [](const Settings& s) { return join(s.mail.allowed_domains, ", "); }},
      {"mail.list_unsubscribe", false, set_list_unsubscribe,
       [](const Settings& s) { return s.mail.list_unsubscribe ? s.mail.list_unsubscribe->str() : std::string(); }},
      {"artifacts.url", false, set_artifacts, [](const Settings& s) { return s.artifacts.url; }},
      {"artifacts.endpoint", false, [](Settings& s, const Written& w) { return set_endpoint(s.artifacts.s3, w); },
       [](const Settings& s) { return s.artifacts.s3.endpoint; }},
      {"artifacts.region", false,
       [](Settings& s, const Written& w) {
         s.artifacts.s3.region = w.front();
         return std::string();
       },
       [](const Settings& s) { return s.artifacts.s3.region; }},
      {"artifacts.path_style", false, set_path_style,
       [](const Settings& s) {
         const auto& style = s.artifacts.s3.path_style;
         return std::string(!style ? "" : *style ? "yes" : "no");
       }},
      {"artifacts.access_key_file", false,
       [](Settings& s, const Written& w) { return set_secret_file(s.artifacts.s3.access_key, w); },
       [](const Settings& s) { return secret_file(s.artifacts.s3.access_key); }},
      {"artifacts.access_key_credential", false,
       [](Settings& s, const Written& w) { return set_credential(s.artifacts.s3.access_key, w); },
       [](const Settings& s) { return s.artifacts.s3.access_key.credential; }},
      {"artifacts.secret_key_file", false,
       [](Settings& s, const Written& w) { return set_secret_file(s.artifacts.s3.secret_key, w); },
       [](const Settings& s) { return secret_file(s.artifacts.s3.secret_key); }},
      {"artifacts.secret_key_credential", false,
       [](Settings& s, const Written& w) { return set_credential(s.artifacts.s3.secret_key, w); },
       [](const Settings& s) { return s.artifacts.s3.secret_key.credential; }},
      {"artifacts.ca_file", false, [](Settings& s, const Written& w) { return set_path(s.artifacts.s3.ca_file, w.front()); },
       [](const Settings& s) { return s.artifacts.s3.ca_file.string(); }},
      {"artifacts.connect_timeout", false,
       [](Settings& s, const Written& w) {
         return set_seconds(s.artifacts.s3.connect_timeout, w.front(), {1, 3600});
       },
       [](const Settings& s) { return duration_text(s.artifacts.s3.connect_timeout.count()); }},
      {"artifacts.response_timeout", false,
       [](Settings& s, const Written& w) {
         return set_seconds(s.artifacts.s3.response_timeout, w.front(), {1, 3600});
       },
       [](const Settings& s) { return duration_text(s.artifacts.s3.response_timeout.count()); }},
      {"artifacts.link_expiry", false,
       [](Settings& s, const Written& w) {
         return set_seconds(s.artifacts.link_expiry, w.front(), {60, 365 * kDay});
       },
       [](const Settings& s) { return duration_text(s.artifacts.link_expiry.count()); }},
      {"artifacts.link_base", false, set_link_base, [](const Settings& s) { return s.artifacts.link_base; }},
      {"artifacts.link_secret_file", false,
       [](Settings& s, const Written& w) { return set_secret_file(s.artifacts.link_secret, w); },
       [](const Settings& s) { return secret_file(s.artifacts.link_secret); }},
      {"artifacts.link_secret_credential", false,
       [](Settings& s, const Written& w) { return set_credential(s.artifacts.link_secret, w); },
       [](const Settings& s) { return s.artifacts.link_secret.credential; }},
      keep_key<&Retention::artifacts>("artifacts.keep"),
      {"pdf.paper", false,
       [](Settings& s, const Written& w) {
         if (w.front() != "a4" && w.front() != "letter") return one_of(w.front(), {"a4", "letter"});
         s.pdf.paper = w.front();
         return std::string();
       },
       [](const Settings& s) { return s.pdf.paper; }},
      {"pdf.max_rows", false,
       [](Settings& s, const Written& w) {
         return set_number(s.pdf.max_rows, w.front(), {0, 10'000'000});
       },
       [](const Settings& s) { return fmt::format("{}", s.pdf.max_rows); }},
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
      {"webhooks.ca_file", false, [](Settings& s, const Written& w) { return set_path(s.webhooks.ca_file, w.front()); },
       [](const Settings& s) { return s.webhooks.ca_file.string(); }},
      {"webhooks.secret_dir", false, [](Settings& s, const Written& w) { return set_path(s.webhooks.secret_dir, w.front()); },
       [](const Settings& s) { return s.webhooks.secret_dir.string(); }},
      {"webhooks.timeout", false,
       [](Settings& s, const Written& w) {
         return set_seconds(s.webhooks.timeout, w.front(), {1, 300});
       },
       [](const Settings& s) { return duration_text(s.webhooks.timeout.count()); }},
      {"access.operators", false, set_operators,
       [](const Settings& s) { return std::string(s.operators == Operators::always ? "always" : "until_first_login"); }},
      {"monitor.ping_url", false, set_ping_url, [](const Settings& s) { return url_without_path(s.monitor.ping_url); }},
      {"monitor.status_page", false, [](Settings& s, const Written& w) { return set_path(s.monitor.status_page, w.front()); },
       [](const Settings& s) { return s.monitor.status_page.string(); }},
      {"monitor.metrics_file", false, [](Settings& s, const Written& w) { return set_path(s.monitor.metrics_file, w.front()); },
       [](const Settings& s) { return s.monitor.metrics_file.string(); }},
      {"policy.missed", false, set_missed, [](const Settings& s) { return std::string(schedule::missed_name(s.policy.missed)); }},
      {"policy.grace", false,
       [](Settings& s, const Written& w) {
         return set_seconds(s.policy.grace_seconds, w.front(), {60, 35 * kDay});
       },
       [](const Settings& s) { return duration_text(s.policy.grace_seconds); }},
      {"policy.on_unknown", false, set_on_unknown,
       [](const Settings& s) { return std::string(s.policy.on_unknown == OnUnknown::hold ? "hold" : "resend"); }},
      {"policy.retries", false,
       [](Settings& s, const Written& w) {
         return set_number(s.policy.retries, w.front(), {0, schedule::kMostRetries});
       },
       [](const Settings& s) { return fmt::format("{}", s.policy.retries); }},
      {"policy.auto_pause_after", false,
       [](Settings& s, const Written& w) {
         if (w.front() != "never") return set_number(s.policy.auto_pause_after, w.front(), {1, 1000});
         s.policy.auto_pause_after = 0;
         return std::string();
       },
       [](const Settings& s) { return s.policy.auto_pause_after == 0 ? "never" : fmt::format("{}", s.policy.auto_pause_after); }},
      {"policy.no_data", false, set_no_data,
       [](const Settings& s) { return std::string(schedule::no_data_name(s.policy.no_data)); }},
      {"policy.max_running", false,
       [](Settings& s, const Written& w) {
         return set_number(s.policy.max_running, w.front(), {0, 100'000});
       },
       [](const Settings& s) { return fmt::format("{}", s.policy.max_running); }},
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

const std::vector<ConfigKey<SourceSettings>>& source_keys() {
  static const std::vector<ConfigKey<SourceSettings>> kKeys = {
      {"url", false, set_source_url, [](const SourceSettings& s) { return s.url; }},
      {"password_file", false, [](SourceSettings& s, const Written& w) { return set_secret_file(s.password, w); },
       [](const SourceSettings& s) { return secret_file(s.password); }},
      {"password_command", true, [](SourceSettings& s, const Written& w) { return set_secret_command(s.password, w); },
       [](const SourceSettings& s) { return secret_command(s.password); }},
      {"password_credential", false, [](SourceSettings& s, const Written& w) { return set_credential(s.password, w); },
       [](const SourceSettings& s) { return s.password.credential; }},
      {"library", false, [](SourceSettings& s, const Written& w) { return set_path(s.library, w.front()); },
       [](const SourceSettings& s) { return s.library.string(); }},
      {"statement_timeout", false,
       [](SourceSettings& s, const Written& w) {
         return set_seconds(s.statement_timeout, w.front(), {1, kDay});
       },
       [](const SourceSettings& s) { return duration_text(s.statement_timeout.count()); }},
      {"silence_timeout", false,
       [](SourceSettings& s, const Written& w) {
         return set_seconds(s.silence_timeout, w.front(), {1, kDay});
       },
       [](const SourceSettings& s) {
         return s.silence_timeout.count() == 0 ? std::string() : duration_text(s.silence_timeout.count());
       }},
      {"instants", true, [](SourceSettings& s, const Written& w) { return set_forms(s.instants, w, rows::parse_instant_form); },
       [](const SourceSettings& s) { return forms_text(s.instants); }},
      {"booleans", true, [](SourceSettings& s, const Written& w) { return set_forms(s.booleans, w, rows::parse_boolean_form); },
       [](const SourceSettings& s) { return forms_text(s.booleans); }},
      {"views", false, [](SourceSettings& s, const Written& w) { return set_path(s.views_file, w.front()); },
       [](const SourceSettings& s) { return s.views_file.string(); }},
      {"tenant", false, set_tenant, [](const SourceSettings& s) { return std::string(s.single_tenant ? kSingle : ""); }},
      {"currencies", true, set_currencies, currencies_text},
      {"words", true, set_words, words_text},
  };
  return kKeys;
}

const std::vector<ConfigKey<DestinationSettings>>& destination_keys() {
  static const std::vector<ConfigKey<DestinationSettings>> kKeys = {
      {"url", false, set_destination_url, [](const DestinationSettings& s) { return s.url; }},
      {"accounts", true,
       [](DestinationSettings& s, const Written& w) {
         s.accounts = w;
         return std::string();
       },
       [](const DestinationSettings& s) { return join(s.accounts, ", "); }},
      {"key_file", false, [](DestinationSettings& s, const Written& w) { return set_path(s.key_file, w.front()); },
       [](const DestinationSettings& s) { return s.key_file.string(); }},
      {"known_hosts", false, [](DestinationSettings& s, const Written& w) { return set_path(s.known_hosts, w.front()); },
       [](const DestinationSettings& s) { return s.known_hosts.string(); }},
      {"password_file", false, [](DestinationSettings& s, const Written& w) { return set_secret_file(s.password, w); },
       [](const DestinationSettings& s) { return secret_file(s.password); }},
      {"password_command", true, [](DestinationSettings& s, const Written& w) { return set_secret_command(s.password, w); },
       [](const DestinationSettings& s) { return secret_command(s.password); }},
      {"password_credential", false, [](DestinationSettings& s, const Written& w) { return set_credential(s.password, w); },
       [](const DestinationSettings& s) { return s.password.credential; }},
      {"endpoint", false, [](DestinationSettings& s, const Written& w) { return set_endpoint(s.s3, w); },
       [](const DestinationSettings& s) { return s.s3.endpoint; }},
      {"region", false,
       [](DestinationSettings& s, const Written& w) {
         s.s3.region = w.front();
         return std::string();
       },
       [](const DestinationSettings& s) { return s.s3.region; }},
      {"access_key_file", false, [](DestinationSettings& s, const Written& w) { return set_secret_file(s.s3.access_key, w); },
       [](const DestinationSettings& s) { return secret_file(s.s3.access_key); }},
      {"access_key_credential", false,
       [](DestinationSettings& s, const Written& w) { return set_credential(s.s3.access_key, w); },
       [](const DestinationSettings& s) { return s.s3.access_key.credential; }},
      {"secret_key_file", false, [](DestinationSettings& s, const Written& w) { return set_secret_file(s.s3.secret_key, w); },
       [](const DestinationSettings& s) { return secret_file(s.s3.secret_key); }},
      {"secret_key_credential", false,
       [](DestinationSettings& s, const Written& w) { return set_credential(s.s3.secret_key, w); },
       [](const DestinationSettings& s) { return s.s3.secret_key.credential; }},
      {"ca_file", false, [](DestinationSettings& s, const Written& w) { return set_path(s.s3.ca_file, w.front()); },
       [](const DestinationSettings& s) { return s.s3.ca_file.string(); }},
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
