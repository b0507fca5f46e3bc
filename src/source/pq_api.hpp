// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

// libpq is not linked but opened on first use (base/lazy_library.hpp): every function of it that this room calls is listed here.
#include <libpq-fe.h>

#include <memory>

namespace reportctl::source {

#define REPORTCTL_PQ_FUNCTIONS(X) \
  X(PQcancel)                     \
  X(PQclear)                      \
  X(PQconnectPoll)                \
  X(PQconnectStartParams)         \
  X(PQconsumeInput)               \
  X(PQerrorMessage)               \
  X(PQfinish)                     \
  X(PQflush)                      \
  X(PQfname)                      \
  X(PQfreeCancel)                 \
  X(PQftype)                      \
  X(PQgetCancel)                  \
  X(PQgetResult)                  \
  X(PQgetisnull)                  \
  X(PQgetlength)                  \
  X(PQgetvalue)                   \
  X(PQisBusy)                     \
  X(PQnfields)                    \
  X(PQntuples)                    \
  X(PQresultErrorField)           \
  X(PQresultStatus)               \
  X(PQsendDescribePrepared)       \
  X(PQsendPrepare)                \
  X(PQsendQuery)                  \
  X(PQsendQueryParams)            \
  X(PQsendQueryPrepared)          \
  X(PQsetNoticeProcessor)         \
  X(PQsetSingleRowMode)           \
  X(PQsetnonblocking)             \
  X(PQsocket)                     \
  X(PQstatus)

#define REPORTCTL_MEMBER(name) decltype(&::name) name = nullptr;
struct Pq {
  REPORTCTL_PQ_FUNCTIONS(REPORTCTL_MEMBER)
};
#undef REPORTCTL_MEMBER

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
