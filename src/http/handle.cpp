// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/http/handle.hpp"

#include <utility>

#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"

namespace reportctl::http {

namespace {

int on_progress(void* goes_on, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent) {
  return (*static_cast<const GoesOn*>(goes_on))(sent) ? 0 : 1;
}

}  // namespace

Curl::Curl() : LazyLibrary(kCurl) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw Error(ErrorKind::failed, "libcurl cannot be started");
}

const Curl& curl() {
  static const Curl library;
  return library;
}

void Lines::add(const std::string& line) {
  curl_slist* longer = curl().curl_slist_append(list_.get(), line.c_str());
  if (longer == nullptr) throw Error(ErrorKind::failed, "libcurl is out of memory");
  static_cast<void>(list_.release());
  list_.reset(longer);
}

Handle::Handle() : handle_(curl().curl_easy_init()) {
  if (!handle_) throw Error(ErrorKind::failed, "libcurl cannot make a handle");
}

void Handle::prepare(const ConnectionSettings& settings, GoesOn goes_on) {
  curl().curl_easy_reset(handle_.get());
  goes_on_ = std::move(goes_on);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!settings.ca_file.empty()) {
    require_trusted(settings.ca_file, ErrorKind::config);
    set(CURLOPT_CAINFO, settings.ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // this authority instead of the system's, not beside them
  }
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // a name server that is silent would keep us from ending: libcurl would wait for its thread
  set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(settings.connect_timeout.count()));
  set(CURLOPT_ERRORBUFFER, words_.data());
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, on_progress);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&goes_on_));
}

CURLcode Handle::perform() {
  words_.fill('\0');
  return curl().curl_easy_perform(handle_.get());
}

Handle::Moved Handle::send(std::string_view bytes) {
  Moved moved;
  const CURLcode code = curl().curl_easy_send(handle_.get(), bytes.data(), bytes.size(), &moved.count);
  moved.ok = code == CURLE_OK || code == CURLE_AGAIN;
  if (!moved.ok) moved.words = words(code);
  return moved;
}

Handle::Moved Handle::receive(char* out, std::size_t size) {
  Moved moved;
  const CURLcode code = curl().curl_easy_recv(handle_.get(), out, size, &moved.count);
  moved.ok = code == CURLE_OK || code == CURLE_AGAIN;
  moved.ended = code == CURLE_OK && moved.count == 0;
  if (!moved.ok) moved.words = words(code);
  return moved;
}

curl_socket_t Handle::active_socket() const {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl().curl_easy_getinfo(handle_.get(), CURLINFO_ACTIVESOCKET, &socket);
  return socket;
}

curl_off_t Handle::file_time() const {
  curl_off_t changed = -1;
  curl().curl_easy_getinfo(handle_.get(), CURLINFO_FILETIME_T, &changed);
  return changed;
}

std::string Handle::words(CURLcode code) const {
  return words_.front() != '\0' ? words_.data() : curl().curl_easy_strerror(code);
}

std::optional<std::chrono::seconds> Handle::retry_after() const {
  curl_off_t wait = 0;
  if (curl().curl_easy_getinfo(handle_.get(), CURLINFO_RETRY_AFTER, &wait) != CURLE_OK || wait <= 0) return std::nullopt;
  return std::chrono::seconds(wait);
}

bool is_tls_failure(CURLcode code) {
  switch (code) {
    case CURLE_USE_SSL_FAILED:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
      return true;
    default:
      return false;
  }
}

}  // namespace reportctl::http
