// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

// libmariadb is opened on first use (base/lazy_library.hpp).
#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>

#include <memory>

#include "reportctl/base/lazy_library.hpp"

namespace reportctl::source {

struct MariadbApi : LazyLibrary {
  MariadbApi() : LazyLibrary(kMariadb) {}
  REPORTCTL_FUNCTION(mysql_close);
  REPORTCTL_FUNCTION(mysql_errno);
  REPORTCTL_FUNCTION(mysql_error);
  REPORTCTL_FUNCTION(mysql_fetch_fields);
  REPORTCTL_FUNCTION(mysql_fetch_lengths);
  REPORTCTL_FUNCTION(mysql_fetch_row);
  REPORTCTL_FUNCTION(mysql_free_result);
  REPORTCTL_FUNCTION(mysql_get_server_info);
  REPORTCTL_FUNCTION(mysql_get_socket);
  REPORTCTL_FUNCTION(mysql_get_ssl_cipher);
  REPORTCTL_FUNCTION(mysql_init);
  REPORTCTL_FUNCTION(mysql_num_fields);
  REPORTCTL_FUNCTION(mysql_options);
  REPORTCTL_FUNCTION(mysql_real_connect_cont);
  REPORTCTL_FUNCTION(mysql_real_connect_start);
  REPORTCTL_FUNCTION(mysql_real_query_cont);
  REPORTCTL_FUNCTION(mysql_real_query_start);
  REPORTCTL_FUNCTION(mysql_stmt_bind_param);
  REPORTCTL_FUNCTION(mysql_stmt_bind_result);
  REPORTCTL_FUNCTION(mysql_stmt_close);
  REPORTCTL_FUNCTION(mysql_stmt_errno);
  REPORTCTL_FUNCTION(mysql_stmt_error);
  REPORTCTL_FUNCTION(mysql_stmt_execute_cont);
  REPORTCTL_FUNCTION(mysql_stmt_execute_start);
  REPORTCTL_FUNCTION(mysql_stmt_fetch_column);
  REPORTCTL_FUNCTION(mysql_stmt_fetch_cont);
  REPORTCTL_FUNCTION(mysql_stmt_fetch_start);
  REPORTCTL_FUNCTION(mysql_stmt_init);
  REPORTCTL_FUNCTION(mysql_stmt_param_count);
  REPORTCTL_FUNCTION(mysql_stmt_prepare_cont);
  REPORTCTL_FUNCTION(mysql_stmt_prepare_start);
  REPORTCTL_FUNCTION(mysql_stmt_result_metadata);
  REPORTCTL_FUNCTION(mysql_store_result_cont);
  REPORTCTL_FUNCTION(mysql_store_result_start);
  REPORTCTL_FUNCTION(mysql_thread_id);
};

/// Opens libmariadb. Error(failed) when it is absent.
const MariadbApi& mariadb_api();

struct CloseMariadb {
  void operator()(MYSQL* connection) const { mariadb_api().mysql_close(connection); }
};
struct FreeMariadbResult {
  void operator()(MYSQL_RES* result) const { mariadb_api().mysql_free_result(result); }
};
using MariadbResult = std::unique_ptr<MYSQL_RES, FreeMariadbResult>;

}  // namespace reportctl::source
