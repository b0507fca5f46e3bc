// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/delivery/webhook.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>

#include "curl_api.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "webhook_url.hpp"

namespace reportctl::delivery {

namespace {

constexpr long kConnectSeconds = 10;
constexpr std::size_t kLargestAnswer = 65536;
constexpr std::chrono::hours kLongestWait{24};

struct EasyDeleter {
  void operator()(CURL* handle) const { curl().curl_easy_cleanup(handle); }
};
struct HeadersDeleter {
  void operator()(curl_slist* list) const { curl().curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, HeadersDeleter>;

void add(Headers& headers, const std::string& line) {
  curl_slist* longer = curl().curl_slist_append(headers.get(), line.c_str());
  if (longer == nullptr) throw Error(ErrorKind::failed, "out of memory");
  static_cast<void>(headers.release());
  headers.reset(longer);
}

/// What the callbacks of one transfer work on.
struct Exchange {
  WebhookUrl url;
  const std::vector<Network>* allow_private = nullptr;
  std::string refusal;  ///< why an address was refused
  bool tried = false;   ///< an address was not refused
  std::size_t received = 0;
};

std::optional<AddressBytes> bytes_of(const sockaddr& address) {
  AddressBytes bytes{};
  if (address.sa_family == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    std::copy_n(six.s6_addr, bytes.size(), bytes.begin());
    return bytes;
  }
  if (address.sa_family != AF_INET) return std::nullopt;
  bytes[10] = bytes[11] = 0xff;
  const auto& four = reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr;
  std::copy_n(reinterpret_cast<const std::uint8_t*>(&four), 4, bytes.begin() + 12);
  return bytes;
}

/// The address that the connection really goes to: what a name said a moment ago does not matter.
curl_socket_t on_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(self);
  const auto bytes = bytes_of(address->addr);
  const std::string problem =
      bytes ? address_problem(exchange.url, *bytes, *exchange.allow_private) : std::string("no internet address");
  if (!problem.empty()) {
    exchange.refusal = problem;
    return CURL_SOCKET_BAD;
  }
  exchange.tried = true;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// Only the status counts; endless headers and bodies are cut off.
std::size_t on_answer(char*, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  exchange.received += size * count;
  return exchange.received > kLargestAnswer ? 0 : size * count;
}

int on_webhook_progress(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return stop_requested() ? 1 : 0; }

class Post {
 public:
  Post(const WebhookSettings& settings, const WebhookPost& post, const Secret& secret) : handle_(curl().curl_easy_init()) {
    if (!handle_) throw Error(ErrorKind::failed, "libcurl cannot make a handle");
    exchange_.url = parse_webhook_url(post.url);
    exchange_.allow_private = &settings.allow_private;
    protect(settings);
    set(CURLOPT_URL, post.url.c_str());
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post.body.size()));
    set(CURLOPT_POSTFIELDS, post.body.c_str());
    add(headers_, "Content-Type: application/json");
    add(headers_, "Expect:");
    add(headers_, "X-Reportctl-Event: " + post.event);
    add(headers_, "X-Reportctl-Delivery: " + post.id);
    add(headers_, "X-Reportctl-Signature: " + webhook_signature(secret, post.sent_at, post.body));
    set(CURLOPT_HTTPHEADER, headers_.get());
    set(CURLOPT_USERAGENT, "reportctl-webhook/1");
  }

