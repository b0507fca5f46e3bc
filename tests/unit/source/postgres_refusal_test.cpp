// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "postgres/postgres_refusal.hpp"

#include <doctest/doctest.h>

using namespace reportctl;

namespace {

std::string hint(std::string_view message) { return source::read_refusal(message).hint(); }
bool about(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a refused login is told by its SQLSTATE, in whatever language the server speaks") {
  const auto refusal = source::read_refusal(
      "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: Passwort-Authentifizierung für Benutzer »x« "
      "fehlgeschlagen\nLOCATION:  auth_failed, auth.c:338\n");
  CHECK(refusal.sqlstate == "28P01");
  CHECK(refusal.words ==
        "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  Passwort-Authentifizierung für Benutzer »x« "
        "fehlgeschlagen");
  const auto state = [](const std::string& code) { return hint("connection to server failed: FATAL:  " + code + ": なにか\n"); };
  CHECK(about(state("28P01"), "password_file"));
  CHECK(about(state("28000"), "pg_hba.conf"));
  CHECK(about(state("3D000"), "check the database"));
  CHECK(about(state("42501"), "CONNECT"));
  CHECK(about(state("53300"), "no connection left"));
  CHECK(about(state("57P03"), "starting"));
  CHECK(about(state("08P01"), "pooler"));
  CHECK(about(state("42704"), "options"));
}

TEST_CASE("a failure on the way is told by libpq's words") {
  const auto refusal = source::read_refusal(
      "connection to server at \"127.0.0.1\", port 1 failed: Connection refused\n\tIs the server running?\n");
  CHECK(refusal.sqlstate.empty());
  CHECK(about(refusal.hint(), "host and port"));
  CHECK(about(hint("connection to server at \"x\" failed: fe_sendauth: no password supplied\n"), "password_file"));
  CHECK(about(hint("could not load private key file \"/k\": bad decrypt\n"), "without a pass phrase"));
  CHECK(about(hint("connection failed: SSL error: certificate verify failed\n"), "sslrootcert"));
  CHECK(about(hint("connection failed: session is read-only\n"), "target_session_attrs"));
  CHECK(about(hint("could not translate host name \"db\" to address: Name or service not known\n"), "name server"));
}
