// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "postgres/connection.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "postgres/words.hpp"
#include "reportctl/base/process.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{100};     ///< how often a wait looks whether it should go on
constexpr milliseconds kEnding{1000};  ///< what ending a statement early may take; then the connection is dropped
constexpr milliseconds kSoon{5};       ///< a statement that ends by itself within this is not cancelled
/// The server counts milliseconds in 32 bits; beyond it the client's deadline stands alone.
constexpr std::chrono::seconds kLongestTimeout{2'000'000};

/// While it lives the process has no PG… variables: a report reads what the configuration says, from a shell as from cron.
class WithoutPgEnvironment {
 public:
  WithoutPgEnvironment() {
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text = *entry;
      const std::size_t equals = text.find('=');
      if (text.starts_with("PG") && equals != std::string_view::npos)
        kept_.push_back({std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))});
    }
    for (const auto& [name, value] : kept_) ::unsetenv(name.c_str());
  }
  ~WithoutPgEnvironment() {
    for (const auto& [name, value] : kept_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  WithoutPgEnvironment(const WithoutPgEnvironment&) = delete;
  WithoutPgEnvironment& operator=(const WithoutPgEnvironment&) = delete;

 private:
  struct Variable {
    std::string name;
    std::string value;
  };
  std::vector<Variable> kept_;
};

/// What a helper thread and its waiter share; the thread may outlive the waiter.
struct CancelTask {
  std::mutex mutex;
  std::condition_variable done;
  bool sent = false;
};

/// PQcancel() connects and waits without a time limit: on a thread that is left behind when the server does not answer.
bool cancel_within(PGconn* connection, milliseconds limit) {
  PGcancel* const handle = pq().PQgetCancel(connection);
  if (handle == nullptr) return false;
  const auto task = std::make_shared<CancelTask>();
  std::thread([task, handle] {
    char words[256];
    const bool sent = pq().PQcancel(handle, words, sizeof words) != 0;
    pq().PQfreeCancel(handle);
    const std::lock_guard lock(task->mutex);
    task->sent = sent;
    task->done.notify_one();
  }).detach();
  std::unique_lock lock(task->mutex);
  return task->done.wait_for(lock, limit, [&] { return task->sent; });
}

}  // namespace

PostgresConnection::PostgresConnection(ServerSettings settings) : ServerConnection(std::move(settings)) { connect(); }

void PostgresConnection::connect() {
  const std::optional<Secret> password = read_secret(settings_.password);
  const WithoutPgEnvironment without;
  const auto [all, silent] = postgres_places(settings_.url, connect_timeout());
  // libpq's own wish for a standby where there is one needs to know all servers: they are gone through twice.
  const std::string* const wish = settings_.url.find("target_session_attrs");
  const bool twice = wish != nullptr && *wish == "prefer-standby" && all.size() > 1;
  Refusal refusal{{}, silent};
  for (const char* session : twice ? std::vector<const char*>{"standby", "any"} : std::vector<const char*>{nullptr}) {
    std::string words = silent;
    for (PostgresPlace place : all) {
      if (session != nullptr) place.push_back({"target_session_attrs", session});
      connect_to(place, password);
      auto refused = connect_and_wait();
      if (!refused) return;
      connection_.reset();
      words += (words.empty() ? "" : "; ") + refused->words;
      refusal = std::move(*refused);
      // A server that has answered no has said what the others would say, unless it is only starting.
      if (!refusal.sqlstate.empty() && refusal.sqlstate != "57P03") break;
    }
    refusal.words = words;
  }
  fail(fmt::format("cannot connect: {}", refusal.words), refusal.hint());
}

void PostgresConnection::connect_to(const PostgresPlace& place, const std::optional<Secret>& password) {
  connection_.reset();
  running_ = false;
  // After the user's own, what a url may not say. libpq would read ~/.pgpass: this path cannot exist.
  std::vector<const char*> keywords = {"passfile", "client_encoding", "user", "host", "port", "application_name"};
  const std::string login = current_login();
  std::vector<const char*> values = {"/dev/null/none", "UTF8", login.c_str(), "/var/run/postgresql", "5432", "reportctl"};
  const auto add = [&](const std::string& keyword, const std::string& value) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  };
  for (const auto& [keyword, value] : settings_.url.parameters)
    if (keyword != "host" && keyword != "hostaddr" && keyword != "port") add(keyword, value);
  for (const auto& [keyword, value] : place) add(keyword, value);
  const std::string password_keyword = "password";
  if (password) add(password_keyword, password->reveal());
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  // OpenSSL would ask for a key's pass phrase on the terminal, and wait.
  pq().PQsetSSLKeyPassHook_OpenSSL([](char*, int, PGconn*) { return 0; });
  connection_.reset(pq().PQconnectStartParams(keywords.data(), values.data(), 0));
  if (connection_ == nullptr) fail("out of memory");
}

