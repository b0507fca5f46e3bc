// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#define CURL_DISABLE_TYPECHECK  // its macros would hide the functions
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "reportctl/base/error.hpp"
#include "reportctl/base/lazy_library.hpp"

namespace reportctl::http {

/// What is used of libcurl.
struct Curl : LazyLibrary {
  Curl();
  REPORTCTL_FUNCTION(curl_easy_cleanup);
  REPORTCTL_FUNCTION(curl_easy_getinfo);
  REPORTCTL_FUNCTION(curl_easy_init);
  REPORTCTL_FUNCTION(curl_easy_perform);
  REPORTCTL_FUNCTION(curl_easy_recv);
  REPORTCTL_FUNCTION(curl_easy_reset);
  REPORTCTL_FUNCTION(curl_easy_send);
  REPORTCTL_FUNCTION(curl_easy_setopt);
  REPORTCTL_FUNCTION(curl_easy_strerror);
  REPORTCTL_FUNCTION(curl_global_init);
  REPORTCTL_FUNCTION(curl_multi_add_handle);
  REPORTCTL_FUNCTION(curl_multi_cleanup);
  REPORTCTL_FUNCTION(curl_multi_info_read);
  REPORTCTL_FUNCTION(curl_multi_init);
  REPORTCTL_FUNCTION(curl_multi_perform);
  REPORTCTL_FUNCTION(curl_multi_poll);
  REPORTCTL_FUNCTION(curl_multi_remove_handle);
  REPORTCTL_FUNCTION(curl_slist_append);
  REPORTCTL_FUNCTION(curl_slist_free_all);
};
/// Opens libcurl and starts it once. Error(failed) when it is absent.
const Curl& curl();

/// Lines for libcurl: headers, recipients.
class Lines {
 public:
  void add(const std::string& line);
  [[nodiscard]] curl_slist* get() const { return list_.get(); }

 private:
  struct Deleter {
    void operator()(curl_slist* list) const { curl().curl_slist_free_all(list); }
  };
  std::unique_ptr<curl_slist, Deleter> list_;
};

struct ConnectionSettings {
  std::filesystem::path ca_file;  ///< the only authorities that are trusted; empty: the system's
  std::chrono::seconds connect_timeout{30};
};

/// Asked several times a second with the bytes that were sent; false ends the transfer. It throws nothing.
using GoesOn = std::function<bool(curl_off_t sent)>;

/// A connection by the rules that hold whatever is spoken on it: TLS 1.2 or later, a certificate that is valid for that host, no
/// proxy, no ~/.netrc, no signals.
class Handle {
 public:
  Handle();
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  /// Sets what all have in common, and forgets every other option; an open connection is kept. Comes before the first perform().
  void prepare(const ConnectionSettings&, GoesOn);
  template <typename Value>
  void set(CURLoption option, Value value) {
    if (const CURLcode code = curl().curl_easy_setopt(handle_.get(), option, value); code != CURLE_OK)
      throw Error(ErrorKind::config,
                  fmt::format("libcurl refuses option {}: {}", static_cast<int>(option), curl().curl_easy_strerror(code)));
  }
  CURLcode perform();
  /// For transfers beside which something else is done.
  [[nodiscard]] CURL* get() const { return handle_.get(); }
  /// Bytes over the connection that perform() left open (CURLOPT_CONNECT_ONLY); they do not wait: 0 bytes may mean "not now".
  struct Moved {
    bool ok = true;
    bool ended = false;  ///< the other side has closed it
    std::size_t count = 0;
    std::string words;  ///< why not, when not ok
  };
  Moved send(std::string_view bytes);
  Moved receive(char* out, std::size_t size);
  [[nodiscard]] curl_socket_t active_socket() const;
  /// When the file of the last transfer was changed, where that was asked for and said; else -1.
  [[nodiscard]] curl_off_t file_time() const;
  /// What went wrong in the last transfer, in libcurl's words.
  [[nodiscard]] std::string words(CURLcode) const;
  /// How long the server asks us to wait.
  [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const;

 private:
  struct Deleter {
    void operator()(CURL* handle) const { curl().curl_easy_cleanup(handle); }
  };
  std::array<char, CURL_ERROR_SIZE> words_{};
  GoesOn goes_on_;
  std::unique_ptr<CURL, Deleter> handle_;  ///< the last: saying goodbye to a server asks goes_on_, too
};

/// The server is not who it should be, or a file of certificates is not one.
bool is_tls_failure(CURLcode);

}  // namespace reportctl::http
