// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/images.hpp"

#include "connection.hpp"
#include "reportctl/base/base64.hpp"
#include "reportctl/base/hash.hpp"

namespace reportctl::store {

std::string keep_image(State& state, std::string_view bytes) {
  auto sha256 = sha256_hex(bytes);
  WriteTransaction transaction(state.connection());
  Query(state.connection(), R"sql(INSERT OR IGNORE INTO images (sha256, base64) VALUES (?, ?))sql")
      .bind(sha256, base64(bytes))
      .run();
  transaction.commit();
  return sha256;
}

std::optional<std::string> find_image(State& state, std::string_view sha256) {
  Query query(state.connection(), R"sql(SELECT base64 FROM images WHERE sha256 = ?)sql");
  if (!query.bind(sha256).next()) return std::nullopt;
  auto bytes = from_base64(query.text());
  if (!bytes || sha256_hex(*bytes) != sha256) return std::nullopt;
  return bytes;
}

}  // namespace reportctl::store