std::optional<Refusal> PostgresConnection::connect_and_wait() {
  PGconn* const connection = connection_.get();
  const auto refusal = [&] { return read_refusal(pq().PQerrorMessage(connection)); };
  if (pq().PQstatus(connection) == CONNECTION_BAD) return refusal();
  pq().PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
  pq().PQsetNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);  // libpq would print them
  const auto until = Clock::now() + connect_timeout();
  for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK; state = pq().PQconnectPoll(connection)) {
    if (state == PGRES_POLLING_FAILED) return refusal();
    const short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    for (bool ready = false; !ready;) {
      throw_if_stopped();
      if (Clock::now() >= until) return Refusal{{}, "the server does not answer"};
      pollfd poll_for{pq().PQsocket(connection), events, 0};
      ready = ::poll(&poll_for, 1, static_cast<int>(kLook.count())) > 0;
    }
  }
  pq().PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
  pq().PQsetnonblocking(connection, 1);
  return std::nullopt;
}

bool PostgresConnection::is_open() const { return connection_ != nullptr && pq().PQstatus(connection_.get()) == CONNECTION_OK; }

void PostgresConnection::start_transaction() {
  // One message, one answer, unless the url has settings. What a role or a database may have set otherwise is set here; all of it
  // ends with the transaction. A wait for a lock ends before the statement would, so that it can be told from a slow query. In
  // SQL_ASCII the server checks what it sends as UTF8 and does not say where it failed: as it is, the reader of the rows does.
  const char* const encoding = pq().PQparameterStatus(connection_.get(), "server_encoding");
  const bool unchecked = encoding != nullptr && std::string_view(encoding) == "SQL_ASCII";
  const std::int64_t limit = std::clamp<std::int64_t>(settings_.timeout.count(), 0, kLongestTimeout.count()) * 1000;
  std::string begin = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;";
  const auto send = [&](const std::string& sql) {
    send_all(pq().PQsendQuery(connection_.get(), sql.c_str()));
    only_result();
  };
  // Those of the url, before our own. Not when connecting: a pooler gives every transaction another connection, and refuses them.
  if (!settings_.url.settings.empty()) {
    send(begin);
    begin.clear();
    for (const auto& [name, value] : settings_.url.settings) set(name, value);
  }
  send(fmt::format(
      "{}SET LOCAL statement_timeout = {};SET LOCAL lock_timeout = {};SET LOCAL client_encoding = '{}';SET LOCAL TimeZone = "
      "'UTC';SET LOCAL DateStyle = 'ISO, YMD';"
      "SET LOCAL extra_float_digits = 1;SET LOCAL standard_conforming_strings = on;SET LOCAL bytea_output = 'hex'",
      begin, limit, limit / 10 * 9, unchecked ? "SQL_ASCII" : "UTF8"));
}

void PostgresConnection::set(const std::string& name, const std::string& value) try {
  run("SELECT pg_catalog.set_config($1, $2, true)", {name.c_str(), value.c_str()});
} catch (const Error& error) {
  if (error.kind() != ErrorKind::source || !is_open()) throw;
  fail(fmt::format("the server does not take the setting {} that the url's options give", visible(name)),
       "check its name and its value; some settings only the server's administrator may change");
}

void PostgresConnection::end() noexcept {
  in_use_ = false;
  if (connection_ == nullptr) return;
  try {
    cancelled_ = false;
    if (running_) drain(kSoon);
    const bool cancels = running_;
    if (cancels && !cancel()) return connection_.reset();
    // A cancel that found nothing to end may still be on its way and would hit the next statement.
    if (!drain(kEnding) || (cancels && !cancelled_)) return connection_.reset();
    if (pq().PQsendQuery(connection_.get(), "ROLLBACK") == 0) return connection_.reset();
    if (!drain(kEnding)) connection_.reset();
  } catch (...) {
    connection_.reset();
  }
}

bool PostgresConnection::cancel() noexcept {
  try {
    return cancel_within(connection_.get(), kEnding);
  } catch (...) {  // no thread to be had
    return false;
  }
}

