// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::http {

namespace {

constexpr long kSlowest = 1000;  ///< bytes a second; less, for the whole response timeout, is silence

/// An exception must not pass through libcurl.
template <typename Result, typename Work>
Result guarded_callback(void* self, Result failure, Work work) {
  auto& exchange = *static_cast<Exchange*>(self);
  try {
    return work(exchange);
  } catch (...) {
    exchange.keep_exception();
    return failure;
  }
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) {
  return guarded_callback(self, std::size_t{0}, [&](Exchange& exchange) { return exchange.header({data, size * count}); });
}

std::size_t on_text(char* data, std::size_t size, std::size_t count, void* self) {
  return guarded_callback(self, std::size_t{0}, [&](Exchange& exchange) { return exchange.text({data, size * count}); });
}

std::size_t on_read(char* out, std::size_t size, std::size_t count, void* self) {
  return guarded_callback(self, static_cast<std::size_t>(CURL_READFUNC_ABORT),
                          [&](Exchange& exchange) { return exchange.read(out, size * count); });
}

/// libcurl rewinds when a kept connection turns out to be dead.
int on_seek(void* self, curl_off_t offset, int origin) {
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
  static_cast<Exchange*>(self)->rewind(static_cast<std::uint64_t>(offset));
  return CURL_SEEKFUNC_OK;
}

curl_socket_t on_socket(void* self, curlsocktype, curl_sockaddr* address) {
  return guarded_callback(self, curl_socket_t{CURL_SOCKET_BAD}, [&](Exchange& exchange) { return exchange.socket(*address); });
}

Trouble trouble_of(CURLcode code) {
  if (code == CURLE_OPERATION_TIMEDOUT) return Trouble::silent;
  return is_tls_failure(code) || code == CURLE_SSL_CONNECT_ERROR ? Trouble::tls : Trouble::passing;
}

}  // namespace

bool Exchange::goes_on() {
  silent_ = request.slow_answer && std::chrono::steady_clock::now() - life_ > settings.response_timeout;
  return !silent_ && (request.despite_stop || !stop_requested());
}

/// The bytes that were taken; fewer end the transfer.
std::size_t Exchange::keep(std::string_view bytes) {
  life_ = std::chrono::steady_clock::now();
  kept_ += bytes.size();
  if (kept_ <= request.longest) return bytes.size();
  answer.trouble = Trouble::too_long;
  answer.words = "the answer is too long";
  return 0;
}

std::size_t Exchange::header(std::string_view line) {
  if (line.starts_with("HTTP/")) {  // of a 100 Continue, or the answer
    answer.headers.clear();
    const std::size_t space = line.find(' ');
    const auto status = space == std::string_view::npos ? std::nullopt : parse_integer(line.substr(space + 1, 3));
    answer.status = static_cast<int>(status.value_or(0));
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    answer.headers[to_lower(line.substr(0, colon))] = std::string(trim(line.substr(colon + 1)));
  }
  return keep(line);
}

std::size_t Exchange::text(std::string_view bytes) {
  if (answer.status == 200 && request.take) {
    life_ = std::chrono::steady_clock::now();
    request.take(bytes);
    return bytes.size();
  }
  const std::size_t count = keep(bytes);
  answer.text += bytes.substr(0, count);
  return count;
}

std::size_t Exchange::read(char* out, std::size_t room) {
  const Body& body = request.body;
  const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(room, size_ - sent_));
  if (body.file < 0) {
    std::memcpy(out, body.text.data() + sent_, count);
  } else if (read_at(body.file, body.offset + sent_, out, count) != count) {
    throw Error(ErrorKind::output, "a temporary file is shorter than it was");
  }
  sent_ += count;
  life_ = std::chrono::steady_clock::now();
  return count;
}

curl_socket_t Exchange::socket(const curl_sockaddr& address) {
  if (const std::string problem = settings.address_problem(address.addr); !problem.empty()) {
    refusal_ = problem;
    return CURL_SOCKET_BAD;
  }
  connects_ = true;
  return ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
}

void Exchange::prepare(Handle& handle) {
  void* const self = this;
  for (const auto& [name, value] : request.headers)
    if (to_lower(name) != "host") headers_.add(fmt::format("{}: {}", name, value));
  headers_.add("Expect:");  // not every server knows it, and those cost a second each time
  handle.prepare({settings.ca_file, settings.connect_timeout}, [this](curl_off_t) { return goes_on(); });
  handle.set(CURLOPT_PROTOCOLS_STR, "http,https");
  handle.set(CURLOPT_URL, request.url.c_str());
  handle.set(CURLOPT_PATH_AS_IS, 1L);
  handle.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  handle.set(CURLOPT_FOLLOWLOCATION, 0L);
  handle.set(CURLOPT_LOW_SPEED_LIMIT, kSlowest);
  handle.set(CURLOPT_LOW_SPEED_TIME, request.slow_answer ? 0L : static_cast<long>(settings.response_timeout.count()));
  handle.set(CURLOPT_TIMEOUT, static_cast<long>(request.whole_time.count()));
  handle.set(CURLOPT_HTTPHEADER, headers_.get());
  handle.set(CURLOPT_HEADERFUNCTION, on_header);
  handle.set(CURLOPT_HEADERDATA, self);
  handle.set(CURLOPT_WRITEFUNCTION, on_text);
  handle.set(CURLOPT_WRITEDATA, self);
  if (settings.address_problem) {
    handle.set(CURLOPT_OPENSOCKETFUNCTION, on_socket);
    handle.set(CURLOPT_OPENSOCKETDATA, self);
  }
  if (request.method == "PUT" || request.method == "POST") {
    handle.set(CURLOPT_UPLOAD, 1L);
    handle.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size_));
    handle.set(CURLOPT_READFUNCTION, on_read);
    handle.set(CURLOPT_READDATA, self);
    handle.set(CURLOPT_SEEKFUNCTION, on_seek);
    handle.set(CURLOPT_SEEKDATA, self);
  }
  if (request.method == "HEAD") {
    handle.set(CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET") {
    handle.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

Answer Exchange::finished(Handle& handle, CURLcode code) {
  if (thrown_) std::rethrow_exception(thrown_);
  if (code == CURLE_ABORTED_BY_CALLBACK && !silent_) throw_if_stopped();
  answer.retry_after = handle.retry_after();
  // A refusal that came before the whole body was sent is an answer all the same.
  const bool refused_early = (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR) && answer.status >= 400;
  if (code == CURLE_OK || refused_early || answer.trouble != Trouble::none) return std::move(answer);
  if (silent_) {
    answer.trouble = Trouble::silent;
    answer.words = fmt::format("nothing came for {} s", settings.response_timeout.count());
    return std::move(answer);
  }
  const bool no_address = !refusal_.empty() && !connects_;
  answer.trouble = no_address ? Trouble::address : trouble_of(code);
  answer.words = no_address ? refusal_ : visible(handle.words(code));
  return std::move(answer);
}

}  // namespace reportctl::http
