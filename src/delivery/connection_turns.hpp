// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>

namespace reportctl::delivery {

/// Which of the processes of one run-due have a connection to the mail server: each locks a byte of a file that they share, so
/// that the lock ends with its process. Without a file (-1) there are no others.
class ConnectionTurns {
 public:
  explicit ConnectionTurns(int shared_file) : file_(shared_file) {}
  void take();
  void give_back();
  /// The server takes no more connections: waits until another process ends its own, and takes its turn. False if none has had
  /// one for some seconds (a server may notice the end of a connection late), or after a request to stop.
  bool take_over();

 private:
  static constexpr int kNaps = 60;
  int file_;
  std::optional<int> mine_;
  int naps_left_ = kNaps;
};

}  // namespace reportctl::delivery