/// Throws away what still comes, stop request or not, as long as it comes soon.
bool PostgresConnection::drain(milliseconds limit) noexcept {
  PGconn* const connection = connection_.get();
  const auto until = Clock::now() + limit;
  while (Clock::now() < until) {
    if (pq().PQflush(connection) < 0) return false;
    if (pq().PQisBusy(connection) == 0) {
      const PqResult result(pq().PQgetResult(connection));
      if (result == nullptr) {
        running_ = false;
        return pq().PQstatus(connection) == CONNECTION_OK;
      }
      cancelled_ |= sqlstate_of(result.get()) == kQueryCanceled;
      continue;
    }
    pollfd poll_for{pq().PQsocket(connection), POLLIN, 0};
    ::poll(&poll_for, 1, static_cast<int>(std::min(limit, kLook).count()));
    if (pq().PQconsumeInput(connection) == 0) return false;
  }
  return false;
}

PqResult PostgresConnection::prepare(const std::string& sql) {
  sql_ = sql;
  send_all(pq().PQsendPrepare(connection_.get(), "", sql.c_str(), 0, nullptr));
  only_result();
  send_all(pq().PQsendDescribePrepared(connection_.get(), ""));
  return only_result();
}

void PostgresConnection::execute(const std::vector<const char*>& values) {
  send_all(pq().PQsendQueryPrepared(connection_.get(), "", static_cast<int>(values.size()), values.data(), nullptr, nullptr, 0));
  pq().PQsetSingleRowMode(connection_.get());
}

PqResult PostgresConnection::run(const std::string& sql, const std::vector<const char*>& values) {
  send_all(pq().PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                                  nullptr, nullptr, 0));
  return only_result();
}

void PostgresConnection::send_all(int accepted) {
  if (accepted == 0) fail_lost();
  running_ = true;
  sent_ = Clock::now();
  silence_.begin();
  for (int left = pq().PQflush(connection_.get()); left != 0; left = pq().PQflush(connection_.get())) {
    if (left < 0) fail_lost();
    wait(POLLIN | POLLOUT);
    if (pq().PQconsumeInput(connection_.get()) == 0) fail_lost();
  }
}

void PostgresConnection::wait(short events) {
  if (Clock::now() >= deadline_) fail_late();
  look();
  pollfd poll_for{pq().PQsocket(connection_.get()), events, 0};
  if (::poll(&poll_for, 1, static_cast<int>(kLook.count())) > 0 && (poll_for.revents & POLLIN) != 0) last_heard_ = Clock::now();
}

PqResult PostgresConnection::receive() {
  PGconn* const connection = connection_.get();
  while (pq().PQisBusy(connection) != 0) {
    wait(POLLIN);
    if (pq().PQconsumeInput(connection) == 0) break;  // what the server said last is in the result that comes now
  }
  return PqResult(pq().PQgetResult(connection));
}

PqResult PostgresConnection::next_result() {
  PqResult result = receive();
  if (result == nullptr) fail_lost();
  return checked(std::move(result));
}

PqResult PostgresConnection::checked(PqResult result) {
  switch (pq().PQresultStatus(result.get())) {
    case PGRES_SINGLE_TUPLE:
      silence_.row();
      return result;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      running_ = false;
      return result;
    default:
      fail(result.get());
  }
}

/// Of a statement that gives one answer, or of several of which only the failure matters.
PqResult PostgresConnection::only_result() {
  PqResult last = next_result();
  while (PqResult next = receive()) last = checked(std::move(next));
  return last;
}

void PostgresConnection::finish_results() {
  while (PqResult next = receive()) checked(std::move(next));
}

void PostgresConnection::fail_lost() {
  throw_if_stopped();
  const std::string words = pq().PQerrorMessage(connection_.get());
  connection_.reset();
  running_ = false;
  ServerConnection::fail_lost(words.substr(0, words.find('\n')));  // guesses at the reason follow
}

void PostgresConnection::fail_late() {
  // A server that is there has ended the statement by now.
  if (const auto end = sent_ + settings_.timeout; Clock::now() > end && last_heard_ < end)
    fail("the server has stopped answering", "see whether it runs, and whether a firewall between cuts long connections");
  settings_.fail_late();
}

bool PostgresConnection::is_superuser() const {
  const char* const said = connection_ ? pq().PQparameterStatus(connection_.get(), "is_superuser") : nullptr;
  return said != nullptr && std::string_view(said) == "on";
}

void PostgresConnection::fail(const PGresult* result) {
  throw_if_stopped();
  const std::string_view state = sqlstate_of(result);
  if (state.empty()) fail_lost();  // libpq's own error: the connection
  if (state == kQueryCanceled && past_timeout()) fail_late();
  const Problem problem = server_problem(result, {settings_.name, sql_});
  running_ = false;
  if (is_of_another_server(result))
    fail(fmt::format("a server behind the source's own cannot be reached: {}", problem.what),
         "the source's server asks others (foreign tables): see whether they run, and its log");
  if (!ends_connection(state)) fail(problem);
  connection_.reset();
  ServerConnection::fail_lost(problem.what);
}

}  // namespace reportctl::source
