// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/resolve.hpp"

#include <netdb.h>

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "reportctl/base/stop.hpp"

namespace reportctl {
namespace {

constexpr std::chrono::milliseconds kLook{100};

std::vector<std::string> look_up(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  std::vector<std::string> addresses;
  if (::getaddrinfo(host.c_str(), nullptr, &wanted, &found) != 0) return addresses;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      addresses.emplace_back(text.data());
  }
  return addresses;
}

/// What a thread and its waiter share; the thread may outlive the waiter.
struct LookUp {
  std::mutex mutex;
  std::condition_variable done;
  std::optional<std::vector<std::string>> addresses;
};

}  // namespace

std::optional<std::vector<std::string>> addresses_of(const std::string& host, std::chrono::milliseconds limit) {
  const auto task = std::make_shared<LookUp>();
  std::thread([task, host] {
    auto addresses = look_up(host);
    const std::lock_guard lock(task->mutex);
    task->addresses = std::move(addresses);
    task->done.notify_one();
  }).detach();
  const auto until = std::chrono::steady_clock::now() + limit;
  std::unique_lock lock(task->mutex);
  while (!task->addresses && std::chrono::steady_clock::now() < until) {
    throw_if_stopped();
    task->done.wait_for(lock, kLook);
  }
  return task->addresses;
}

}  // namespace reportctl
