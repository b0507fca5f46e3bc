// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "postgres/postgres_refusal.hpp"

#include <algorithm>

#include "refused_by_query.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

bool has_words(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool is_sqlstate(std::string_view text) {
  return text.size() == 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

/// Of libpq itself, in whose words there is no SQLSTATE.
const char* hint_for_words(std::string_view words) {
  if (has_words(words, "password")) return kCheckLogin;
  if (has_words(words, "channel binding")) return "channel_binding=require needs TLS and a password in the form scram-sha-256";
  if (has_words(words, "private key file"))
    return "sslkey must name a key without a pass phrase that only this user can read (mode 0600), and that belongs to sslcert";
  if (has_words(words, "certificate") || has_words(words, "SSL"))
    return "check sslmode and sslrootcert in the source's url; verify-full needs the server's authority and its host name";
  if (has_words(words, "session is") || has_words(words, "server is") || has_words(words, "hot standby"))
    return "target_session_attrs in the source's url asks for another kind of server";
  if (has_words(words, "translate host name")) return "check the host in the source's url, and the name server of this machine";
  return kCheckHost;
}

}  // namespace

Refusal read_refusal(std::string_view message) {
  // `…: FATAL:  28P01: words`, then `LOCATION:  …` where the server tells it.
  Refusal refusal;
  std::string kept;
  for (std::string line : split(message, '\n')) {
    if (line.starts_with("LOCATION:")) continue;
    for (std::size_t at = line.find(":  "); at != std::string::npos; at = line.find(":  ", at + 1)) {
      const std::string_view state = std::string_view(line).substr(at + 3, 5);
      if (!is_sqlstate(state) || std::string_view(line).substr(at + 8, 2) != ": ") continue;
      refusal.sqlstate = state;
      line.erase(at + 3, 7);
      break;
    }
    kept += line + '\n';
  }
  refusal.words = one_line(kept);
  return refusal;
}

std::string Refusal::hint() const {
  const std::string_view state = sqlstate;
  if (state.empty()) return hint_for_words(words);
  if (state == "28P01") return kCheckLogin;
  if (state.starts_with("28"))
    return "the server does not let this user in from this host: check the user in the source's url, and the server's "
           "pg_hba.conf, which may ask for TLS (sslmode=require) or a client certificate";
  if (state == "3D000") return kCheckDatabase;
  if (state == "42501") return "grant the login CONNECT on the database";
  if (state.starts_with("53")) return kNoConnectionLeft;
  if (state == "57P03") return kStarting;
  if (state == "08P01") return "a pooler before the server may not pass on every parameter: check options in the source's url";
  return "check the parameters of the source's url, options above all";
}

}  // namespace reportctl::source
