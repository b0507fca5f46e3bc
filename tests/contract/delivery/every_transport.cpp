// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <functional>
#include <memory>
#include <set>

#include "letters.hpp"
#include "places.hpp"
#include "reportctl/base/hash.hpp"
#include "smtp_server.hpp"

// The same promises, kept by every kind of transport, and by every kind of destination.

namespace {

using namespace reportctl;
using namespace reportctl::delivery;
using namespace reportctl::testing;
namespace fs = std::filesystem;

/// A transport together with the place where its letters arrive.
struct Post {
  virtual ~Post() = default;
  virtual TransportSettings settings() { return {}; }
  virtual std::unique_ptr<Transport> open() { return open_transport(settings()); }
  /// What arrived, complete; ends the service. Line ends as the place keeps them.
  virtual std::multiset<std::string> arrived() = 0;
  [[nodiscard]] virtual bool keeps_crlf() const { return true; }
  virtual void break_down() = 0;
};

struct MaildirPost : Post {
  TempFolder folder;
  TransportSettings settings() override {
    TransportSettings made;
    made.url = "maildir:" + (folder.path() / "box").string();
    return made;
  }
  std::multiset<std::string> arrived() override {
    std::multiset<std::string> letters;
    if (fs::exists(folder.path() / "box" / "new"))
      for (const auto& entry : fs::directory_iterator(folder.path() / "box" / "new")) letters.insert(slurp(entry.path()));
    return letters;
  }
  void break_down() override { std::ofstream(folder.path() / "box") << "not a folder"; }
};

struct SendmailPost : Post {
  TempFolder folder;
  fs::path program = folder.path() / "sendmail";
  SendmailPost() {
    // Takes the letter as a queue does: whole or not at all.
    std::ofstream(program) << "#!/bin/sh\nprintf '%s|' \"$@\" > " << (folder.path() / "arguments").string() << "\nname=$(mktemp "
                           << (folder.path() / "draft-XXXXXX").string()
                           << ")\ncat > \"$name\" && mv \"$name\" \"$(echo \"$name\" | sed s/draft/letter/)\"\n";
    ::chmod(program.c_str(), 0755);
  }
  TransportSettings settings() override {
    TransportSettings made;
    made.url = "sendmail:" + program.string();
    return made;
  }
  std::multiset<std::string> arrived() override {
    std::multiset<std::string> letters;
    for (const auto& entry : fs::directory_iterator(folder.path()))
      if (entry.path().filename().string().starts_with("letter-")) letters.insert(slurp(entry.path()));
    return letters;
  }
  [[nodiscard]] bool keeps_crlf() const override { return false; }
  void break_down() override { fs::remove(program); }
};

struct SmtpPost : Post {
  explicit SmtpPost(std::vector<std::string> arguments = {})
      : server(std::make_unique<PythonServer>("smtp_script.py", std::move(arguments))) {
    port = server->port();
  }
  std::unique_ptr<PythonServer> server;
  int port = 0;
  TransportSettings settings() override {
    TransportSettings made;
    made.url = "smtp://127.0.0.1:" + std::to_string(port);
    made.tls = Tls::none;
    made.response_timeout = std::chrono::seconds(20);
    return made;
  }
  std::multiset<std::string> arrived() override {
    std::multiset<std::string> letters;
    if (!server) return letters;
    const auto seen = server->log();
    for (const auto& message : seen["messages"]) letters.insert(decode_base64(message["data"]));
    return letters;
  }
  void break_down() override { server.reset(); }
};

/// aiosmtpd, with STARTTLS, login and a checked certificate.
struct RealSmtpPost : Post {
  TempFolder folder;
  PythonServer server{"smtp_real.py", {"--cert", certificates().certificate, "--key", certificates().key}};
  bool broken = false;
  TransportSettings settings() override {
    const fs::path password = folder.path() / "password";
    std::ofstream(password) << "correct horse\n";
    ::chmod(password.c_str(), 0600);
    TransportSettings made;
    made.url = "smtp://localhost:" + std::to_string(server.port());
    made.ca_file = broken ? certificates().stranger : certificates().authority;
    made.username = "reports";
    made.password.file = password;
    made.response_timeout = std::chrono::seconds(20);
    return made;
  }
  std::multiset<std::string> arrived() override {
    std::multiset<std::string> letters;
    const auto seen = server.log();
    for (const auto& message : seen["messages"]) letters.insert(decode_base64(message["data"]));
    return letters;
  }
  void break_down() override { broken = true; }
};

/// A destination that gets letters, each as a file of its own.
class LettersAsFiles : public Transport {
 public:
  explicit LettersAsFiles(const DestinationSettings& settings) : destination_(open_destination(settings)) {}
  Outcome send(const Letter& letter, const HandingOver& handing_over) override {
    auto file = TempFile::create("/tmp");
    std::string bytes = letter.head;
    std::string body(letter.body == nullptr ? 0 : letter.body->size(), '\0');
    if (letter.body != nullptr) letter.body->read_at(0, body.data(), body.size());
    bytes += body;
    file.write(bytes);
    return destination_->send({.path = "in/2026/letter-" + std::to_string(++count_) + ".eml",
                               .id = new_id(),
                               .file = file.fd(),
                               .size = file.size(),
                               .sha256 = sha256_hex(bytes)},
                              handing_over);
  }
  [[nodiscard]] std::string describe() const override { return destination_->describe(); }
  Outcome probe() override { return destination_->probe(); }

