// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string_view>

#include "columns.hpp"
#include "mariadb/mariadb_link.hpp"

namespace reportctl::source {

/// A node of Galera that is not part of its cluster, and answers no query.
constexpr unsigned kOutsideCluster = ER_UNKNOWN_COM_ERROR;
constexpr const char* kOutsideClusterWords = "the server is not part of its cluster";
constexpr const char* kUseOtherNode = "name another node of the cluster in the source's url, or run the report again later";

/// Why a server does not let a reader in, as a hint.
const char* refusal_hint(unsigned code);
/// True of an answer of the server, which another one of the url would give, too.
bool is_answer(unsigned code);

/// True of the end of the connection.
bool is_lost(unsigned code);
/// True where the server ended the statement at its time limit.
bool is_timeout(unsigned code);
/// What the server's error means to an operator. Its own words are passed on only where they speak about the schema, the rights
/// or the server, because elsewhere they may quote a value.
Problem mariadb_problem(std::string_view source, const MariadbError&);
/// Of what the server only warns of, and any other database refuses: a value that was cut, or became 0 or null. nullopt: it does
/// no harm.
std::optional<Problem> warned_problem(unsigned code);

}  // namespace reportctl::source
