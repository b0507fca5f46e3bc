// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "mariadb/mariadb_link.hpp"

#include <poll.h>
#include <sys/socket.h>

#include "reportctl/base/process.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

constexpr int kLookMilliseconds = 100;
constexpr std::size_t kStack = 524288;  ///< of a call that waits: looking up a name and TLS need some
constexpr const char* kAuthorities = "/etc/ssl/certs";
/// Ways to log in that do not tell the password to whoever answers. With a server that proved itself, it may ask in its own
/// words.
constexpr const char* kSafeLogins =
    "mysql_native_password,client_ed25519,caching_sha2_password,sha256_password,auth_gssapi_client";

class OwnOptions {
 public:
  OwnOptions(MYSQL* handle, const ServerUrl& url, bool local) : handle_(handle), url_(url), local_(local) {}
  void set() {
    const auto& api = mariadb_api();
    const unsigned off = 0;
    const char on = 1;
    api.mysql_options(handle_, MYSQL_OPT_NONBLOCK, &kStack);
    api.mysql_options(handle_, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    api.mysql_options(handle_, MYSQL_OPT_LOCAL_INFILE, &off);  // a server may ask for any file
    const std::string* const mode = url_.find("sslmode");
    const bool verified = mode != nullptr && *mode == "verify-full";
    if (!local_ && !verified) api.mysql_options(handle_, MARIADB_OPT_RESTRICTED_AUTH, kSafeLogins);
    if (local_ || (mode != nullptr && *mode == "disable")) return;
    // ENFORCE is no more than a wish: with a server that has no TLS, the library goes on without. VERIFY insists.
    api.mysql_options(handle_, MYSQL_OPT_SSL_ENFORCE, &on);
    if (verified) {
      api.mysql_options(handle_, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on);
      if (url_.find("sslrootcert") == nullptr) api.mysql_options(handle_, MYSQL_OPT_SSL_CAPATH, kAuthorities);
    }
    give("sslrootcert", MYSQL_OPT_SSL_CA);
    give("sslcert", MYSQL_OPT_SSL_CERT);
    give("sslkey", MYSQL_OPT_SSL_KEY);
    give("sslcrl", MYSQL_OPT_SSL_CRL);
    api.mysql_options(handle_, MARIADB_OPT_TLS_PASSPHRASE, "none");  // OpenSSL would ask for one on the terminal, and wait
    const std::string* const least = url_.find("ssl_min_protocol_version");
    api.mysql_options(handle_, MARIADB_OPT_TLS_VERSION, least != nullptr && *least == "TLSv1.3" ? "TLSv1.3" : "TLSv1.2,TLSv1.3");
  }

 private:
  void give(const char* keyword, mysql_option option) {
    if (const std::string* const value = url_.find(keyword)) mariadb_api().mysql_options(handle_, option, value->c_str());
  }
  MYSQL* handle_;
  const ServerUrl& url_;
  bool local_;
};

}  // namespace

MariadbError MariadbLink::connect(const ServerUrl& url, const ServerPlace& place, const std::optional<Secret>& password) {
  const auto& api = mariadb_api();
  handle_.reset(api.mysql_init(nullptr));
  cut_ = false;
  if (handle_ == nullptr) return {CR_OUT_OF_MEMORY, "out of memory"};
  const bool local = place.host.starts_with('/');
  const auto port = static_cast<unsigned>(parse_integer(place.port).value_or(kMariadbPort));
  OwnOptions(get(), url, local).set();
  const std::string* const user = url.find("user");
  const std::string login = user == nullptr ? current_login() : *user;
  const std::string* const database = url.find("dbname");
  const char* const host = local ? nullptr : place.host.c_str();
  const char* const socket = local ? place.host.c_str() : nullptr;
  const std::string given = password ? password->reveal() : std::string();
  MYSQL* connected = nullptr;
  drive(
      [&] {
        return api.mysql_real_connect_start(&connected, get(), host, login.c_str(), given.c_str(),
                                            database == nullptr ? nullptr : database->c_str(), port, socket, 0);
      },
      [&](int ready) { return api.mysql_real_connect_cont(&connected, get(), ready); });
  if (connected == nullptr) return error();
  const std::string* const mode = url.find("sslmode");
  if (!local && mode != nullptr && (*mode == "require" || *mode == "verify-full") && !is_encrypted())
    return {CR_SSL_CONNECTION_ERROR, "the server does not offer TLS"};
  return {};
}

bool MariadbLink::is_encrypted() const { return mariadb_api().mysql_get_ssl_cipher(get()) != nullptr; }

MariadbError MariadbLink::error() const {
  const auto& api = mariadb_api();
  const char* const words = api.mysql_error(get());
  return {api.mysql_errno(get()), words == nullptr ? "" : words};
}

void MariadbLink::cut() noexcept {
  cut_ = true;
  if (handle_ == nullptr) return;
  const my_socket socket = mariadb_api().mysql_get_socket(get());
  if (socket >= 0) ::shutdown(socket, SHUT_RDWR);
}

void MariadbLink::close() noexcept {
  handle_.reset();
  cut_ = false;
}

int MariadbLink::wait(int events) {
  for (;;) {
    look_();
    short wanted = 0;
    if ((events & MYSQL_WAIT_READ) != 0) wanted |= POLLIN;
    if ((events & MYSQL_WAIT_WRITE) != 0) wanted |= POLLOUT;
    if ((events & MYSQL_WAIT_EXCEPT) != 0) wanted |= POLLPRI;
    pollfd poll_for{mariadb_api().mysql_get_socket(get()), wanted, 0};
    if (::poll(&poll_for, 1, kLookMilliseconds) <= 0) continue;
    int ready = 0;
    if ((poll_for.revents & (POLLIN | POLLHUP | POLLERR)) != 0) ready |= MYSQL_WAIT_READ;
    if ((poll_for.revents & (POLLOUT | POLLERR)) != 0) ready |= MYSQL_WAIT_WRITE;
    if ((poll_for.revents & POLLPRI) != 0) ready |= MYSQL_WAIT_EXCEPT;
    if (const int asked = ready & events; asked != 0) return asked;
    return events & ~MYSQL_WAIT_TIMEOUT;  // whatever happened, the library finds out
  }
}

MariadbLink::Texts MariadbLink::run(const std::string& sql) {
  const auto& api = mariadb_api();
  int failed = 0;
  drive([&] { return api.mysql_real_query_start(&failed, get(), sql.data(), sql.size()); },
        [&](int ready) { return api.mysql_real_query_cont(&failed, get(), ready); });
  if (failed != 0) return {};
  MYSQL_RES* stored = nullptr;
  drive([&] { return api.mysql_store_result_start(&stored, get()); },
        [&](int ready) { return api.mysql_store_result_cont(&stored, get(), ready); });
  const MariadbResult result(stored);
  Texts rows;
  if (result == nullptr) return rows;
  const unsigned columns = api.mysql_num_fields(result.get());
  while (const MYSQL_ROW row = api.mysql_fetch_row(result.get())) {
    const unsigned long* const lengths = api.mysql_fetch_lengths(result.get());
    std::vector<std::string> texts;
    for (unsigned i = 0; i < columns; ++i)
      texts.emplace_back(row[i] == nullptr ? "" : row[i], row[i] == nullptr ? 0 : lengths[i]);
    rows.push_back(std::move(texts));
  }
  return rows;
}

}  // namespace reportctl::source
