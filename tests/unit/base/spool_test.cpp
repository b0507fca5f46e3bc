// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/spool.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <thread>

#include "reportctl/base/error.hpp"
#include "scratch.hpp"

using namespace reportctl;

namespace {

struct Channel {
  Fd reader;
  Fd writer;
};
Channel pipe_channel() {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  return {Fd(ends[0]), Fd(ends[1])};
}
Channel socket_channel() {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

/// Text in which every place is known by its content.
std::string numbered(std::size_t size) {
  std::string text;
  while (text.size() < size) text += std::to_string(text.size()) + ' ';
  text.resize(size);
  return text;
}

std::string read_some(const Fd& fd, std::size_t size) {
  std::string text(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::read(fd.get(), text.data() + done, size - done);
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  text.resize(done);
  return text;
}

}  // namespace

TEST_CASE("a reader that stands still does not stop the writer, and gets every byte in order when it goes on") {
  for (auto* const make : {pipe_channel, socket_channel}) {
    Channel channel = make();
    const std::string text = numbered(3'000'000);  // no pipe holds as much
    SpoolingSink sink(channel.writer.get(), "the pipe");
    for (std::size_t at = 0; at < text.size(); at += 70'001) sink.write(std::string_view(text).substr(at, 70'001));
    std::string got;
    std::thread reader([&] { got = read_some(channel.reader, text.size()); });
    sink.finish();
    reader.join();
    CHECK(got == text);
  }
}

TEST_CASE("what a slow reader takes meanwhile and what it takes at the end fit together") {
  Channel channel = pipe_channel();
  const std::string text = numbered(1'000'000);
  SpoolingSink sink(channel.writer.get(), "the pipe");
  std::string got;
  for (std::size_t at = 0; at < text.size(); at += 10'000) {
    sink.write(std::string_view(text).substr(at, 10'000));
    if (at >= 200'000) got += read_some(channel.reader, 9'000);
  }
  std::thread reader([&] { got += read_some(channel.reader, text.size() - got.size()); });
  sink.finish();
  reader.join();
  CHECK(got == text);
}

TEST_CASE("a reader that keeps up has everything before the end, and a file is written at once") {
  Channel channel = pipe_channel();
  SpoolingSink to_pipe(channel.writer.get(), "the pipe");
  to_pipe.write("first");
  CHECK(read_some(channel.reader, 5) == "first");
  TempFile file = TempFile::create("/var/tmp");
  SpoolingSink to_file(file.fd(), "the file");
  const std::string text = numbered(500'000);
  to_file.write(text);
  std::string kept(text.size(), '\0');
  CHECK(file.read_at(0, kept.data(), kept.size()) == text.size());
  CHECK(kept == text);
}

TEST_CASE("a reader that has gone is an error, whenever it went") {
  ::signal(SIGPIPE, SIG_IGN);
  Channel channel = pipe_channel();
  SpoolingSink sink(channel.writer.get(), "the pipe");
  sink.write(numbered(200'000));
  channel.reader = Fd();
  CHECK_THROWS_AS(sink.write("more"), Error);
  CHECK_THROWS_AS(sink.finish(), Error);
  ::signal(SIGPIPE, SIG_DFL);
}

TEST_CASE("where nothing can be kept for a slow reader, the error says how to go on") {
  ::setenv("TMPDIR", "/proc/nowhere", 1);
  const Channel channel = socket_channel();
  SpoolingSink sink(channel.writer.get(), "the socket");
  try {
    sink.write("rows");
    FAIL("written");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::output);
    CHECK(error.hint().find("TMPDIR") != std::string::npos);
  }
  ::unsetenv("TMPDIR");
}
