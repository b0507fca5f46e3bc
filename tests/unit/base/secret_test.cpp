// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/secret.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.hpp"

using namespace reportctl;
namespace fs = std::filesystem;

namespace {

SecretSource from_file(const fs::path& path) {
  SecretSource source;
  source.file = path;
  return source;
}
SecretSource from_command(std::vector<std::string> command) {
  SecretSource source;
  source.command = std::move(command);
  return source;
}
fs::path put_private(const Scratch& scratch, const std::string& name, const std::string& text, mode_t mode = 0600) {
  fs::path path = scratch.put(name, text);
  ::chmod(path.c_str(), mode);
  return path;
}
std::string message_of(const SecretSource& source) {
  const Error error = error_of([&] { read_secret(source); });
  CHECK(error.kind() == ErrorKind::config);
  return error.what();
}

}  // namespace

TEST_CASE("a secret prints as three stars and survives copies and moves") {
  Secret secret("hunter2");
  CHECK(fmt::format("{}", secret) == "***");
  Secret copy = secret;
  Secret moved = std::move(copy);
  secret = Secret("another, and long enough to live on the heap");
  CHECK(moved.reveal() == "hunter2");
  moved = secret;
  CHECK(moved.reveal() == secret.reveal());
  CHECK(Secret().reveal().empty());
}

TEST_CASE("a destroyed secret leaves no bytes in its place, whether it was moved from or not") {
  alignas(Secret) unsigned char place[sizeof(Secret)];
  const auto holds = [&](const char* word) {
    return std::string_view(reinterpret_cast<const char*>(place), sizeof place).find(word) != std::string_view::npos;
  };
  auto* secret = new (place) Secret("hunter2");  // short: kept inside the object
  CHECK(holds("hunter2"));
  const Secret moved = std::move(*secret);
  secret->~Secret();
  CHECK_FALSE(holds("hunter2"));
  CHECK_FALSE(holds("unter2"));
  CHECK(moved.reveal() == "hunter2");
}

TEST_CASE("a secret file is read without its last line end") {
  const Scratch scratch;
  CHECK(read_secret(from_file(put_private(scratch, "a", "pass word\n")))->reveal() == "pass word");
  CHECK(read_secret(from_file(put_private(scratch, "b", "pass\r\n")))->reveal() == "pass");
  CHECK(read_secret(from_file(put_private(scratch, "c", "pass")))->reveal() == "pass");
  for (const char* text : {"two\nlines\n", "one\n\n", "\nsecond", "a\rb"})
    CHECK(message_of(from_file(put_private(scratch, "d", text))) ==
          "the secret file " + (scratch / "d").string() + " has more than one line");
  CHECK(read_secret(from_file(put_private(scratch, "e", "x", 0400)))->reveal() == "x");
  CHECK(read_secret(from_file(put_private(scratch, "f", std::string(4096, 'x'))))->reveal().size() == 4096);
}

TEST_CASE("a secret file that others can read, or that is not a file of ours, is refused") {
  const Scratch scratch;
  for (const mode_t mode : {0640, 0604, 0660, 0602, 0610, 0777}) {
    const fs::path path = put_private(scratch, "open", "x", mode);
    CHECK(message_of(from_file(path)) == "the secret file " + path.string() + " can be read by others");
  }
  const fs::path good = put_private(scratch, "good", "x");
  fs::create_symlink(good, scratch / "link");
  CHECK(message_of(from_file(scratch / "link")) == "the secret file " + (scratch / "link").string() + " is a symbolic link");
  CHECK(message_of(from_file(scratch.path())).ends_with("is not a regular file"));
  REQUIRE(::mkfifo((scratch / "fifo").c_str(), 0600) == 0);
  CHECK(message_of(from_file(scratch / "fifo")).ends_with("is not a regular file"));
  CHECK(message_of(from_file(scratch / "absent")).ends_with("No such file or directory"));
  CHECK(message_of(from_file(put_private(scratch, "big", std::string(4097, 'x')))).ends_with("is larger than 4096 bytes"));
  CHECK(message_of(from_file(put_private(scratch, "empty", "\n"))).ends_with("is empty"));
  CHECK(message_of(from_file(put_private(scratch, "nul", std::string("a\0b", 3)))).ends_with("has a NUL byte"));
  if (::geteuid() == 0) {  // only root can give files away
    const fs::path path = put_private(scratch, "theirs", "x");
    REQUIRE(::chown(path.c_str(), 65534, 65534) == 0);
    CHECK(message_of(from_file(path)).ends_with("belongs to another user"));
  }
}

TEST_CASE("no message about a secret tells the secret") {
  const Scratch scratch;
  CHECK(message_of(from_file(put_private(scratch, "a", "hunter2\n", 0644))).find("hunter2") == std::string::npos);
  CHECK(message_of(from_command({"sh", "-c", "echo hunter2; exit 3"})).find("hunter2") == std::string::npos);
}

TEST_CASE("a command's output is the secret; its failure is an error") {
  CHECK(read_secret(from_command({"printf", "%s\\n", "two words"}))->reveal() == "two words");
  CHECK(message_of(from_command({"sh", "-c", "exit 3"})) == "the secret command sh ended with code 3");
  CHECK(message_of(from_command({"true"})) == "the output of the secret command true is empty");
  CHECK(message_of(from_command({"/nonexistent/pass"})) == "cannot run /nonexistent/pass: No such file or directory");
  CHECK(message_of(from_command({"head", "-c", "4097", "/dev/zero"})) == "head printed more than 4096 bytes");
}

TEST_CASE("a credential of the service manager comes first, then the file, then the command; none is no secret") {
  const Scratch scratch;
  SecretSource source;
  CHECK_FALSE(read_secret(source).has_value());
  source.credential = "smtp";
  CHECK_FALSE(read_secret(source).has_value());
  {
    const WithVariable directory("CREDENTIALS_DIRECTORY", scratch.path().string());
    CHECK_FALSE(read_secret(source).has_value());
    source.command = {"echo", "from the command"};
    CHECK(read_secret(source)->reveal() == "from the command");
    source.file = put_private(scratch, "file", "from the file\n");
    CHECK(read_secret(source)->reveal() == "from the file");
    put_private(scratch, "smtp", "from the manager\n", 0440);  // systemd's access lists show as group bits
    CHECK(read_secret(source)->reveal() == "from the manager");
    for (const std::string name : {"../smtp", "a/b", ".", "..", "/etc/passwd"}) {
      source.credential = name;
      CHECK(message_of(source).ends_with("is not the name of a credential"));
    }
  }
}