  WebhookAnswer perform() {
    const CURLcode code = curl().curl_easy_perform(handle_.get());
    long status = 0;
    curl().curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && status > 0)) return judge(static_cast<int>(status));
    WebhookAnswer answer;
    answer.reason_class = "connection";
    answer.answer = visible(error_[0] != '\0' ? std::string(error_.c_str()) : curl().curl_easy_strerror(code));
    if (stop_requested()) {
      answer.reason_class = "stopped";
    } else if (!exchange_.tried && !exchange_.refusal.empty()) {
      answer.kind = OutcomeKind::refused;
      answer.reason_class = "address";
      answer.answer = exchange_.refusal;
    } else if (code == CURLE_OPERATION_TIMEDOUT) {
      answer.reason_class = "timeout";
    } else if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR || code == CURLE_SSL_CACERT_BADFILE) {
      answer.reason_class = "tls";
    }
    return answer;
  }

 private:
  template <typename Value>
  void set(CURLoption option, Value value) {
    if (const CURLcode code = curl().curl_easy_setopt(handle_.get(), option, value); code != CURLE_OK) {
      throw Error(ErrorKind::failed,
                  fmt::format("libcurl refuses option {}: {}", static_cast<int>(option), curl().curl_easy_strerror(code)));
    }
  }

  void protect(const WebhookSettings& settings) {
    set(CURLOPT_PROTOCOLS_STR, exchange_.url.tls ? "https" : "http");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!settings.ca_file.empty()) {
      set(CURLOPT_CAINFO, settings.ca_file.c_str());
      set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    set(CURLOPT_CONNECTTIMEOUT, std::min(kConnectSeconds, static_cast<long>(settings.timeout.count())));
    set(CURLOPT_TIMEOUT, static_cast<long>(settings.timeout.count()));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_ERRORBUFFER, error_.data());
    set(CURLOPT_OPENSOCKETFUNCTION, on_socket);
    set(CURLOPT_OPENSOCKETDATA, &exchange_);
    set(CURLOPT_WRITEFUNCTION, on_answer);
    set(CURLOPT_WRITEDATA, &exchange_);
    set(CURLOPT_HEADERFUNCTION, on_answer);  // libcurl keeps headers, however many there are
    set(CURLOPT_HEADERDATA, &exchange_);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, on_webhook_progress);
  }

  WebhookAnswer judge(int status) {
    WebhookAnswer answer;
    answer.status = status;
    answer.answer = fmt::format("the endpoint answered {}", status);
    answer.reason_class = "answer";
    if (status >= 200 && status < 300) {
      answer.kind = OutcomeKind::accepted;
      answer.reason_class.clear();
    } else if (status == 408 || status == 425 || status == 429 || status >= 500 || status < 200) {
      answer.kind = OutcomeKind::deferred;
      curl_off_t wait = 0;
      if (curl().curl_easy_getinfo(handle_.get(), CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
        answer.retry_after = std::min<std::chrono::seconds>(std::chrono::seconds(wait), kLongestWait);
    } else {
      answer.kind = OutcomeKind::refused;
      if (status < 400) answer.answer += "; redirects are not followed";
    }
    return answer;
  }

  std::unique_ptr<CURL, EasyDeleter> handle_;
  Exchange exchange_;
  Headers headers_;
  std::string error_ = std::string(CURL_ERROR_SIZE, '\0');
};

}  // namespace

std::string webhook_signature(const Secret& secret, Instant sent_at, std::string_view body) {
  const auto seconds = sent_at.time_since_epoch().count();
  return fmt::format("t={},v1={}", seconds, hex(hmac_sha256(secret.reveal(), fmt::format("{}.{}", seconds, body))));
}

WebhookAnswer post_webhook(const WebhookSettings& settings, const WebhookPost& post) try {
  // Asked again: what is allowed may have changed since the url was saved.
  if (const auto problem = webhook_url_problem(post.url, settings.allow_private); !problem.empty())
    return {.kind = OutcomeKind::refused, .status = 0, .answer = problem, .reason_class = "address", .retry_after = {}};
  const auto secret = read_secret(post.secret);
  if (!secret) throw Error(ErrorKind::config, fmt::format("there is no credential {}", visible(post.secret.credential)));
  return Post(settings, post, *secret).perform();
} catch (const Error& error) {
  return {.kind = OutcomeKind::deferred, .status = 0, .answer = error.what(), .reason_class = "config", .retry_after = {}};
}

}  // namespace reportctl::delivery
