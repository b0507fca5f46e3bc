// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>

#include <chrono>
#include <thread>

#include "letters.hpp"
#include "reportctl/base/stop.hpp"
#include "smtp_server.hpp"

// What is special about Maildir and sendmail, and how a stop ends each kind.

namespace {

using namespace reportctl;
using namespace reportctl::delivery;
using namespace reportctl::testing;
namespace fs = std::filesystem;
using std::chrono::steady_clock;

struct FakeSendmail {
  TempFolder folder;
  TransportSettings settings;
  explicit FakeSendmail(const std::string& body) {
    const fs::path program = folder.path() / "sendmail";
    std::ofstream(program) << "#!/bin/sh\ncd " << folder.path().string() << "\n" << body << "\n";
    ::chmod(program.c_str(), 0755);
    settings.url = "sendmail:" + program.string();
    settings.response_timeout = std::chrono::seconds(1);
  }
  Outcome send(Asked& asked, const std::string& body = kBody) {
    const OwnedLetter owned(kHead, body);
    return open_transport(settings)->send(owned.letter, asked.yes());
  }
};

std::size_t count(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// Runs in a child, since a stop cannot be taken back; its exit code is the outcome's kind, or 100 + kind when the batch does not
/// stop.
template <typename Act>
int in_child(Act act) {
  const pid_t child = ::fork();
  if (child == 0) {
    install_signal_handlers();
    const Outcome outcome = act();
    ::_exit(static_cast<int>(outcome.kind) + (outcome.stop_batch ? 0 : 100));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// Raises SIGTERM in this process after a while.
void stop_soon(std::chrono::milliseconds wait) {
  std::thread([wait] {
    std::this_thread::sleep_for(wait);
    ::kill(::getpid(), SIGTERM);
  }).detach();
}

}  // namespace

TEST_CASE("a Maildir is made with its three folders, private, and holds a letter only in new/") {
  const TempFolder folder;
  TransportSettings settings;
  settings.url = "maildir:" + (folder.path() / "a" / "box").string();
  const auto transport = open_transport(settings);
  const OwnedLetter owned(kHead, kBody);
  std::size_t in_tmp = 0;
  std::size_t in_new = 9;
  const Outcome outcome = transport->send(owned.letter, [&] {
    in_tmp = count(folder.path() / "a/box/tmp");
    in_new = count(folder.path() / "a/box/new");
    return true;
  });
  CHECK(outcome.kind == OutcomeKind::accepted);
  CHECK(in_tmp == 1);
  CHECK(in_new == 0);
  CHECK(count(folder.path() / "a/box/tmp") == 0);
  CHECK(count(folder.path() / "a/box/new") == 1);
  for (const char* name : {"", "cur", "new", "tmp"}) {
    struct stat status {};
    ::stat((folder.path() / "a/box" / name).c_str(), &status);
    CHECK((status.st_mode & 0777U) == 0700);
  }
}

TEST_CASE("a letter that is held back leaves nothing in a Maildir") {
  const TempFolder folder;
  TransportSettings settings;
  settings.url = "maildir:" + folder.path().string();
  Asked asked;
  const OwnedLetter owned(kHead, kBody);
  open_transport(settings)->send(owned.letter, asked.no());
  CHECK(count(folder.path() / "tmp") == 0);
  CHECK(count(folder.path() / "new") == 0);
}

TEST_CASE("what a killed process left in tmp/ of a Maildir goes after 36 hours") {
  const TempFolder folder;
  TransportSettings settings;
  settings.url = "maildir:" + folder.path().string();
  const OwnedLetter owned(kHead, kBody);
  Asked asked;
  open_transport(settings)->send(owned.letter, asked.yes());
  const auto now = std::filesystem::file_time_type::clock::now();
  for (const auto& [name, age] : {std::pair{"old", 37}, std::pair{"young", 35}}) {
    std::ofstream(folder.path() / "tmp" / name) << "half";
    std::filesystem::last_write_time(folder.path() / "tmp" / name, now - std::chrono::hours(age));
  }
  open_transport(settings)->send(owned.letter, asked.yes());
  CHECK_FALSE(std::filesystem::exists(folder.path() / "tmp" / "old"));
  CHECK(std::filesystem::exists(folder.path() / "tmp" / "young"));
}

TEST_CASE("letters delivered in the same second have names of their own") {
  const TempFolder folder;
  TransportSettings settings;
  settings.url = "maildir:" + folder.path().string();
  const OwnedLetter owned(kHead, kBody);
  Asked asked;
  for (int i = 0; i < 20; ++i) open_transport(settings)->send(owned.letter, asked.yes());
  CHECK(count(folder.path() / "new") == 20);
}

TEST_CASE("sendmail is run without a shell, with the addresses as arguments, and reads LF") {
  FakeSendmail fake("printf '%s|' \"$@\" > arguments\ncat > letter");
  Asked asked;
  CHECK(fake.send(asked).kind == OutcomeKind::accepted);
  CHECK(slurp(fake.folder.path() / "arguments") == "-i|-f|reports@example.com|--|rec@example.com|");
  const std::string letter = slurp(fake.folder.path() / "letter");
  CHECK(letter.find('\r') == std::string::npos);
  CHECK(letter.starts_with("From: reports@example.com\nTo: rec@example.com\n"));
  CHECK(letter.ends_with("\n.\n..two dots\nThe end.\n"));
}

TEST_CASE("sendmail's exit code and words make the outcome") {
  Asked asked;
  const Outcome refused = FakeSendmail("cat > /dev/null; echo 'user unknown' >&2; exit 67").send(asked);
  CHECK(refused.kind == OutcomeKind::refused);
  CHECK(refused.reason_class == "recipient");
  CHECK(refused.answer == "user unknown (sendmail ended with code 67)");
  CHECK(FakeSendmail("cat > /dev/null; exit 75").send(asked).kind == OutcomeKind::deferred);
  CHECK(FakeSendmail("cat > /dev/null; exit 1").send(asked).kind == OutcomeKind::deferred);
  CHECK(FakeSendmail("cat > /dev/null; exec /nowhere/sendmail").send(asked).reason_class == "config");
  CHECK(FakeSendmail("cat > /dev/null; kill -9 $$").send(asked).kind == OutcomeKind::unknown);
}

TEST_CASE("a sendmail that ends before it has read all has not got the letter") {
  // More than a pipe holds, so that the last bytes cannot have been written.
  const std::string large = "MIME-Version: 1.0\r\n\r\n" + std::string(4 << 20, 'x') + "\r\n";
  for (const char* body : {"exit 0", "head -c 1000 > /dev/null; exit 0", "kill -9 $$"}) {
    CAPTURE(std::string(body));
    Asked asked;
    install_signal_handlers();  // a write to a closed pipe is an error, not the end of the program
    CHECK(FakeSendmail(body).send(asked, large).kind == OutcomeKind::deferred);
    CHECK(asked.times == 0);
  }
  Asked asked;
  CHECK(FakeSendmail("exit 67").send(asked, large).kind == OutcomeKind::refused);
}

TEST_CASE("a sendmail that reads nothing, or never ends, is given up") {
  const std::string large = "MIME-Version: 1.0\r\n\r\n" + std::string(4 << 20, 'x') + "\r\n";
  Asked asked;
  const auto start = steady_clock::now();
  CHECK(FakeSendmail("sleep 60").send(asked, large).kind == OutcomeKind::deferred);
  CHECK(asked.times == 0);
  CHECK(FakeSendmail("cat > /dev/null; sleep 60").send(asked).kind == OutcomeKind::unknown);
  CHECK(asked.times == 1);
  CHECK(steady_clock::now() - start < std::chrono::seconds(8));
}

TEST_CASE("a letter that is held back never ends in a sendmail wrapper's child as a shorter letter") {
  FakeSendmail fake("cat > draft && mv draft letter");  // cat is the child that would outlive the shell
  const OwnedLetter owned(kHead, "MIME-Version: 1.0\r\n\r\n" + std::string(1 << 20, 'x') + "\r\n");
  Asked asked;
  CHECK(open_transport(fake.settings)->send(owned.letter, asked.no()).kind == OutcomeKind::deferred);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK_FALSE(fs::exists(fake.folder.path() / "letter"));
}

TEST_CASE("a background child of sendmail that keeps our pipe holds nobody up") {
  Asked asked;
  const auto start = steady_clock::now();
  CHECK(FakeSendmail("cat > /dev/null; sleep 30 & exit 0").send(asked).kind == OutcomeKind::accepted);
  CHECK(steady_clock::now() - start < std::chrono::seconds(3));
}

TEST_CASE("a stop before the last bytes defers the letter, in every transport that waits") {
  const int expected = static_cast<int>(OutcomeKind::deferred);
  PythonServer server("smtp_script.py", {"--on", "rcpt=hang"});
  TransportSettings smtp;
  smtp.url = "smtp://127.0.0.1:" + std::to_string(server.port());
  smtp.tls = Tls::none;
  FakeSendmail fake("sleep 60");
  fake.settings.response_timeout = std::chrono::seconds(60);
  for (const TransportSettings& settings : {smtp, fake.settings}) {
    CAPTURE(settings.url);
    const auto start = steady_clock::now();
    CHECK(in_child([&] {
            stop_soon(std::chrono::milliseconds(200));
            Asked asked;
            const OwnedLetter owned(kHead, std::string(4 << 20, 'x'));
            return open_transport(settings)->send(owned.letter, asked.yes());
          }) == expected);
    CHECK(steady_clock::now() - start < std::chrono::seconds(5));
  }
}

TEST_CASE("a stop after the last bytes waits for the answer, and for no longer than its grace") {
  for (const auto& [rule, expected] : {std::pair{"dot=delay:1", 100 + static_cast<int>(OutcomeKind::accepted)},
                                       std::pair{"dot=hang", static_cast<int>(OutcomeKind::unknown)}}) {
    CAPTURE(std::string(rule));
    PythonServer server("smtp_script.py", {"--on", rule});
    TransportSettings settings;
    settings.url = "smtp://127.0.0.1:" + std::to_string(server.port());
    settings.tls = Tls::none;
    settings.stop_grace = std::chrono::seconds(3);
    const auto start = steady_clock::now();
    CHECK(in_child([&] {
            Asked asked;
            const OwnedLetter owned(kHead, kBody);
            return open_transport(settings)->send(owned.letter, [&] {
              ::kill(::getpid(), SIGTERM);
              return true;
            });
          }) == expected);
    CHECK(steady_clock::now() - start < std::chrono::seconds(10));
  }
}