 private:
  std::unique_ptr<Destination> destination_;
  int count_ = 0;
};

struct PlacePost : Post {
  explicit PlacePost(std::unique_ptr<PlaceLab> made) : lab(std::move(made)) {}
  std::unique_ptr<PlaceLab> lab;
  std::unique_ptr<Transport> open() override { return std::make_unique<LettersAsFiles>(lab->settings()); }
  std::multiset<std::string> arrived() override {
    std::multiset<std::string> contents;
    for (auto& [name, content] : lab->files()) contents.insert(content);
    return contents;
  }
  void break_down() override { lab->break_down(); }
};

std::string stored(const Post& post, const std::string& bytes) {
  if (post.keeps_crlf()) return bytes;
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if (bytes[i] != '\r' || bytes[i + 1] != '\n') text.push_back(bytes[i]);
  return text;
}

void for_every_post(const std::function<void(Post&)>& check) {
  const std::pair<const char*, std::function<std::unique_ptr<Post>()>> kinds[] = {
      {"maildir", [] { return std::make_unique<MaildirPost>(); }},
      {"sendmail", [] { return std::make_unique<SendmailPost>(); }},
      {"smtp", [] { return std::make_unique<SmtpPost>(); }},
      {"aiosmtpd", [] { return std::make_unique<RealSmtpPost>(); }},
      {"directory", [] { return std::make_unique<PlacePost>(std::make_unique<DirectoryLab>()); }},
      {"sftp", [] { return std::make_unique<PlacePost>(std::make_unique<SftpLab>()); }},
      {"s3", [] { return std::make_unique<PlacePost>(std::make_unique<BucketLab>()); }},
  };
  for (const auto& [name, make] : kinds) {
    if (std::string(name) == "s3" && !BucketLab::is_available()) continue;  // of npm, which cannot always be reached
    CAPTURE(std::string(name));
    const auto post = make();
    check(*post);
  }
}

}  // namespace

TEST_CASE("every transport delivers a letter whole, asks exactly once before, and says accepted") {
  for_every_post([](Post& post) {
    const auto transport = post.open();
    Asked asked;
    const OwnedLetter owned(kHead, kBody);
    const Outcome outcome = transport->send(owned.letter, asked.yes());
    INFO(outcome.answer);
    CHECK(outcome.kind == OutcomeKind::accepted);
    CHECK(outcome.reason_class.empty());
    CHECK_FALSE(outcome.answer.empty());
    CHECK_FALSE(outcome.stop_batch);
    CHECK(asked.times == 1);
    CHECK(post.arrived() == std::multiset<std::string>{stored(post, kHead + kBody)});
  });
}

