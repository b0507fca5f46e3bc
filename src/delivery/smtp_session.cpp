// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "smtp_session.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "reportctl/base/error.hpp"
#include "reportctl/base/host.hpp"
#include "reportctl/base/network.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "transports.hpp"

namespace reportctl::delivery {

namespace {

constexpr int kLook = 200;  // ms between two looks at the clock and at a stop
constexpr std::size_t kPiece = 64U << 10U;
constexpr std::size_t kLongestLine = 8192;
constexpr const char* kPasswordMechanisms = "PLAIN LOGIN CRAM-MD5";
constexpr const char* kTokenMechanisms = "XOAUTH2 OAUTHBEARER";

/// The full name of this host, which strict servers want to hear at EHLO; its short one where nothing knows more.
std::string host_name() {
  std::string name(256, '\0');
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  name.resize(name.find('\0'));
  if (!is_host_name(name)) return "localhost";
  if (name.find('.') != std::string::npos) return name;
  addrinfo hints{};
  hints.ai_flags = AI_CANONNAME;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0) return name;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  const std::string full = found->ai_canonname != nullptr ? found->ai_canonname : "";
  return is_host_name(full) && full.find('.') != std::string::npos ? full : name;
}

bool is_among(const std::string& word, const std::string& list) {
  const auto words = split(list, ' ');
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// The first that both have.
std::string common(const std::string& ours, const std::string& theirs) {
  for (const auto& mechanism : split(ours, ' ')) {
    if (is_among(mechanism, theirs)) return mechanism;
  }
  return {};
}

/// Doubles the dot at the beginning of a line (RFC 5321 4.5.2).
class DotStuffing {
 public:
  void append(std::string_view bytes, std::string& out) {
    for (const char c : bytes) {
      if (c == '.' && line_begins_) out += '.';
      out += c;
      line_begins_ = c == '\n' && last_ == '\r';
      last_ = c;
    }
  }
  [[nodiscard]] std::string_view end() const { return line_begins_ ? ".\r\n" : "\r\n.\r\n"; }

 private:
  bool line_begins_ = true;
  char last_ = '\n';
};

/// libcurl's words while it connects, where they speak of itself: the same as ours for what happens later.
std::string plain_words(std::string words) {
  if (words.starts_with("response reading failed")) return "the server ended the connection";
  if (words.starts_with("server response timeout") || words.starts_with("Operation timed out"))
    return "the server did not answer in time";
  if (words.starts_with("Too large response headers")) return "the server's reply does not end";
  return words;
}

/// A server that takes no more connections of this host says so before anything else is said.
bool is_one_too_many(const Ending& ending) { return ending.reply_code / 100 == 4 && ending.phase <= Phase::hello; }

}  // namespace

SmtpSession::SmtpSession(Endpoint endpoint, TransportSettings settings)
    : endpoint_(std::move(endpoint)),
      settings_(std::move(settings)),
      turns_(settings_.turns_file),
      dialogue_({endpoint_.scheme == Scheme::smtp && settings_.tls == Tls::required, !settings_.username.empty()}),
      login_options_(settings_.auth == Auth::token ? "AUTH=XOAUTH2" : "AUTH=PLAIN;AUTH=LOGIN") {}

void SmtpSession::configure() {
  const bool tls = settings_.tls == Tls::required;
  const std::string url = fmt::format("{}://{}:{}/{}", endpoint_.scheme == Scheme::smtps ? "smtps" : "smtp", endpoint_.host,
                                      endpoint_.port, settings_.helo.empty() ? host_name() : settings_.helo);
  http::Handle& handle = *handle_;
  handle.prepare({settings_.ca_file, settings_.connect_timeout}, [this](curl_off_t) {
    if (!stop_requested()) return true;
    return fail(CURLE_ABORTED_BY_CALLBACK, "a stop was requested", Halt::stopped);
  });
  handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  handle.set(CURLOPT_URL, url.c_str());
  handle.set(CURLOPT_CONNECT_ONLY, 1L);
  handle.set(CURLOPT_USE_SSL, static_cast<long>(tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  handle.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(settings_.response_timeout.count()));
  handle.set(CURLOPT_TCP_KEEPALIVE, 1L);
  handle.set(CURLOPT_HEADERFUNCTION, header_callback);
  handle.set(CURLOPT_HEADERDATA, this);
  handle.set(CURLOPT_OPENSOCKETFUNCTION, open_callback);
  handle.set(CURLOPT_OPENSOCKETDATA, this);
  if (!settings_.client_certificate.empty()) {
    handle.set(CURLOPT_SSLCERT, settings_.client_certificate.c_str());
    handle.set(CURLOPT_SSLKEY, settings_.client_key.c_str());
  }
  if (!settings_.username.empty()) offer_login();
}

void SmtpSession::offer_login() {
  const auto secret = read_secret(settings_.password);
  if (!secret) throw Error(ErrorKind::config, fmt::format("there is no password for {}", visible(settings_.username)));
  handle_->set(CURLOPT_USERNAME, settings_.username.c_str());
  handle_->set(settings_.auth == Auth::token ? CURLOPT_XOAUTH2_BEARER : CURLOPT_PASSWORD, secret->reveal().c_str());
  // libcurl would prefer NTLM, or Kerberos as soon as the user name has an @: neither can work from cron.
  handle_->set(CURLOPT_LOGIN_OPTIONS, login_options_.c_str());
}

std::optional<Ending> SmtpSession::open() {
  auto ended = log_in();
  while (ended && is_one_too_many(*ended) && turns_.take_over()) ended = log_in();
  return ended;
}

std::optional<Ending> SmtpSession::log_in() {
  if (const auto ended = connect(); !ended || ended->halt != Halt::no_login) return ended;
  // What libcurl may use has to be said before the server is asked. CRAM-MD5 comes last: servers offer it that cannot check it.
  const auto mechanism = common(settings_.auth == Auth::token ? kTokenMechanisms : kPasswordMechanisms, dialogue_.mechanisms());
  if (mechanism.empty() || login_options_ == "AUTH=" + mechanism) return ending();
  login_options_ = "AUTH=" + mechanism;
  return connect();
}

std::optional<Ending> SmtpSession::connect() {
  close();
  failure_ = {};
  dialogue_.connected();
  turns_.take();
  handle_.emplace();
  try {
    configure();
  } catch (...) {
    handle_.reset();  // one that lacks an option, TLS for one, must never be used
    throw;
  }
  if (const CURLcode code = handle_->perform(); code != CURLE_OK) fail(code, plain_words(handle_->words(code)));
  see_mixed_up_tls();
  if (failure_.curl_code == CURLE_OK && !dialogue_.may_send())
    fail(CURLE_LOGIN_DENIED, "the server did not ask for the login; nothing was sent", Halt::no_login);
  if (failure_.curl_code != CURLE_OK) {
    const auto ended = ending();
    close();
    return ended;
  }
  socket_ = handle_->active_socket();
  open_ = true;
  return std::nullopt;
}

/// TLS from the first byte, from STARTTLS on or not at all: where the two sides differ, libcurl's words do not say so.
void SmtpSession::see_mixed_up_tls() {
  const auto other = [&](const char* scheme) { return fmt::format("{}://{}:{}", scheme, endpoint_.host, endpoint_.port); };
  if (endpoint_.scheme == Scheme::smtps && failure_.curl_code == CURLE_SSL_CONNECT_ERROR &&
      failure_.error.find("wrong version number") != std::string::npos) {
    failure_ = {CURLE_USE_SSL_FAILED,
                fmt::format("the server does not begin with TLS: write {} in mail.transport, which uses STARTTLS", other("smtp")),
                Halt::none};
  }
  if (endpoint_.scheme == Scheme::smtp && failure_.curl_code == CURLE_USE_SSL_FAILED && dialogue_.code() == 0)
    failure_.error = "the server offers no STARTTLS; for a relay on this host or a private network, set mail.tls: none";
  if (endpoint_.scheme == Scheme::smtp && failure_.curl_code == CURLE_OPERATION_TIMEDOUT && dialogue_.phase() == Phase::greeting)
    failure_.error += fmt::format("; a server that begins with TLS waits like this: for one, write {}", other("smtps"));
}

void SmtpSession::close() {
  if (open_ && failure_.curl_code == CURLE_OK && dialogue_.code() != 421) handle_->send("QUIT\r\n");
  open_ = false;
  unread_.clear();
  handle_.reset();
  turns_.give_back();
}

curl_socket_t SmtpSession::on_open(const curl_sockaddr& address) {
  const auto bytes = address_of(address.addr);
  if (settings_.tls == Tls::none && !(bytes && stays_in_the_house(*bytes))) {
    fail(CURLE_COULDNT_CONNECT, endpoint_.host + " is not on a private network: nothing is sent there without TLS");
    return CURL_SOCKET_BAD;
  }
  failure_ = {};  // of an address that was tried before
  dialogue_.connected();
  return ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
}

std::size_t SmtpSession::on_line(std::string_view line) {
  dialogue_.line(line);
  if (settings_.username.empty() || dialogue_.phase() != Phase::auth || dialogue_.code() != 0) return line.size();
  const bool usable = !dialogue_.login_is_impossible() &&
                      (!common(settings_.auth == Auth::token ? "XOAUTH2" : "PLAIN LOGIN", dialogue_.mechanisms()).empty() ||
                       is_among(login_options_.substr(5), dialogue_.mechanisms()));
  if (usable) return line.size();
  const auto& offered = dialogue_.mechanisms();
  fail(CURLE_LOGIN_DENIED,
       offered.empty() ? std::string("a login is configured, but the server offers no AUTH; nothing was sent")
                       : fmt::format("the server offers the logins {}, but reportctl can use {} here; nothing was sent", offered,
                                     settings_.auth == Auth::token ? kTokenMechanisms : kPasswordMechanisms),
       Halt::no_login);
  return 0;  // libcurl ends the connection; left alone, it would go on without a login
}

std::size_t SmtpSession::header_callback(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<SmtpSession*>(self)->on_line({data, size * count});
}

curl_socket_t SmtpSession::open_callback(void* self, curlsocktype, curl_sockaddr* address) {
  return static_cast<SmtpSession*>(self)->on_open(*address);
}

bool SmtpSession::fail(int curl_code, std::string error, Halt halt) {
  if (failure_.curl_code == CURLE_OK) failure_ = {curl_code, std::move(error), halt};
  return false;
}

Ending SmtpSession::ending(bool handed_over) const {
  return {failure_.curl_code, dialogue_.phase(), dialogue_.code(), dialogue_.words(), failure_.error, handed_over, failure_.halt};
}

bool SmtpSession::wait(short events, Clock::time_point deadline) {
  for (;;) {
    const auto now = Clock::now();
    if (stop_requested()) {
      if (!stop_seen_) stop_seen_ = now;
      if (!handed_over_ || now - *stop_seen_ >= settings_.stop_grace)
        return fail(CURLE_ABORTED_BY_CALLBACK, "a stop was requested", Halt::stopped);
    }
    if (now >= deadline) {
      return events == POLLOUT ? fail(CURLE_OPERATION_TIMEDOUT, "the server reads no more", Halt::stalled)
                               : fail(CURLE_OPERATION_TIMEDOUT, "the server did not answer in time");
    }
    pollfd polled{socket_, events, 0};
    if (::poll(&polled, 1, kLook) > 0) return true;
  }
}

bool SmtpSession::write(std::string_view bytes) {
  auto deadline = Clock::now() + settings_.response_timeout;
  while (!bytes.empty()) {
    const auto sent = handle_->send(bytes);
    if (!sent.ok) return fail(CURLE_SEND_ERROR, "the connection ended: " + sent.words);
    if (sent.count > 0) deadline = Clock::now() + settings_.response_timeout;
    bytes.remove_prefix(sent.count);
    if (!bytes.empty() && !wait(POLLOUT, deadline)) return false;
  }
  return true;
}

bool SmtpSession::receive(Clock::time_point deadline) {
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto got = handle_->receive(buffer.data(), buffer.size());
    if (!got.ok) return fail(CURLE_RECV_ERROR, "the connection ended: " + got.words);
    if (got.count > 0) {
      unread_.append(buffer.data(), got.count);
      return true;
    }
    if (got.ended) return fail(CURLE_RECV_ERROR, "the server ended the connection");
    if (!wait(POLLIN, deadline)) return false;
  }
}

bool SmtpSession::read_reply(Phase asked, std::chrono::seconds patience) {
  const auto deadline = Clock::now() + patience;
  while (!dialogue_.has_answered(asked)) {
    if (const auto end = unread_.find('\n'); end != std::string::npos) {
      dialogue_.line(std::string_view(unread_).substr(0, end + 1));
      unread_.erase(0, end + 1);
      continue;
    }
    if (unread_.size() > kLongestLine) unread_.resize(kLongestLine / 2);  // its end is enough to know where it ends
    if (!receive(deadline)) return false;
  }
  return true;
}

std::optional<Ending> SmtpSession::say(const std::string& command) {
  handed_over_ = false;
  const Phase asked = dialogue_.phase();
  const bool answered = write(command + "\r\n") && read_reply(asked, settings_.response_timeout);
  if (answered && !dialogue_.is_over()) return std::nullopt;
  auto ended = ending();
  if (answered) ended.curl_code = CURLE_WEIRD_SERVER_REPLY;
  if (!answered || ended.reply_code == 421) close();
  return ended;
}

/// Whatever was said before the end of the letter is no answer to it.
bool SmtpSession::has_spoken_early() {
  std::array<char, 256> buffer{};
  const auto got = handle_->receive(buffer.data(), buffer.size());
  unread_.append(buffer.data(), got.count);
  return !unread_.empty();
}

/// What a server says that ends the connection in the middle of a letter.
bool SmtpSession::read_refusal() {
  const auto before = std::exchange(failure_, {});
  if (read_reply(Phase::content, std::chrono::seconds(1)) && dialogue_.code() >= 400) return true;
  failure_ = before;
  return false;
}

Ending SmtpSession::deliver(LetterFeed& feed) {
  std::vector<char> buffer(kPiece);
  std::string piece;
  DotStuffing dots;
  bool written = true;
  bool too_early = false;
  while (written && !feed.handed_over()) {
    const auto got = feed.read(buffer.data(), buffer.size());
    if (!got) {
      fail(CURLE_ABORTED_BY_CALLBACK, "not sent: " + feed.failure(), Halt::feed);
      written = false;
      break;
    }
    handed_over_ = feed.handed_over();
    too_early = handed_over_ && has_spoken_early();
    piece.clear();
    dots.append({buffer.data(), *got}, piece);
    if (handed_over_) piece += dots.end();
    written = too_early ? fail(CURLE_WEIRD_SERVER_REPLY, "the server replied before it had the whole message") : write(piece);
  }
  const bool answered =
      written ? read_reply(Phase::content, settings_.response_timeout) : failure_.halt == Halt::none && read_refusal();
  auto ended = ending(feed.handed_over() && !too_early);
  if (answered) {
    ended.curl_code = dialogue_.is_over() ? CURLE_WEIRD_SERVER_REPLY : CURLE_OK;
    ended.error.clear();
  } else if (too_early) {
    ended.reply_code = 0;
    ended.words.clear();
  }
  if (!written || !answered || ended.reply_code == 421) close();
  return ended;
}

}  // namespace reportctl::delivery
