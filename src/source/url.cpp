// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

constexpr std::array<std::string_view, 11> kMariadbParameters = {
    "connect_timeout", "dbname",  "host",        "port", "ssl_min_protocol_version", "sslcert", "sslcrl",
    "sslkey",          "sslmode", "sslrootcert", "user"};
/// Of libpq's parameters: where the server is, how to be sure of it, and how long to wait. Left out are those that would bring a
/// password or settings from another place (password, passfile, service, sslpassword) or change what we rely on
/// (client_encoding, replication).
constexpr std::array<std::string_view, 28> kParameters = {"application_name",
                                                          "channel_binding",
                                                          "connect_timeout",
                                                          "dbname",
                                                          "gssencmode",
                                                          "gsslib",
                                                          "host",
                                                          "hostaddr",
                                                          "keepalives",
                                                          "keepalives_count",
                                                          "keepalives_idle",
                                                          "keepalives_interval",
                                                          "krbsrvname",
                                                          "options",
                                                          "port",
                                                          "requirepeer",
                                                          "ssl_max_protocol_version",
                                                          "ssl_min_protocol_version",
                                                          "sslcert",
                                                          "sslcrl",
                                                          "sslcrldir",
                                                          "sslkey",
                                                          "sslmode",
                                                          "sslrootcert",
                                                          "sslsni",
                                                          "target_session_attrs",
                                                          "tcp_user_timeout",
                                                          "user"};
/// Those whose values are words: libpq would repeat a wrong one.
struct Words {
  std::string_view keyword;
  std::string_view words;
};
constexpr std::array<Words, 6> kWords{{{"channel_binding", "disable prefer require"},
                                       {"gssencmode", "disable prefer require"},
                                       {"ssl_max_protocol_version", "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"},
                                       {"ssl_min_protocol_version", "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"},
                                       {"sslmode", "disable allow prefer require verify-ca verify-full"},
                                       {"target_session_attrs", "any read-write read-only primary standby prefer-standby"}}};
constexpr std::array<std::string_view, 3> kPasswords = {"password", "passfile", "sslpassword"};
constexpr const char* kNoPassword =
    "the url must not hold a password: write it into a file of mode 600 and name that as password_file";
constexpr const char* kNotSettings = "options in the url must be settings of the server, as in options=-csearch_path%3Dreports";
constexpr const char* kBadEscape = "the url has a % that is not followed by two hex digits (a % itself is %25)";

constexpr std::array<std::string_view, 7> kClickhouseParameters = {"connect_timeout", "dbname",      "host", "port",
                                                                   "sslmode",         "sslrootcert", "user"};
constexpr std::array<Words, 1> kClickhouseWords{{{"sslmode", "disable verify-full"}}};

/// libmariadb either looks at everything or at nothing: it knows no `verify-ca`, and none that prefers clear text.
constexpr std::array<Words, 2> kMariadbWords{
    {{"ssl_min_protocol_version", "TLSv1.2 TLSv1.3"}, {"sslmode", "disable prefer require verify-full"}}};

struct UrlRules {
  std::span<const std::string_view> parameters;
  std::span<const Words> words;
};
constexpr UrlRules kPostgresRules{kParameters, kWords};
constexpr UrlRules kMariadbRules{kMariadbParameters, kMariadbWords};
constexpr UrlRules kClickhouseRules{kClickhouseParameters, kClickhouseWords};

