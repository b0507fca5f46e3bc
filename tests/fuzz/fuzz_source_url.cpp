// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "duckdb/duckdb_url.hpp"
#include "expect.hpp"
#include "reportctl/base/text.hpp"
#include "url.hpp"

using namespace reportctl;

namespace {

void check_server(const source::ServerUrl& url) {
  if (!url.problem.empty()) {
    EXPECT(!has_control(url.problem) && is_valid_utf8(url.problem));
    return;
  }
  for (const auto& [keyword, value] : url.parameters) {
    EXPECT(!value.empty() && value.find('\0') == std::string::npos);
    EXPECT(keyword != "password" && keyword != "passfile" && keyword != "service" && keyword != "options");
    EXPECT(url.find(keyword) != nullptr);
  }
}

}  // namespace

/// A url that is taken has no password and nothing that a library would take settings from; a problem never quotes it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_server(source::parse_postgres_url("postgresql://" + text));
  check_server(source::parse_mariadb_url("mysql://" + text));
  const auto local = source::parse_duckdb_url(text);
  if (!local.problem.empty()) {
    EXPECT(!has_control(local.problem) && is_valid_utf8(local.problem));
    return 0;
  }
  EXPECT(local.path.empty() ? local.parquet.starts_with('/') : local.path.starts_with('/'));
  for (const auto* value : {&local.path, &local.parquet, &local.memory_limit, &local.threads})
    EXPECT(value->find('\0') == std::string::npos);
  return 0;
}
