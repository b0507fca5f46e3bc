// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "clickhouse_server.hpp"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>

#include "reportctl/base/base64.hpp"
#include "reportctl/http/client.hpp"
#include "reportctl/http/uri.hpp"
#include "server_process.hpp"

namespace reportctl::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPython = "/usr/bin/python3";
constexpr const char* kSupport = REPORTCTL_ROOT "/tests/support/";
constexpr const char* kLogins = R"json({
  "owner": {"settings": {"default_table_engine": "MergeTree", "create_table_empty_primary_key_by_default": 1, "mutations_sync": 2,
                         "lightweight_deletes_sync": 2, "data_type_default_nullable": 1, "max_recursive_cte_evaluation_depth": 4294967295}},
  "reports": {"settings": {"readonly": 2}},
  "writer": {},
  "strict": {"settings": {"readonly": 1}},
  "secret": {"password": "correct-horse"},
  "limited": {"settings": {"max_result_rows": 2, "result_overflow_mode": "break", "max_block_size": 1}},
  "loose": {"settings": {"join_use_nulls": 0, "limit": 1, "transform_null_in": 1, "prefer_column_name_to_alias": 0, "join_default_strictness": "ANY",
                         "count_distinct_implementation": "uniq", "aggregate_functions_null_for_empty": 0, "session_timezone": "Asia/Tokyo",
                         "additional_result_filter": "n <> 2"}},
  "old": {"front": {"untagged": true}},
  "cut": {"front": {"cut": 200000}},
  "old_cut": {"front": {"untagged": true, "cut": 200000}},
  "endless": {"front": {"endless": true}},
  "restarted": {"front": {"dead": 1}}
})json";

std::string engine() {
  std::string found;
  if (std::FILE* const answer = ::popen((std::string(kPython) + " " + kSupport + "clickhouse.py library").c_str(), "r")) {
    std::array<char, 4096> line{};
    if (std::fgets(line.data(), line.size(), answer) != nullptr) found = line.data();
    ::pclose(answer);
  }
  while (found.ends_with('\n')) found.pop_back();
  return found;
}

}  // namespace

ClickhouseServer* ClickhouseServer::shared() {
  static const std::unique_ptr<ClickhouseServer> kServer = [] {
    if (!engine().empty()) return std::make_unique<ClickhouseServer>();
    std::puts("skipped: ClickHouse sources: the engine's library cannot be had");
    return std::unique_ptr<ClickhouseServer>();
  }();
  return kServer.get();
}

ClickhouseServer::ClickhouseServer() : port_(free_port()) {
  // The engine is not of a server that gives up the rights of root: it lies in the cache of whoever tests.
  std::string name = (fs::temp_directory_path() / "reportctl-clickhouse-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  folder_ = name;
  const fs::path log = folder_.string() + ".log";
  server_ = start_server(nullptr,
                         {kPython, std::string(kSupport) + "clickhouse_server.py", engine(), (folder_ / "data").string(),
                          std::to_string(port_), kLogins},
                         log);
  for (int tries = 0; tries < 600; ++tries) {
    try {
      if (execute("default", "SELECT 1") == "1\n") return;
    } catch (const std::runtime_error&) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  throw std::runtime_error("the server does not start, see " + log.string());
}

ClickhouseServer::~ClickhouseServer() {
  if (server_ > 0) {
    ::kill(server_, SIGKILL);  // nothing of it is wanted any more
    ::waitpid(server_, nullptr, 0);
  }
  remove_server_folder(folder_);
}

std::string ClickhouseServer::url(const std::string& user, const std::string& database, const std::string& more) const {
  return "clickhouse+http://" + user + "@127.0.0.1:" + std::to_string(port_) + "/" + database + more;
}

std::string ClickhouseServer::execute(const std::string& database, const std::string& sql) const {
  http::Client client({});
  http::Request request{.method = "POST",
                        .url = "http://127.0.0.1:" + std::to_string(port_) + "/?" +
                               http::encoded_query({{"database", database}, {"wait_end_of_query", "1"}})};
  request.headers["authorization"] = "Basic " + base64("owner:");
  request.body.text = sql;
  const http::Answer answer = client.perform(request);
  if (answer.status != 200) throw std::runtime_error(answer.text + answer.words + ": " + sql.substr(0, 300));
  return answer.text;
}

}  // namespace reportctl::testing
