// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "letter_feed.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/host.hpp"
#include "reportctl/base/network.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/http/handle.hpp"
#include "smtp_dialogue.hpp"
#include "smtp_outcome.hpp"
#include "transports.hpp"

namespace reportctl::delivery {

namespace {

using Clock = std::chrono::steady_clock;

std::string host_name() {
  std::string name(256, '\0');
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  name.resize(name.find('\0'));
  return is_host_name(name) ? name : "localhost";
}

/// One connection, used by one letter after another; libcurl opens it again when it is gone.
class Smtp final : public Transport {
 public:
  Smtp(Endpoint endpoint, TransportSettings settings)
      : endpoint_(std::move(endpoint)),
        settings_(std::move(settings)),
        dialogue_({endpoint_.scheme == Scheme::smtp && settings_.tls == Tls::required, !settings_.username.empty()}) {}
  ~Smtp() override { close(SHUT_RD); }
  Smtp(const Smtp&) = delete;
  Smtp& operator=(const Smtp&) = delete;

  Outcome send(const Letter& letter, const HandingOver& handing_over) override;
  Outcome probe() override;
  [[nodiscard]] std::string describe() const override {
    return fmt::format("{}://{}:{} ({})", endpoint_.scheme == Scheme::smtps ? "smtps" : "smtp", endpoint_.host, endpoint_.port,
                       settings_.tls == Tls::required ? "TLS required" : "no TLS");
  }
  [[nodiscard]] std::optional<std::uint64_t> size_limit() const override { return size_limit_; }

 private:
  /// What the callbacks of one transfer work on.
  struct Transfer {
    LetterFeed* feed = nullptr;  ///< nullptr: a probe
    std::uint64_t size = 0;
    Halt halt = Halt::none;
    std::string error;
    curl_off_t sent = 0;
    Clock::time_point progress = Clock::now();
    std::optional<Clock::time_point> stop_seen;
  };

  void open();
  void configure(const std::optional<Secret>& password);
  void hang_up(int how);
  void close(int how);
  Ending perform(Transfer&);
  Ending transmit(const Letter&, const HandingOver&);
  [[nodiscard]] Ending too_large(std::uint64_t size) const;

