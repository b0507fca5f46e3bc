// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "connection_turns.hpp"

#include <fcntl.h>

#include <chrono>
#include <thread>
#include <vector>

#include "reportctl/base/stop.hpp"

namespace reportctl::delivery {

namespace {

constexpr int kTurns = 64;  // as many as run-due has processes at most
constexpr auto kNap = std::chrono::milliseconds(50);

// Locks of processes, not of open files: the processes have the file from their parent.
bool set_lock(int file, int byte, short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  return ::fcntl(file, F_SETLK, &lock) == 0;
}

bool is_of_another(int file, int byte) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  return ::fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace

void ConnectionTurns::take() {
  if (file_ < 0 || mine_) return;
  for (int byte = 0; byte < kTurns && !mine_; ++byte)
    if (set_lock(file_, byte, F_WRLCK)) mine_ = byte;
}

void ConnectionTurns::give_back() {
  if (mine_) set_lock(file_, *mine_, F_UNLCK);
  mine_.reset();
}

bool ConnectionTurns::take_over() {
  give_back();
  std::vector<int> others;
  for (int byte = 0; file_ >= 0 && byte < kTurns; ++byte)
    if (is_of_another(file_, byte)) others.push_back(byte);
  if (others.empty()) {
    if (file_ < 0 || naps_left_-- <= 0) return false;
    std::this_thread::sleep_for(kNap);
    return !stop_requested();
  }
  naps_left_ = kNaps;
  for (; !stop_requested(); std::this_thread::sleep_for(kNap)) {
    for (const int byte : others) {
      if (!set_lock(file_, byte, F_WRLCK)) continue;
      mine_ = byte;
      return true;
    }
  }
  return false;
}

}  // namespace reportctl::delivery
