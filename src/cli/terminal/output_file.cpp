// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/spool.hpp"
#include "reportctl/rows/file_format.hpp"

namespace reportctl::cli {
namespace {

constexpr mode_t kMode = 0600;

Fd open_for_writing(const std::filesystem::path& path) {
  Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) throw system_error(ErrorKind::output, fmt::format("cannot write {}", path.string()), errno);
  return fd;
}

/// Standard output, a device or a named pipe.
struct Stream {
  int fd;
  std::string name;
};
void write_through(const Stream& stream, Pace pace, const std::function<void(Sink&)>& write) {
  if (pace == Pace::of_reader) {
    FdSink sink(stream.fd, stream.name);
    return write(sink);
  }
  SpoolingSink sink(stream.fd, stream.name);
  write(sink);
  sink.finish();
}

}  // namespace

void write_to(const Destination& destination, const std::function<void(Sink&)>& write) {
  if (destination.is_stdout()) {
    if (rows::file_format(destination.format).binary && ::isatty(STDOUT_FILENO) == 1) {
      throw Error(ErrorKind::usage, fmt::format("{} is not for a terminal", destination.format),
                  "write it to a file: --output FILE");
    }
    return write_through({STDOUT_FILENO, "standard output"}, destination.pace, write);
  }
  std::error_code none;
  const auto status = std::filesystem::status(destination.file, none);
  if (std::filesystem::is_directory(status)) {
    throw Error(ErrorKind::usage, fmt::format("--output {}: is a directory", destination.file.string()), "name a file in it");
  }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    // A device or a named pipe is written to, never replaced.
    Fd fd = open_for_writing(destination.file);
    write_through({fd.get(), destination.file.string()}, destination.pace, write);
    fd.close(destination.file.string());
    return;
  }
  AtomicFile file(destination.file, kMode);
  write(file);
  file.commit();
}

}  // namespace reportctl::cli