  std::size_t on_line(std::string_view line);
  bool on_progress(curl_off_t sent);
  curl_socket_t on_open(const curl_sockaddr&);
  static std::size_t header_callback(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t read_callback(char* out, std::size_t size, std::size_t count, void* self);
  static std::size_t discard_callback(char*, std::size_t size, std::size_t count, void*) { return size * count; }
  static curl_socket_t open_callback(void* self, curlsocktype, curl_sockaddr* address);
  static int close_callback(void* self, curl_socket_t socket);

  Endpoint endpoint_;
  TransportSettings settings_;
  Dialogue dialogue_;
  std::optional<std::uint64_t> size_limit_;
  std::vector<curl_socket_t> sockets_;
  Transfer* transfer_ = nullptr;
  bool fresh_ = true;  ///< the transfer opened the connection that it used
  std::optional<http::Handle> handle_;
};

void Smtp::open() {
  if (handle_) return;
  std::optional<Secret> password;
  if (!settings_.username.empty()) {
    password = read_secret(settings_.password);
    if (!password) throw Error(ErrorKind::config, fmt::format("there is no password for {}", visible(settings_.username)));
  }
  handle_.emplace();
  try {
    configure(password);
  } catch (...) {
    close(SHUT_RDWR);  // a handle that lacks an option, TLS for one, must never be used
    throw;
  }
}

void Smtp::configure(const std::optional<Secret>& password) {
  const bool tls = settings_.tls == Tls::required;
  const std::string url = fmt::format("{}://{}:{}/{}", endpoint_.scheme == Scheme::smtps ? "smtps" : "smtp", endpoint_.host,
                                      endpoint_.port, settings_.helo.empty() ? host_name() : settings_.helo);
  http::Handle& handle = *handle_;
  handle.prepare({settings_.ca_file, settings_.connect_timeout},
                 [this](curl_off_t sent) { return transfer_ == nullptr || on_progress(sent); });  // none: libcurl says QUIT
  handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  handle.set(CURLOPT_URL, url.c_str());
  handle.set(CURLOPT_USE_SSL, static_cast<long>(tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  handle.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(settings_.response_timeout.count()));
  handle.set(CURLOPT_TCP_KEEPALIVE, 1L);
  handle.set(CURLOPT_HEADERFUNCTION, header_callback);
  handle.set(CURLOPT_HEADERDATA, this);
  handle.set(CURLOPT_READFUNCTION, read_callback);
  handle.set(CURLOPT_READDATA, this);
  handle.set(CURLOPT_WRITEFUNCTION, discard_callback);
  handle.set(CURLOPT_OPENSOCKETFUNCTION, open_callback);
  handle.set(CURLOPT_OPENSOCKETDATA, this);
  handle.set(CURLOPT_CLOSESOCKETFUNCTION, close_callback);
  handle.set(CURLOPT_CLOSESOCKETDATA, this);
  if (!password) return;
  handle.set(CURLOPT_USERNAME, settings_.username.c_str());
  handle.set(CURLOPT_PASSWORD, password->reveal().c_str());
  // libcurl would prefer NTLM, or Kerberos as soon as the user name has an @: neither can work from cron.
  handle.set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
}

/// `how`: SHUT_RD lets libcurl say QUIT without waiting for the answer (it would, for as long as any reply may take); SHUT_RDWR
/// ends at once.
void Smtp::hang_up(int how) {
  for (const curl_socket_t socket : sockets_) ::shutdown(socket, how);
}

void Smtp::close(int how) {
  hang_up(how);
  handle_.reset();
}

curl_socket_t Smtp::on_open(const curl_sockaddr& address) {
  const auto bytes = address_of(address.addr);
  if (settings_.tls == Tls::none && !(bytes && is_loopback(*bytes))) {
    if (transfer_ != nullptr) transfer_->error = endpoint_.host + " is not this host: nothing is sent there without TLS";
    return CURL_SOCKET_BAD;
  }
  const curl_socket_t socket = ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
  if (socket == CURL_SOCKET_BAD) return socket;
  sockets_.push_back(socket);
  dialogue_.connected();
  fresh_ = true;
  return socket;
}

std::size_t Smtp::on_line(std::string_view line) {
  dialogue_.line(line);
  if (dialogue_.size_limit()) size_limit_ = dialogue_.size_limit();
  if (dialogue_.is_over()) hang_up(SHUT_RD);
  if (transfer_ == nullptr) return line.size();
  if (dialogue_.login_is_impossible()) {
    transfer_->halt = Halt::no_login;
    transfer_->error = "a login is configured, but the server offers no AUTH; nothing was sent";
    return 0;  // libcurl ends the transfer; left alone, it would go on without a login
  }
  if (dialogue_.phase() >= Phase::auth && dialogue_.phase() < Phase::content && size_limit_ && transfer_->size > *size_limit_) {
    transfer_->halt = Halt::too_large;
    return 0;
  }
  return line.size();
}

bool Smtp::on_progress(curl_off_t sent) {
  Transfer& transfer = *transfer_;
  const Clock::time_point now = Clock::now();
  const bool handed_over = transfer.feed != nullptr && transfer.feed->handed_over();
  if (stop_requested()) {
    if (!transfer.stop_seen) transfer.stop_seen = now;
    if (!handed_over || now - *transfer.stop_seen >= settings_.stop_grace) {
      transfer.halt = Halt::stopped;
      transfer.error = "a stop was requested";
      return false;
    }
  }
  if (sent != transfer.sent) {
    transfer.sent = sent;
    transfer.progress = now;
  }
  // libcurl limits the wait for a reply, but not a server that reads no more. After the last bytes its own limit comes first.
  const auto limit = settings_.response_timeout + std::chrono::seconds(handed_over ? 5 : 0);
  if (sent > 0 && now - transfer.progress >= limit) {
    transfer.halt = Halt::stalled;
    transfer.error = "the server reads no more";
    return false;
  }
  return true;
}

std::size_t Smtp::header_callback(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<Smtp*>(self)->on_line({data, size * count});
}

std::size_t Smtp::read_callback(char* out, std::size_t size, std::size_t count, void* self) {
  auto& smtp = *static_cast<Smtp*>(self);
  if (smtp.transfer_ == nullptr) return CURL_READFUNC_ABORT;
  Transfer& transfer = *smtp.transfer_;
  if (transfer.feed == nullptr || !smtp.dialogue_.may_send()) {
    transfer.halt = Halt::no_login;
    transfer.error = "the server did not ask for the login; nothing was sent";
    return CURL_READFUNC_ABORT;
  }
  const std::optional<std::size_t> got = transfer.feed->read(out, size * count);
  if (got) return *got;
  transfer.halt = Halt::feed;
  transfer.error = "not sent: " + transfer.feed->failure();
  return CURL_READFUNC_ABORT;
}

curl_socket_t Smtp::open_callback(void* self, curlsocktype, curl_sockaddr* address) {
  return static_cast<Smtp*>(self)->on_open(*address);
}

int Smtp::close_callback(void* self, curl_socket_t socket) {
  std::erase(static_cast<Smtp*>(self)->sockets_, socket);
  return ::close(socket);
}

Ending Smtp::perform(Transfer& transfer) {
  transfer_ = &transfer;
  fresh_ = false;
  dialogue_.next_letter();
  const CURLcode code = handle_->perform();
  transfer_ = nullptr;
  if (transfer.error.empty() && code != CURLE_OK) transfer.error = handle_->words(code);
  Ending ending{code, dialogue_.phase(), dialogue_.code(), dialogue_.words(), transfer.error, false, transfer.halt};
  ending.handed_over = transfer.feed != nullptr && transfer.feed->handed_over();
  if (code != CURLE_OK) close(SHUT_RDWR);
  return ending;
}

Ending Smtp::too_large(std::uint64_t size) const {
  Ending ending;
  ending.halt = Halt::too_large;
  ending.error = fmt::format("the message has {} bytes, and the server takes at most {}", size, *size_limit_);
  return ending;
}

Ending Smtp::transmit(const Letter& letter, const HandingOver& handing_over) {
  http::Lines recipients;
  recipients.add(fmt::format("<{}>", letter.to.str()));
  const std::string from = fmt::format("<{}>", letter.from.str());
  for (;;) {
    open();
    handle_->set(CURLOPT_UPLOAD, 1L);
    handle_->set(CURLOPT_MAIL_FROM, from.c_str());
    handle_->set(CURLOPT_MAIL_RCPT, recipients.get());
    handle_->set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(letter.size()));
    LetterFeed feed(letter, handing_over);
    Transfer transfer;
    transfer.feed = &feed;
    transfer.size = letter.size();
    Ending ending = perform(transfer);
    if (ending.halt == Halt::too_large) return too_large(letter.size());
    // Servers end a connection between two letters after a while, or after so many letters: that says nothing about this one.
    const bool lost_before_mail = ending.phase == Phase::mail && (ending.reply_code == 0 || ending.reply_code == 421);
    if (fresh_ || !lost_before_mail || ending.curl_code == CURLE_OK || ending.halt != Halt::none) return ending;
  }
}

Outcome Smtp::send(const Letter& letter, const HandingOver& handing_over) try {
  if (size_limit_ && letter.size() > *size_limit_) return decide(too_large(letter.size()));
  return decide(transmit(letter, handing_over));
} catch (const Error& error) {
  return {OutcomeKind::deferred, error.what(), "config", 0, true};
}

Outcome Smtp::probe() try {
  close(SHUT_RD);  // what is asked is whether a new connection works
  open();
  handle_->set(CURLOPT_CUSTOMREQUEST, "NOOP");
  Transfer transfer;
  const Ending ending = perform(transfer);
  if (handle_) handle_->set(CURLOPT_CUSTOMREQUEST, static_cast<const char*>(nullptr));
  if (ending.curl_code != CURLE_OK) return decide(ending);
  return {OutcomeKind::accepted, fmt::format("{} is ready", describe()), {}, 0, false};
} catch (const Error& error) {
  return {OutcomeKind::deferred, error.what(), "config", 0, true};
}

}  // namespace

std::unique_ptr<Transport> make_smtp(const Endpoint& endpoint, const TransportSettings& settings) {
  return std::make_unique<Smtp>(endpoint, settings);
}

}  // namespace reportctl::delivery
