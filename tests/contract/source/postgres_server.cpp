// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "postgres_server.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

#include "reportctl/base/lazy_library.hpp"
#include "server_process.hpp"

namespace reportctl::testing {
namespace {

namespace fs = std::filesystem;

struct Libpq : LazyLibrary {
  Libpq() : LazyLibrary(kPq) {}
  REPORTCTL_FUNCTION(PQclear);
  REPORTCTL_FUNCTION(PQconnectdb);
  REPORTCTL_FUNCTION(PQexec);
  REPORTCTL_FUNCTION(PQfinish);
  REPORTCTL_FUNCTION(PQgetvalue);
  REPORTCTL_FUNCTION(PQnfields);
  REPORTCTL_FUNCTION(PQntuples);
  REPORTCTL_FUNCTION(PQresultErrorMessage);
  REPORTCTL_FUNCTION(PQresultStatus);
  REPORTCTL_FUNCTION(PQsetNoticeProcessor);
  REPORTCTL_FUNCTION(PQstatus);
};

const Libpq& libpq() {
  static const Libpq library;
  return library;
}

fs::path programs() {
  std::error_code ignored;
  fs::path newest;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored))
    if (fs::exists(entry.path() / "bin" / "initdb") && entry.path() > newest) newest = entry.path();
  return newest.empty() ? newest : newest / "bin";
}

}  // namespace

void FinishOwner::operator()(PGconn* connection) const { libpq().PQfinish(connection); }

bool PostgresServer::installed() { return !programs().empty(); }

PostgresServer* PostgresServer::shared() {
  static const std::unique_ptr<PostgresServer> kServer = [] {
    if (installed()) return std::make_unique<PostgresServer>();
    std::puts("skipped: PostgreSQL sources: the package postgresql is not installed");
    return std::unique_ptr<PostgresServer>();
  }();
  return kServer.get();
}

PostgresServer::PostgresServer() : port_(free_port()) {
  folder_ = server_folder("reportctl-pg-XXXXXX", "postgres");
  const std::string data = (folder_ / "data").string();
  const fs::path log = fs::path(folder_.string() + ".log");
  int status = 0;
  const pid_t init = start_server(
      "postgres", {programs() / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"}, log);
  if (::waitpid(init, &status, 0) != init || status != 0) throw std::runtime_error("initdb failed, see " + log.string());
  server_ = start_server("postgres",
                         {programs() / "postgres",
                          "-D",
                          data,
                          "-k",
                          folder_,
                          "-h",
                          "127.0.0.1",
                          "-p",
                          std::to_string(port_),
                          "-c",
                          "fsync=off",
                          "-c",
                          "full_page_writes=off",
                          "-c",
                          "shared_buffers=16MB",
                          "-c",
                          "max_connections=50",
                          "-c",
                          "wal_level=minimal",
                          "-c",
                          "max_wal_senders=0"},
                         log);
  const std::string place = "host=" + folder_.string() + " port=" + std::to_string(port_) + " user=postgres dbname=postgres";
  for (int tries = 0; tries < 600; ++tries) {
    owner_.reset(libpq().PQconnectdb(place.c_str()));
    if (libpq().PQstatus(owner_.get()) == CONNECTION_OK) {
      libpq().PQsetNoticeProcessor(
          owner_.get(), [](void*, const char*) {}, nullptr);
      fs::remove(log);
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  throw std::runtime_error("the server does not start, see " + log.string());
}

PostgresServer::~PostgresServer() {
  owner_.reset();
  if (server_ > 0) {
    ::kill(server_, SIGQUIT);
    ::waitpid(server_, nullptr, 0);
  }
  remove_server_folder(folder_);
}

std::string PostgresServer::url(const std::string& user, const std::string& more) const {
  return "postgresql://" + user + "@127.0.0.1:" + std::to_string(port_) + "/postgres" + more;
}

std::string PostgresServer::execute(const std::string& sql) {
  const std::unique_ptr<PGresult, decltype(&::PQclear)> result(libpq().PQexec(owner_.get(), sql.c_str()), libpq().PQclear);
  const ExecStatusType status = libpq().PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    throw std::runtime_error(libpq().PQresultErrorMessage(result.get()) + sql);
  std::string all;
  for (int row = 0; row < libpq().PQntuples(result.get()); ++row)
    for (int column = 0; column < libpq().PQnfields(result.get()); ++column)
      all.append(all.empty() ? "" : " ").append(libpq().PQgetvalue(result.get(), row, column));
  return all;
}

}  // namespace reportctl::testing