TEST_CASE("every transport delivers nothing when asking for the leave throws") {
  for_every_post([](Post& post) {
    const auto transport = post.open();
    const OwnedLetter owned(kHead, kBody);
    Asked asked;
    const Outcome refused = transport->send(owned.letter, asked.no());
    CHECK(refused.kind == OutcomeKind::deferred);
    CHECK(refused.reason_class == "local");
    CHECK(refused.answer.find("the state file is full") != std::string::npos);
    CHECK(asked.times == 1);
    CHECK(post.arrived().empty());
  });
}

TEST_CASE("every transport goes on after a letter that was held back") {
  for_every_post([](Post& post) {
    const auto transport = post.open();
    Asked asked;
    const OwnedLetter owned(kHead, kBody);
    transport->send(owned.letter, asked.no());
    CHECK(transport->send(owned.letter, asked.yes()).kind == OutcomeKind::accepted);
    CHECK(post.arrived().size() == 1);
  });
}

TEST_CASE("every transport delivers large letters unchanged, whatever their size is to its buffers") {
  for_every_post([](Post& post) {
    const auto transport = post.open();
    std::multiset<std::string> expected;
    Asked asked;
    const std::size_t head = kHead.size();
    // Around 64 KB, where buffers end, with lines of dots.
    for (const std::size_t size : {std::size_t{65536} - head, std::size_t{65536} - head - 1, std::size_t{65536} - head + 1,
                                   std::size_t{131072} - head, std::size_t{1000003}}) {
      std::string body = "MIME-Version: 1.0\r\n\r\n";
      while (body.size() + 70 < size)
        body += body.size() % 3 == 0 ? "..\r\n" : body.size() % 3 == 1 ? ".\r\n" : "0123456789abcdef\r\n";
      body += std::string(size - body.size() - 2, 'x') + "\r\n";
      REQUIRE(body.size() == size);
      const OwnedLetter owned(kHead, body);
      CHECK(transport->send(owned.letter, asked.yes()).kind == OutcomeKind::accepted);
      expected.insert(stored(post, kHead + body));
    }
    CHECK(asked.times == 5);
    CHECK((post.arrived() == expected));
  });
}

TEST_CASE("every transport turns its trouble into a deferred outcome, asks nothing and stops the batch") {
  for_every_post([](Post& post) {
    post.break_down();
    const auto transport = post.open();
    Asked asked;
    const OwnedLetter owned(kHead, kBody);
    const Outcome outcome = transport->send(owned.letter, asked.yes());
    CHECK(outcome.kind == OutcomeKind::deferred);
    CHECK(outcome.stop_batch);
    CHECK_FALSE(outcome.answer.empty());
    CHECK(asked.times == 0);
    CHECK(transport->probe().kind == OutcomeKind::deferred);
  });
}

TEST_CASE("every transport can be probed without sending") {
  for_every_post([](Post& post) {
    const auto transport = post.open();
    const Outcome outcome = transport->probe();
    INFO(outcome.answer);
    CHECK(outcome.kind == OutcomeKind::accepted);
    CHECK(post.arrived().empty());
  });
}

TEST_CASE("a letter without a body file is its head") {
  for_every_post([](Post& post) {
    const auto transport = post.open();
    Asked asked;
    const Letter letter{address("reports@example.com"), address("rec@example.com"), kHead, nullptr};
    CHECK(transport->send(letter, asked.yes()).kind == OutcomeKind::accepted);
    CHECK(asked.times == 1);
    CHECK(post.arrived() == std::multiset<std::string>{stored(post, kHead)});
  });
}
