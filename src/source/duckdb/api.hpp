// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <string>

#include "reportctl/base/lazy_library.hpp"

// What is used of libduckdb's C interface, which Debian does not have: of version 1.2 and later.
extern "C" {

using duckdb_database = struct duckdb_database_handle*;
using duckdb_connection = struct duckdb_connection_handle*;
using duckdb_config = struct duckdb_config_handle*;
using duckdb_prepared_statement = struct duckdb_prepared_handle*;
using duckdb_extracted_statements = struct duckdb_extracted_handle*;
using duckdb_pending_result = struct duckdb_pending_handle*;
using duckdb_logical_type = struct duckdb_type_handle*;
using duckdb_data_chunk = struct duckdb_chunk_handle*;
using duckdb_vector = struct duckdb_vector_handle*;
using duckdb_value = struct duckdb_value_handle*;
using idx_t = std::uint64_t;

enum duckdb_state : int { duckdb_success = 0, duckdb_error = 1 };
enum duckdb_type : int {
  duckdb_invalid = 0,
  duckdb_boolean = 1,
  duckdb_tinyint,
  duckdb_smallint,
  duckdb_integer,
  duckdb_bigint,
  duckdb_utinyint,
  duckdb_usmallint,
  duckdb_uinteger,
  duckdb_ubigint,
  duckdb_float,
  duckdb_double,
  duckdb_timestamp,
  duckdb_date,
  duckdb_time,
  duckdb_interval,
  duckdb_hugeint,
  duckdb_varchar,
  duckdb_blob,
  duckdb_decimal,
  duckdb_timestamp_s,
  duckdb_timestamp_ms,
  duckdb_timestamp_ns,
  duckdb_enum,
  duckdb_uuid = 27,
  duckdb_time_tz = 30,
  duckdb_timestamp_tz = 31,
  duckdb_uhugeint = 32
};
constexpr int kDuckdbSelect = 1;  ///< of duckdb_statement_type

struct duckdb_result {
  idx_t unused_counts[3];
  void* unused[2];
  void* internal_data;
};

const char* duckdb_library_version();
void duckdb_free(void*);
duckdb_state duckdb_create_config(duckdb_config*);
duckdb_state duckdb_set_config(duckdb_config, const char* name, const char* value);
void duckdb_destroy_config(duckdb_config*);
duckdb_state duckdb_open_ext(const char* path, duckdb_database*, duckdb_config, char** error);
void duckdb_close(duckdb_database*);
duckdb_state duckdb_connect(duckdb_database, duckdb_connection*);
void duckdb_disconnect(duckdb_connection*);
void duckdb_interrupt(duckdb_connection);
duckdb_state duckdb_query(duckdb_connection, const char* sql, duckdb_result*);
idx_t duckdb_extract_statements(duckdb_connection, const char* sql, duckdb_extracted_statements*);
const char* duckdb_extract_statements_error(duckdb_extracted_statements);
void duckdb_destroy_extracted(duckdb_extracted_statements*);
duckdb_state duckdb_prepare_extracted_statement(duckdb_connection, duckdb_extracted_statements, idx_t,
                                                duckdb_prepared_statement*);
const char* duckdb_prepare_error(duckdb_prepared_statement);
void duckdb_destroy_prepare(duckdb_prepared_statement*);
idx_t duckdb_nparams(duckdb_prepared_statement);
int duckdb_prepared_statement_type(duckdb_prepared_statement);
idx_t duckdb_prepared_statement_column_count(duckdb_prepared_statement);
const char* duckdb_prepared_statement_column_name(duckdb_prepared_statement, idx_t);
duckdb_type duckdb_prepared_statement_column_type(duckdb_prepared_statement, idx_t);
duckdb_state duckdb_bind_null(duckdb_prepared_statement, idx_t);
duckdb_state duckdb_bind_int64(duckdb_prepared_statement, idx_t, std::int64_t);
duckdb_state duckdb_bind_varchar_length(duckdb_prepared_statement, idx_t, const char*, idx_t);
duckdb_state duckdb_bind_value(duckdb_prepared_statement, idx_t, duckdb_value);
duckdb_value duckdb_create_varchar_length(const char*, idx_t);
duckdb_value duckdb_create_list_value(duckdb_logical_type, duckdb_value*, idx_t);
void duckdb_destroy_value(duckdb_value*);
duckdb_logical_type duckdb_create_logical_type(duckdb_type);
void duckdb_destroy_logical_type(duckdb_logical_type*);
duckdb_state duckdb_pending_prepared_streaming(duckdb_prepared_statement, duckdb_pending_result*);
const char* duckdb_pending_error(duckdb_pending_result);
duckdb_state duckdb_execute_pending(duckdb_pending_result, duckdb_result*);
void duckdb_destroy_pending(duckdb_pending_result*);
const char* duckdb_result_error(duckdb_result*);
void duckdb_destroy_result(duckdb_result*);
idx_t duckdb_column_count(duckdb_result*);
const char* duckdb_column_name(duckdb_result*, idx_t);
duckdb_type duckdb_column_type(duckdb_result*, idx_t);
duckdb_logical_type duckdb_column_logical_type(duckdb_result*, idx_t);
std::uint8_t duckdb_decimal_scale(duckdb_logical_type);
duckdb_type duckdb_decimal_internal_type(duckdb_logical_type);
duckdb_type duckdb_enum_internal_type(duckdb_logical_type);
char* duckdb_enum_dictionary_value(duckdb_logical_type, idx_t);
std::uint32_t duckdb_enum_dictionary_size(duckdb_logical_type);
duckdb_data_chunk duckdb_fetch_chunk(duckdb_result);
void duckdb_destroy_data_chunk(duckdb_data_chunk*);
idx_t duckdb_data_chunk_get_size(duckdb_data_chunk);
duckdb_vector duckdb_data_chunk_get_vector(duckdb_data_chunk, idx_t);
void* duckdb_vector_get_data(duckdb_vector);
std::uint64_t* duckdb_vector_get_validity(duckdb_vector);

}  // extern "C"

