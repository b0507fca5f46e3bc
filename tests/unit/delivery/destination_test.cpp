// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/delivery/destination.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "reportctl/base/error.hpp"
#include "reportctl/base/stop.hpp"

using namespace reportctl;
using namespace reportctl::delivery;

TEST_CASE("a stop while a file is stored is a stop, and no answer of the destination") {
  std::string folder = (std::filesystem::temp_directory_path() / "reportctl-destination-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  REQUIRE(file >= 0);
  const auto destination = open_destination({.name = "partner", .url = "file:" + folder, .accounts = {"shop"}});
  const pid_t child = ::fork();  // a request is for good
  REQUIRE(child >= 0);
  if (child == 0) {
    int code = 1;
    try {
      install_signal_handlers();
      ::raise(SIGTERM);
      destination->send({.path = "a.csv", .id = "d1", .file = file, .size = 4096, .sha256 = "x"}, {});
    } catch (const Error& error) {
      code = error.kind() == ErrorKind::interrupted ? 0 : 2;
    }
    ::_exit(code);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(std::filesystem::is_empty(folder));
  ::close(file);
  std::filesystem::remove_all(folder);
}
