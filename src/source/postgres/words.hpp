// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

#include "columns.hpp"
#include "foreign_type.hpp"
#include "postgres/pq_api.hpp"
#include "refused_by_query.hpp"

namespace reportctl::source {

constexpr std::string_view kQueryCanceled = "57014";
/// Empty for a result that is no error.
std::string_view sqlstate_of(const PGresult*);
/// What the server's error means to an operator. The server's own words are passed on only where they speak about the schema, the
/// rights or the server, because elsewhere they may quote a value.
struct FailedStatement {
  std::string_view source;  ///< its name in the configuration
  std::string_view sql;
};
Problem server_problem(const PGresult*, const FailedStatement&);
/// True when the server closes the connection after this error.
bool ends_connection(std::string_view sqlstate);
/// True of a failure to reach a server that the source's server asks in its turn: our own connection still stands.
bool is_of_another_server(const PGresult*);

ForeignType foreign_type(Oid);

}  // namespace reportctl::source