namespace reportctl::source {

#define REPORTCTL_DUCKDB(name) decltype(&::duckdb_##name) name = function<decltype(&::duckdb_##name)>("duckdb_" #name)

/// libduckdb, opened on first use; never linked.
struct DuckdbApi : LazyLibrary {
  explicit DuckdbApi(const char* file) : LazyLibrary({file, ""}) {}
  REPORTCTL_DUCKDB(library_version);
  REPORTCTL_DUCKDB(free);
  REPORTCTL_DUCKDB(create_config);
  REPORTCTL_DUCKDB(set_config);
  REPORTCTL_DUCKDB(destroy_config);
  REPORTCTL_DUCKDB(open_ext);
  REPORTCTL_DUCKDB(close);
  REPORTCTL_DUCKDB(connect);
  REPORTCTL_DUCKDB(disconnect);
  REPORTCTL_DUCKDB(interrupt);
  REPORTCTL_DUCKDB(query);
  REPORTCTL_DUCKDB(extract_statements);
  REPORTCTL_DUCKDB(extract_statements_error);
  REPORTCTL_DUCKDB(destroy_extracted);
  REPORTCTL_DUCKDB(prepare_extracted_statement);
  REPORTCTL_DUCKDB(prepare_error);
  REPORTCTL_DUCKDB(destroy_prepare);
  REPORTCTL_DUCKDB(nparams);
  REPORTCTL_DUCKDB(prepared_statement_type);
  REPORTCTL_DUCKDB(prepared_statement_column_count);
  REPORTCTL_DUCKDB(prepared_statement_column_name);
  REPORTCTL_DUCKDB(prepared_statement_column_type);
  REPORTCTL_DUCKDB(bind_null);
  REPORTCTL_DUCKDB(bind_int64);
  REPORTCTL_DUCKDB(bind_varchar_length);
  REPORTCTL_DUCKDB(bind_value);
  REPORTCTL_DUCKDB(create_varchar_length);
  REPORTCTL_DUCKDB(create_list_value);
  REPORTCTL_DUCKDB(destroy_value);
  REPORTCTL_DUCKDB(create_logical_type);
  REPORTCTL_DUCKDB(destroy_logical_type);
  REPORTCTL_DUCKDB(pending_prepared_streaming);
  REPORTCTL_DUCKDB(pending_error);
  REPORTCTL_DUCKDB(execute_pending);
  REPORTCTL_DUCKDB(destroy_pending);
  REPORTCTL_DUCKDB(result_error);
  REPORTCTL_DUCKDB(destroy_result);
  REPORTCTL_DUCKDB(column_count);
  REPORTCTL_DUCKDB(column_name);
  REPORTCTL_DUCKDB(column_type);
  REPORTCTL_DUCKDB(column_logical_type);
  REPORTCTL_DUCKDB(decimal_scale);
  REPORTCTL_DUCKDB(decimal_internal_type);
  REPORTCTL_DUCKDB(enum_internal_type);
  REPORTCTL_DUCKDB(enum_dictionary_value);
  REPORTCTL_DUCKDB(enum_dictionary_size);
  REPORTCTL_DUCKDB(fetch_chunk);
  REPORTCTL_DUCKDB(destroy_data_chunk);
  REPORTCTL_DUCKDB(data_chunk_get_size);
  REPORTCTL_DUCKDB(data_chunk_get_vector);
  REPORTCTL_DUCKDB(vector_get_data);
  REPORTCTL_DUCKDB(vector_get_validity);
};
#undef REPORTCTL_DUCKDB

/// Opens the library; `file`: its path, or empty for the name by which the system finds it. Error(failed) when it is absent, or
/// lacks a function.
const DuckdbApi& duckdb_api(const std::string& file);

}  // namespace reportctl::source