bool is_loopback(std::string_view host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

/// Why a url of ClickHouse does not say how it is spoken to; empty when it does.
std::string clear_text_problem(const ServerUrl& url, bool tls) {
  const std::string* const mode = url.find("sslmode");
  const std::string* const hosts = url.find("host");
  if (hosts == nullptr) return "the url names no host";
  if (tls) return mode != nullptr && *mode == "disable" ? "sslmode=disable in the url goes with clickhouse+http only" : "";
  if (mode != nullptr && *mode != "disable") return "sslmode in the url goes with clickhouse+https only";
  if (mode != nullptr) return {};
  for (const std::string& host : split(*hosts, ','))
    if (!is_loopback(host))
      return "clickhouse+http sends passwords and rows in clear text: write clickhouse+https, or sslmode=disable if that is "
             "meant";
  return {};
}

bool is_port(std::string_view text) {
  const auto port = parse_integer(text);
  return text.empty() || (port && *port >= 1 && *port <= 65535);
}

class ServerUrlReader {
 public:
  explicit ServerUrlReader(const UrlRules& rules) : rules_(rules) {}
  ServerUrl read(std::string_view rest) {
    if (!rest.starts_with("//")) return refused("the url has no // after its scheme");
    // A colon before an @ is a password, whatever else the text means: libpq takes the first / for the end of the host.
    const std::size_t at = rest.rfind('@');
    if (at != std::string_view::npos && rest.substr(0, at).find(':') != std::string_view::npos)
      return refused(fmt::format("{} (if it holds none: an @ in a parameter is written %40)", kNoPassword));
    rest.remove_prefix(2);
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    read_authority(rest.substr(0, end));
    rest.remove_prefix(end);
    const std::size_t query = std::min(rest.find('?'), rest.size());
    if (rest.starts_with('/')) put("dbname", rest.substr(1, query - 1));
    rest.remove_prefix(query);
    if (!rest.empty()) rest.remove_prefix(1);
    while (!rest.empty() && url_.problem.empty()) {
      const std::size_t pair_end = std::min(rest.find('&'), rest.size());
      read_pair(rest.substr(0, pair_end));
      rest.remove_prefix(std::min(pair_end + 1, rest.size()));
    }
    return std::move(url_);
  }

 private:
  ServerUrl refused(std::string why) {
    problem(std::move(why));
    return std::move(url_);
  }
  void problem(std::string why) {
    if (url_.problem.empty()) url_.problem = std::move(why);
  }

  void put(std::string_view keyword, std::string_view written) {
    const auto value = percent_decoded(written);
    if (!value) return problem(kBadEscape);
    if (const std::string lower = to_lower(*value); lower.find("password=") != std::string::npos) return problem(kNoPassword);
    const auto words =
        std::find_if(rules_.words.begin(), rules_.words.end(), [&](const Words& one) { return one.keyword == keyword; });
    if (words != rules_.words.end() && !value->empty()) {
      const auto known = split(words->words, ' ');
      if (std::find(known.begin(), known.end(), *value) == known.end())
        return problem(fmt::format("{} in the url must be one of {}", keyword, join(known, ", ")));
    }
    if (keyword == "options") return read_settings(*value);
    std::erase_if(url_.parameters, [&](const UrlParameter& known) { return known.keyword == keyword; });
    if (!value->empty()) url_.parameters.push_back({std::string(keyword), *value});
  }

  /// As the server reads its command line: `-c name=value`, `-cname=value`, `--name=value`, with backslashes before blanks.
  void read_settings(std::string_view options) {
    url_.settings.clear();
    std::vector<std::string> words;
    bool inside = false;
    for (std::size_t i = 0; i < options.size(); ++i) {
      const bool blank = std::string_view(" \t\n\r\v\f").find(options[i]) != std::string_view::npos;
      if (!blank && !inside) words.emplace_back();
      inside = !blank;
      if (options[i] == '\\' && i + 1 < options.size()) ++i;
      if (!blank) words.back() += options[i];
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
      std::string_view word = words[i];
      if (word == "-c" && i + 1 < words.size()) {
        word = words[++i];
      } else if (word.starts_with("-c") || word.starts_with("--")) {
        word.remove_prefix(2);
      } else {
        return problem(kNotSettings);
      }
      const std::size_t equals = word.find('=');
      if (equals == std::string_view::npos || equals == 0) return problem(kNotSettings);
      std::string name(word.substr(0, equals));
      std::replace(name.begin(), name.end(), '-', '_');
      url_.settings.push_back({std::move(name), std::string(word.substr(equals + 1))});
    }
  }

  void read_authority(std::string_view authority) {
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
      put("user", authority.substr(0, at));
      authority.remove_prefix(at + 1);
    }
    std::vector<std::string> hosts;
    std::vector<std::string> ports;
    bool any_port = false;
    for (const std::string& written : split(authority, ',')) {
      const std::string_view entry = written;
      std::size_t host_end = entry.find(':');
      std::string_view host = entry.substr(0, host_end);
      if (entry.starts_with('[')) {
        host_end = entry.find(']');
        if (host_end == std::string_view::npos) return problem("the url has a [ without its ]");
        host = entry.substr(1, host_end - 1);
        ++host_end;
      }
      std::string_view port = host_end >= entry.size() ? std::string_view() : entry.substr(host_end);
      if (!port.empty() && !port.starts_with(':')) return problem("the url has something between a ] and the port");
      if (!port.empty()) port.remove_prefix(1);
      if (!is_port(port)) return problem("the url's port is not a number from 1 to 65535");
      hosts.emplace_back(host);
      ports.emplace_back(port);
      any_port |= !port.empty();
    }
    put("host", join(hosts, ","));
    if (any_port) put("port", join(ports, ","));
  }

  void read_pair(std::string_view pair) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return problem("the url has a parameter without =");
    const std::string_view keyword = pair.substr(0, equals);
    if (std::find(kPasswords.begin(), kPasswords.end(), keyword) != kPasswords.end()) return problem(kNoPassword);
    if (std::find(rules_.parameters.begin(), rules_.parameters.end(), keyword) == rules_.parameters.end()) {
      const std::vector<std::string> known(rules_.parameters.begin(), rules_.parameters.end());
      const bool is_word = keyword.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
      return problem("the url has a parameter that is not allowed" +
                     (is_word ? fmt::format(": {}{}", keyword, did_you_mean(keyword, known)) : std::string()));
    }
    put(keyword, pair.substr(equals + 1));
  }

  const UrlRules& rules_;
  ServerUrl url_;
};

