// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "reportctl/base/sink.hpp"

namespace reportctl::cli {

/// Who waits for whom when a pipe is read slowly.
enum class Pace {
  of_reader,  ///< the writer waits
  of_writer   ///< nobody: what the reader does not take yet is kept (SpoolingSink)
};

/// Where the bytes of a report go: a file that appears whole or not at all, or standard output.
struct Destination {
  std::filesystem::path file;  ///< empty or `-`: standard output
  std::string format;          ///< canonical; xlsx and pdf are not poured onto a terminal
  Pace pace = Pace::of_reader;
  [[nodiscard]] bool is_stdout() const { return file.empty() || file == "-"; }
};

/// Calls `write` with the destination's sink; the file is made real when it returns. Error(usage) for a directory and for a
/// binary format on a terminal, Error(output) when the bytes could not be written: then nothing of the file is left, and an old
/// one is as it was.
void write_to(const Destination&, const std::function<void(Sink&)>& write);

}  // namespace reportctl::cli
