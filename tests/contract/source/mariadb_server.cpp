// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "mariadb_server.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "reportctl/base/lazy_library.hpp"
#include "server_process.hpp"

namespace reportctl::testing {
namespace {

namespace fs = std::filesystem;

struct Libmariadb : LazyLibrary {
  Libmariadb() : LazyLibrary(kMariadb) {}
  REPORTCTL_FUNCTION(mysql_close);
  REPORTCTL_FUNCTION(mysql_error);
  REPORTCTL_FUNCTION(mysql_fetch_row);
  REPORTCTL_FUNCTION(mysql_free_result);
  REPORTCTL_FUNCTION(mysql_init);
  REPORTCTL_FUNCTION(mysql_next_result);
  REPORTCTL_FUNCTION(mysql_num_fields);
  REPORTCTL_FUNCTION(mysql_query);
  REPORTCTL_FUNCTION(mysql_real_connect);
  REPORTCTL_FUNCTION(mysql_store_result);
};

const Libmariadb& libmariadb() {
  static const Libmariadb library;
  return library;
}

constexpr const char* kProgram = "/usr/sbin/mariadbd";
constexpr const char* kScripts = "/usr/share/mysql";

/// Clocks go forward on 29 March and back on 25 October, at 01:00 UTC.
constexpr const char* kZones =
    "INSERT INTO mysql.time_zone (Time_zone_id, Use_leap_seconds) VALUES (1, 'N'), (2, 'N');"
    "INSERT INTO mysql.time_zone_name VALUES ('Europe/Berlin', 1), ('UTC', 2);"
    "INSERT INTO mysql.time_zone_transition_type VALUES (1, 0, 3600, 0, 'CET'), (1, 1, 7200, 1, 'CEST'), (2, 0, 0, 0, 'UTC');"
    "INSERT INTO mysql.time_zone_transition VALUES (1, -2147483648, 0), (1, 1774746000, 1), (1, 1792890000, 0);"
    "FLUSH TABLES";

}  // namespace

MariadbServer* MariadbServer::shared() {
  static const std::unique_ptr<MariadbServer> kServer = [] {
    if (fs::exists(kProgram)) return std::make_unique<MariadbServer>();
    std::puts("skipped: MariaDB sources: the package mariadb-server-core is not installed");
    return std::unique_ptr<MariadbServer>();
  }();
  return kServer.get();
}

MariadbServer::MariadbServer() : port_(free_port()), owner_(nullptr, libmariadb().mysql_close) {
  folder_ = server_folder("reportctl-mariadb-XXXXXX", "mysql");
  const fs::path log = fs::path(folder_.string() + ".log");
  const std::vector<std::string> usual = {kProgram,
                                          "--no-defaults",
                                          "--datadir=" + folder_.string(),
                                          "--tmpdir=" + folder_.string(),  // at its start, a server clears the other's
                                          "--innodb-buffer-pool-size=24M",
                                          "--innodb-log-file-size=8M",
                                          "--innodb-data-file-path=ibdata1:4M:autoextend",
                                          "--innodb-flush-log-at-trx-commit=0",
                                          "--innodb-flush-method=nosync"};
  {
    const fs::path script = folder_.string() + ".sql";
    std::ofstream out(script);
    out << "CREATE DATABASE mysql;\nUSE mysql;\n";
    for (const char* part : {"mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql"})
      out << std::ifstream(fs::path(kScripts) / part).rdbuf();
    out.close();
    const int input = ::open(script.c_str(), O_RDONLY | O_CLOEXEC);
    auto words = usual;
    words.emplace_back("--bootstrap");
    int status = 0;
    const pid_t child = start_server("mysql", words, log, input);
    const bool done = ::waitpid(child, &status, 0) == child && status == 0;
    ::close(input);
    fs::remove(script);
    if (!done) throw std::runtime_error("the server makes no tables, see " + log.string());
  }
  auto words = usual;
  for (const std::string& more :
       {std::string("--bind-address=127.0.0.1"), "--port=" + std::to_string(port_), "--socket=" + (folder_ / "socket").string(),
        std::string("--skip-name-resolve"), std::string("--max-connections=50"), "--pid-file=" + (folder_ / "pid").string(),
        "--secure-file-priv=" + folder_.string()})
    words.push_back(more);
  server_ = start_server("mysql", words, log);
  const std::string socket = (folder_ / "socket").string();
  const auto& api = libmariadb();
  for (int tries = 0; tries < 600; ++tries) {
    owner_.reset(api.mysql_init(nullptr));
    if (api.mysql_real_connect(owner_.get(), nullptr, "root", "", nullptr, 0, socket.c_str(), CLIENT_MULTI_STATEMENTS) !=
        nullptr) {
      execute(
          "SET NAMES utf8mb4; SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES', time_zone = '+00:00', "
          "max_recursive_iterations = 4294967295");
      execute(kZones);
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  throw std::runtime_error("the server does not start, see " + log.string());
}

MariadbServer::~MariadbServer() {
  owner_.reset();
  if (server_ > 0) {
    ::kill(server_, SIGKILL);  // nothing of it is wanted any more
    ::waitpid(server_, nullptr, 0);
  }
  remove_server_folder(folder_);
}

std::string MariadbServer::url(const std::string& user, const std::string& database, const std::string& more) const {
  return "mysql://" + user + "@127.0.0.1:" + std::to_string(port_) + "/" + database + more;
}

std::string MariadbServer::execute(const std::string& sql) {
  const auto& api = libmariadb();
  const auto refused = [&]() -> std::runtime_error { return std::runtime_error(api.mysql_error(owner_.get()) + (": " + sql)); };
  if (api.mysql_query(owner_.get(), sql.c_str()) != 0) throw refused();
  std::string all;
  for (int next = 0; next == 0; next = api.mysql_next_result(owner_.get())) {
    if (MYSQL_RES* const result = api.mysql_store_result(owner_.get())) {
      while (const MYSQL_ROW row = api.mysql_fetch_row(result))
        for (unsigned i = 0; i < api.mysql_num_fields(result); ++i)
          all.append(all.empty() ? "" : " ").append(row[i] == nullptr ? "" : row[i]);
      api.mysql_free_result(result);
    }
    if (*api.mysql_error(owner_.get()) != '\0') throw refused();
  }
  if (*api.mysql_error(owner_.get()) != '\0') throw refused();
  return all;
}

}  // namespace reportctl::testing