ServerUrl parse_server_url(std::string_view url, const UrlRules& rules) {
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos) return {.parameters = {}, .problem = "the url has no scheme"};
  return ServerUrlReader(rules).read(url.substr(colon + 1));
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      unsigned char byte = 0;
      const char* const digits = text.data() + i + 1;
      if (text.size() - i < 3 || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) return std::nullopt;
      c = static_cast<char>(byte);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  return out;
}

const std::string* ServerUrl::find(std::string_view keyword) const {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const UrlParameter& one) { return one.keyword == keyword; });
  return found == parameters.end() ? nullptr : &found->value;
}

std::vector<std::string> ServerUrl::list(std::string_view keyword) const {
  const std::string* const value = find(keyword);
  return split(value == nullptr ? "" : *value, ',');
}

std::vector<ServerPlace> ServerUrl::places(const ServerPlace& usual) const {
  const auto ports = list("port");
  std::vector<ServerPlace> places;
  for (const std::string& host : list("host")) {
    const std::string& port = ports.size() == 1 ? ports[0] : places.size() < ports.size() ? ports[places.size()] : usual.port;
    places.push_back({host.empty() ? usual.host : host, port.empty() ? usual.port : port});
  }
  return places;
}

ServerUrl parse_postgres_url(std::string_view url) { return parse_server_url(url, kPostgresRules); }
ServerUrl parse_mariadb_url(std::string_view url) { return parse_server_url(url, kMariadbRules); }

ServerUrl parse_clickhouse_url(std::string_view url) {
  ServerUrl parsed = parse_server_url(url, kClickhouseRules);
  const bool tls = to_lower(url.substr(0, url.find(':'))) == "clickhouse+https";
  if (parsed.problem.empty()) parsed.problem = clear_text_problem(parsed, tls);
  if (parsed.find("sslmode") == nullptr) parsed.parameters.push_back({"sslmode", tls ? "verify-full" : "disable"});
  return parsed;
}

}  // namespace reportctl::source
