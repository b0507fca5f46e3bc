// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "reportctl/base/sink.hpp"

namespace reportctl::cli {

/// Who waits for whom when a pipe is read slowly.
enum class Pace {
  of_reader,  ///< the writer waits
  of_writer   ///< nobody: what the reader does not take yet is kept (SpoolingSink)
};

/// Where the bytes of a report go: a file that appears whole or not at all, or a stream, which is written to as it is: standard
/// output, another descriptor (`/dev/fd/3`, `>(…)`), a named pipe, a device. Symbolic links lead to what is meant.
class Destination {
 public:
  /// `named` by a person; empty or `-`: standard output. `format` is canonical, and empty for text; xlsx and pdf are not
  /// poured onto a terminal.
  /// Error(usage) for a directory, Error(output) for links in a circle.
  explicit Destination(const std::filesystem::path& named, std::string format = {}, Pace = Pace::of_reader);
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const std::string& name() const { return name_; }  ///< for messages
  [[nodiscard]] const std::string& format() const { return format_; }
  [[nodiscard]] Pace pace() const { return pace_; }
  [[nodiscard]] std::optional<int> descriptor() const { return descriptor_; }
  [[nodiscard]] bool is_stdout() const { return descriptor_ == 1; }
  /// A sentence about the file would end up in it, or beside it.
  [[nodiscard]] bool is_stream() const { return is_stream_; }

 private:
  std::filesystem::path path_;
  std::string name_;
  std::string format_;
  Pace pace_;
  std::optional<int> descriptor_;
  bool is_stream_ = true;
};

/// Calls `write` with the destination's sink; the file is made real when it returns. Error(usage) for a binary format on a
/// terminal, Error(output) when the bytes could not be written: then nothing of the file is left, and an old one is as it was.
void write_to(const Destination&, const std::function<void(Sink&)>& write);

enum class Handed { whole, partly };
/// The same, and `record` is called once when anything has left the house: also when a reader took a part and went away.
void hand_out(const Destination&, const std::function<void(Sink&)>& write, const std::function<void(Handed)>& record);

}  // namespace reportctl::cli
