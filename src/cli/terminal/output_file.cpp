// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/spool.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/rows/file_format.hpp"

namespace reportctl::cli {

namespace fs = std::filesystem;

namespace {

constexpr mode_t kMode = 0600;
constexpr int kMostLinks = 40;  ///< as Linux

/// `/dev/fd/N` and its like: a descriptor that this process has open already. To open it once more would begin at the start of a
/// file that the shell has opened.
std::optional<int> descriptor_named(const fs::path& path) {
  std::error_code none;
  const fs::path directory = fs::canonical(path.parent_path(), none);
  if (none || directory != fs::path("/proc") / std::to_string(::getpid()) / "fd") return std::nullopt;
  const auto number = parse_integer(path.filename().string());
  return number ? std::optional<int>(static_cast<int>(*number)) : std::nullopt;
}

Fd open_for_writing(const fs::path& path) {
  for (;;) {
    Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (fd) return fd;
    if (errno != EINTR) throw system_error(ErrorKind::output, fmt::format("cannot write {}", path.string()), errno);
    throw_if_stopped();  // nobody opens the other end of the pipe
  }
}

/// What a terminal would obey, made visible; lines and tabs stay.
class TerminalSink final : public Sink {
 public:
  explicit TerminalSink(Sink& next) : next_(next) {}
  void write(std::string_view bytes) override {
    held_ += bytes;
    const std::size_t line = held_.rfind('\n');
    // A line without end is passed on up to its last whole character.
    const std::size_t whole = line != std::string::npos         ? line + 1
                              : held_.size() > kLongestHeldLine ? cut_at_character(held_, held_.size() - 1).size()
                                                                : 0;
    pass_on(whole);
  }
  void finish() { pass_on(held_.size()); }

 private:
  static constexpr std::size_t kLongestHeldLine = 65536;
  void pass_on(std::size_t size) {
    if (size > 0) next_.write(visible_lines(std::string_view(held_).substr(0, size)));
    held_.erase(0, size);
  }
  Sink& next_;
  std::string held_;
};

void write_through(int fd, const Destination& destination, const std::function<void(Sink&)>& write) {
  if (::isatty(fd) == 1) {
    if (!destination.format().empty() && rows::file_format(destination.format()).binary)
      throw Error(ErrorKind::usage, fmt::format("{} is not for a terminal", destination.format()),
                  "write it to a file: --output FILE");
    FdSink sink(fd, destination.name());
    TerminalSink terminal(sink);
    write(terminal);
    return terminal.finish();
  }
  if (destination.pace() == Pace::of_reader) {
    FdSink sink(fd, destination.name());
    return write(sink);
  }
  SpoolingSink sink(fd, destination.name());
  write(sink);
  sink.finish();
}

/// Passes bytes on, and knows whether there were any.
class NotingSink final : public Sink {
 public:
  NotingSink(Sink& next, bool& any) : next_(next), any_(any) {}
  void write(std::string_view bytes) override {
    any_ = true;  // before a write that fails, a part of it may have been taken
    next_.write(bytes);
  }

 private:
  Sink& next_;
  bool& any_;
};

}  // namespace

Destination::Destination(const fs::path& named, std::string format, Pace pace)
    : path_(named), name_(named.string()), format_(std::move(format)), pace_(pace) {
  if (named.empty() || named == "-") {
    descriptor_ = STDOUT_FILENO;
    name_ = "standard output";
    return;
  }
  std::error_code none;
  for (int links = 0; !(descriptor_ = descriptor_named(path_)) && fs::is_symlink(path_, none); ++links) {
    if (links == kMostLinks) throw system_error(ErrorKind::output, fmt::format("cannot write {}", name_), ELOOP);
    path_ = path_.parent_path() / fs::read_symlink(path_, none);
  }
  const auto status = fs::status(path_, none);
  if (fs::is_directory(status))
    throw Error(ErrorKind::usage, fmt::format("--output {}: is a directory", name_), "name a file in it");
  is_stream_ = descriptor_ || (fs::exists(status) && !fs::is_regular_file(status));
}

void write_to(const Destination& destination, const std::function<void(Sink&)>& write) {
  if (destination.descriptor()) return write_through(*destination.descriptor(), destination, write);
  if (destination.is_stream()) {  // written to, never replaced
    Fd fd = open_for_writing(destination.path());
    write_through(fd.get(), destination, write);
    return fd.close(destination.name());
  }
  AtomicFile file(destination.path(), kMode);
  file.keep_attributes();
  write(file);
  file.commit();
}

void hand_out(const Destination& destination, const std::function<void(Sink&)>& write,
              const std::function<void(Handed)>& record) {
  bool any = false;
  try {
    write_to(destination, [&](Sink& sink) {
      NotingSink noting(sink, any);
      write(noting);
    });
  } catch (const Error&) {
    if (any && destination.is_stream()) record(Handed::partly);
    throw;
  }
  record(Handed::whole);
}

}  // namespace reportctl::cli
