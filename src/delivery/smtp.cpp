// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "letter_feed.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/host.hpp"
#include "reportctl/base/text.hpp"
#include "smtp_session.hpp"
#include "transports.hpp"

namespace reportctl::delivery {

namespace {

/// What a reply says, without whom it names: `450 4.7.1`.
std::string gist_of(const Ending& ending) {
  const auto words = split(ending.words, ' ');
  const bool enhanced = words.size() > 1 && !words[1].empty() && words[1].find_first_not_of("0123456789.") == std::string::npos;
  return enhanced ? fmt::format("{} {}", ending.reply_code, words[1]) : fmt::format("{}", ending.reply_code);
}

/// One connection, used by one letter after another, and opened again when it is gone.
class Smtp final : public Transport {
 public:
  Smtp(const Endpoint& endpoint, const TransportSettings& settings)
      : name_(fmt::format("{}://{}:{} ({})", endpoint.scheme == Scheme::smtps ? "smtps" : "smtp", endpoint.host, endpoint.port,
                          settings.tls == Tls::required ? "TLS required"
                          : is_loopback(endpoint.host)  ? "no TLS"
                                                        : "no TLS: whoever can read that network can read the reports")),
        session_(endpoint, settings) {}

  Outcome send(const Letter& letter, const HandingOver& handing_over) override try {
    if (size_limit_ && letter.size() > *size_limit_) return decide(too_large(letter.size()));
    const Ending ending = transmit(letter, handing_over);
    auto outcome = decide(ending);
    if (outcome.kind == OutcomeKind::accepted) has_accepted_ = true;
    // What it says of one recipient then cannot hold for all of them, unless it has had enough.
    const bool had_enough = outcome.reason_class == "quota";
    if (has_accepted_ && !had_enough && ending.phase >= Phase::recipient && ending.reply_code != 0) outcome.stop_batch = false;
    return outcome;
  } catch (const Error& error) {
    return {OutcomeKind::deferred, error.what(), "config", 0, true};
  }

  Outcome probe() override try {
    session_.close();  // what is asked is whether a new connection works
    if (const auto ended = session_.open()) return decide(*ended);
    return {OutcomeKind::accepted, fmt::format("{} is ready", describe()), {}, 0, false};
  } catch (const Error& error) {
    return {OutcomeKind::deferred, error.what(), "config", 0, true};
  }

  [[nodiscard]] std::string describe() const override { return name_; }
  [[nodiscard]] std::optional<std::uint64_t> size_limit() const override { return size_limit_; }

 private:
  Ending transmit(const Letter&, const HandingOver&);
  std::optional<Ending> announce(const Letter&);
  [[nodiscard]] bool is_of_the_connection(const Ending&) const;
  [[nodiscard]] Ending too_large(std::uint64_t size) const;

  std::string name_;
  SmtpSession session_;
  std::optional<std::uint64_t> size_limit_;
  bool has_accepted_ = false;
  std::set<std::string> told_at_once_;  ///< the gist of what new connections were told: a further one would not help
};

Ending Smtp::too_large(std::uint64_t size) const {
  Ending ending;
  ending.halt = Halt::too_large;
  ending.error = fmt::format("the message has {} bytes, and the server takes at most {}", size, *size_limit_);
  return ending;
}

/// Servers end a connection after some time, or after a number of letters, recipients or mistakes: that says nothing
/// about this letter.
bool Smtp::is_of_the_connection(const Ending& ending) const {
  if (ending.halt != Halt::none || ending.curl_code == CURLE_OPERATION_TIMEDOUT) return false;
  if (ending.reply_code == 0 || ending.reply_code == 421 || ending.phase == Phase::reset) return true;
  return ending.reply_code / 100 == 4 && ending.phase <= Phase::recipient && !told_at_once_.contains(gist_of(ending));
}

/// RSET where the last letter was given up in the middle, MAIL, RCPT, DATA.
std::optional<Ending> Smtp::announce(const Letter& letter) {
  auto& dialogue = session_.dialogue();
  dialogue.next_letter();
  if (dialogue.phase() == Phase::reset) {
    if (auto ended = session_.say("RSET")) return ended;
  }
  const auto size = dialogue.takes_size() ? fmt::format(" SIZE={}", letter.size()) : std::string();
  const char* utf8 = letter.needs_utf8() ? " SMTPUTF8" : "";
  if (auto ended = session_.say(fmt::format("MAIL FROM:<{}>{}{}", letter.from.str(), size, utf8))) return ended;
  if (auto ended = session_.say(fmt::format("RCPT TO:<{}>", letter.to.str()))) return ended;
  return session_.say("DATA");
}

Ending Smtp::transmit(const Letter& letter, const HandingOver& handing_over) {
  for (bool fresh = !session_.is_open();; fresh = true) {
    if (fresh) {
      if (const auto ended = session_.open()) return *ended;
    }
    size_limit_ = session_.dialogue().size_limit();
    if (size_limit_ && letter.size() > *size_limit_) return too_large(letter.size());
    if (letter.needs_utf8() && !session_.dialogue().takes_utf8()) {
      Ending ending;
      ending.halt = Halt::no_utf8;
      ending.error = "the server takes only ASCII characters before the @ (it does not offer SMTPUTF8)";
      return ending;
    }
    const auto ended = announce(letter);
    if (!ended) {
      LetterFeed feed(letter, handing_over);
      return session_.deliver(feed);
    }
    if (fresh) told_at_once_.insert(gist_of(*ended));
    if (fresh || !is_of_the_connection(*ended)) return *ended;
    session_.close();
  }
}

}  // namespace

std::unique_ptr<Transport> make_smtp(const Endpoint& endpoint, const TransportSettings& settings) {
  return std::make_unique<Smtp>(endpoint, settings);
}

}  // namespace reportctl::delivery
