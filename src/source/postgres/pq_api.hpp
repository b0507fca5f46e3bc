// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

// libpq is opened on first use (base/lazy_library.hpp).
#include <libpq-fe.h>

#include <memory>

#include "reportctl/base/lazy_library.hpp"

namespace reportctl::source {

struct Pq : LazyLibrary {
  Pq() : LazyLibrary(kPq) {}
  REPORTCTL_FUNCTION(PQcancel);
  REPORTCTL_FUNCTION(PQclear);
  REPORTCTL_FUNCTION(PQconnectPoll);
  REPORTCTL_FUNCTION(PQconnectStartParams);
  REPORTCTL_FUNCTION(PQconsumeInput);
  REPORTCTL_FUNCTION(PQerrorMessage);
  REPORTCTL_FUNCTION(PQfinish);
  REPORTCTL_FUNCTION(PQflush);
  REPORTCTL_FUNCTION(PQfname);
  REPORTCTL_FUNCTION(PQfreeCancel);
  REPORTCTL_FUNCTION(PQftype);
  REPORTCTL_FUNCTION(PQgetCancel);
  REPORTCTL_FUNCTION(PQgetResult);
  REPORTCTL_FUNCTION(PQgetisnull);
  REPORTCTL_FUNCTION(PQgetlength);
  REPORTCTL_FUNCTION(PQgetvalue);
  REPORTCTL_FUNCTION(PQisBusy);
  REPORTCTL_FUNCTION(PQnfields);
  REPORTCTL_FUNCTION(PQntuples);
  REPORTCTL_FUNCTION(PQparameterStatus);
  REPORTCTL_FUNCTION(PQresultErrorField);
  REPORTCTL_FUNCTION(PQresultStatus);
  REPORTCTL_FUNCTION(PQsendDescribePrepared);
  REPORTCTL_FUNCTION(PQsendPrepare);
  REPORTCTL_FUNCTION(PQsendQuery);
  REPORTCTL_FUNCTION(PQsendQueryParams);
  REPORTCTL_FUNCTION(PQsendQueryPrepared);
  REPORTCTL_FUNCTION(PQsetErrorVerbosity);
  REPORTCTL_FUNCTION(PQsetNoticeProcessor);
  REPORTCTL_FUNCTION(PQsetSSLKeyPassHook_OpenSSL);
  REPORTCTL_FUNCTION(PQsetSingleRowMode);
  REPORTCTL_FUNCTION(PQsetnonblocking);
  REPORTCTL_FUNCTION(PQsocket);
  REPORTCTL_FUNCTION(PQstatus);
};

/// Opens libpq. Error(failed) when it is absent.
const Pq& pq();

struct ClearResult {
  void operator()(PGresult* result) const { pq().PQclear(result); }
};
using PqResult = std::unique_ptr<PGresult, ClearResult>;

struct FinishConnection {
  void operator()(PGconn* connection) const { pq().PQfinish(connection); }
};

}  // namespace reportctl::source
