// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "http.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>

#include "reportctl/base/error.hpp"
#include "reportctl/base/lazy_library.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"

// libcurl is not linked but opened on first use (base/lazy_library.hpp).
#define CURL_DISABLE_TYPECHECK  // its macros would hide the functions
#include <curl/curl.h>
#undef curl_easy_setopt

namespace reportctl::artifact {

namespace {

constexpr std::size_t kLongestText = 64U << 10U;
constexpr std::size_t kLongestAnswer = 16U << 20U;
constexpr long kSlowest = 1000;  ///< bytes a second; less, for the whole response timeout, is silence

struct CurlLibrary {
  LazyLibrary library{"libcurl.so.4"};
  decltype(&::curl_easy_init) init = library.function<decltype(init)>("curl_easy_init");
  decltype(&::curl_easy_cleanup) cleanup = library.function<decltype(cleanup)>("curl_easy_cleanup");
  decltype(&::curl_easy_reset) reset = library.function<decltype(reset)>("curl_easy_reset");
  decltype(&::curl_easy_setopt) setopt = library.function<decltype(setopt)>("curl_easy_setopt");
  decltype(&::curl_easy_perform) perform = library.function<decltype(perform)>("curl_easy_perform");
  decltype(&::curl_easy_strerror) strerror = library.function<decltype(strerror)>("curl_easy_strerror");
  decltype(&::curl_slist_append) append = library.function<decltype(append)>("curl_slist_append");
  decltype(&::curl_slist_free_all) free_all = library.function<decltype(free_all)>("curl_slist_free_all");
  CurlLibrary() {
    const auto start = library.function<decltype(&::curl_global_init)>("curl_global_init");
    if (start(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw Error(ErrorKind::failed, "libcurl cannot be started");
  }
};

const CurlLibrary& libcurl() {
  static const CurlLibrary library;
  return library;
}

struct HeaderListDeleter {
  void operator()(curl_slist* list) const { libcurl().free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, HeaderListDeleter>;

void add(HeaderList& list, const std::string& line) {
  curl_slist* longer = libcurl().append(list.get(), line.c_str());
  if (longer == nullptr) throw Error(ErrorKind::failed, "libcurl is out of memory");
  static_cast<void>(list.release());
  list.reset(longer);
}

/// What the callbacks of one exchange work on.
struct Exchange {
  const HttpRequest& request;
  HttpAnswer answer;
  std::uint64_t sent = 0;
  std::exception_ptr thrown;

  void header(std::string_view line) {
    if (line.starts_with("HTTP/")) {  // of a 100 Continue, or the answer
      answer.headers.clear();
      const std::size_t space = line.find(' ');
      answer.status = space == std::string_view::npos ? 0 : parse_integer(line.substr(space + 1, 3)).value_or(0);
      return;
    }
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos)
      answer.headers[to_lower(line.substr(0, colon))] = std::string(trim(line.substr(colon + 1)));
  }

  void body(std::string_view bytes) {
    if (answer.status == 200 && request.take) return request.take(bytes);
    const std::size_t limit = answer.status == 200 ? kLongestAnswer : kLongestText;
    answer.text += bytes.substr(0, limit - std::min(limit, answer.text.size()));
  }

  std::size_t read(char* out, std::size_t room) {
    const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(room, request.size - sent));
    if (request.file != nullptr) {
      if (request.file->read_at(request.offset + sent, out, count) != count)
        throw Error(ErrorKind::output, "a temporary file is shorter than it was");
    } else {
      std::memcpy(out, request.text.data() + sent, count);
    }
    sent += count;
    return count;
  }
};

/// An exception must not pass through libcurl.
template <typename Result, typename Work>
Result guarded_callback(void* self, Result failure, Work work) {
  auto& exchange = *static_cast<Exchange*>(self);
  try {
    return work(exchange);
  } catch (...) {
    exchange.thrown = std::current_exception();
    return failure;
  }
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) {
  return guarded_callback(self, std::size_t{0}, [&](Exchange& exchange) {
    exchange.header({data, size * count});
    return size * count;
  });
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) {
  return guarded_callback(self, std::size_t{0}, [&](Exchange& exchange) {
    exchange.body({data, size * count});
    return size * count;
  });
}

std::size_t on_read(char* out, std::size_t size, std::size_t count, void* self) {
  return guarded_callback(self, static_cast<std::size_t>(CURL_READFUNC_ABORT),
                          [&](Exchange& exchange) { return exchange.read(out, size * count); });
}

/// libcurl rewinds when a kept connection turns out to be dead.
int on_seek(void* self, curl_off_t offset, int origin) {
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
  static_cast<Exchange*>(self)->sent = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Exchange*>(self)->request.whole_time.count() == 0 && stop_requested() ? 1 : 0;
}

Trouble trouble_of(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return Trouble::silent;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return Trouble::tls;
    default:
      return Trouble::passing;
  }
}

}  // namespace

struct Http::Impl {
  explicit Impl(HttpSettings wanted) : settings(std::move(wanted)), handle(libcurl().init()) {
    if (handle == nullptr) throw Error(ErrorKind::failed, "libcurl cannot make a handle");
  }
  ~Impl() { libcurl().cleanup(handle); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  template <typename Value>
  void set(CURLoption option, Value value) {
    if (const CURLcode code = libcurl().setopt(handle, option, value); code != CURLE_OK)
      throw Error(ErrorKind::config,
                  fmt::format("libcurl refuses option {}: {}", static_cast<int>(option), libcurl().strerror(code)));
  }
  void configure(Exchange&, const HeaderList&);

  HttpSettings settings;
  CURL* handle;
  std::array<char, CURL_ERROR_SIZE> words{};
};

void Http::Impl::configure(Exchange& exchange, const HeaderList& headers) {
  const HttpRequest& request = exchange.request;
  libcurl().reset(handle);  // options only: the connection stays
  words.fill('\0');
  set(CURLOPT_ERRORBUFFER, words.data());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!settings.ca_file.empty()) set(CURLOPT_CAINFO, settings.ca_file.c_str());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(settings.connect_timeout.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, kSlowest);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(settings.response_timeout.count()));
  set(CURLOPT_TIMEOUT, static_cast<long>(request.whole_time.count()));
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_HEADERFUNCTION, on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
  set(CURLOPT_WRITEFUNCTION, on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, on_progress);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&exchange));
  if (request.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (request.method == "PUT" || request.method == "POST") {
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.size));
    set(CURLOPT_READFUNCTION, on_read);
    set(CURLOPT_READDATA, static_cast<void*>(&exchange));
    set(CURLOPT_SEEKFUNCTION, on_seek);
    set(CURLOPT_SEEKDATA, static_cast<void*>(&exchange));
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  } else if (request.method != "GET") {
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

Http::Http(HttpSettings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}
Http::~Http() = default;

HttpAnswer Http::perform(const HttpRequest& request) {
  Exchange exchange{.request = request, .answer = {}, .sent = 0, .thrown = nullptr};
  HeaderList headers;
  for (const auto& [name, value] : request.headers)
    if (name != "host") add(headers, fmt::format("{}: {}", name, value));
  add(headers, "Expect:");  // not every server knows it, and those cost a second each time
  impl_->configure(exchange, headers);
  const CURLcode code = libcurl().perform(impl_->handle);
  if (exchange.thrown) std::rethrow_exception(exchange.thrown);
  if (code == CURLE_ABORTED_BY_CALLBACK) throw_if_stopped();
  // A refusal that came before the whole body was sent is an answer all the same.
  const bool refused_early = (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR) && exchange.answer.status >= 400;
  if (code != CURLE_OK && !refused_early) {
    exchange.answer.trouble = trouble_of(code);
    exchange.answer.words = visible(impl_->words[0] != '\0' ? impl_->words.data() : libcurl().strerror(code));
  }
  return std::move(exchange.answer);
}

}  // namespace reportctl::artifact
