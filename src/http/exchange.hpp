// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include "reportctl/http/client.hpp"
#include "reportctl/http/handle.hpp"

namespace reportctl::http {

/// What the callbacks of one transfer work on.
class Exchange {
 public:
  Exchange(const Request& request_of, const Settings& settings_of) : request(request_of), settings(settings_of) {}
  /// Sets everything of the request on a handle. Both have to stay where they are until the transfer has ended.
  void prepare(Handle&);
  /// The answer, when the transfer has ended with that code. Throws what a callback threw, and Error(interrupted).
  Answer finished(Handle&, CURLcode);

  const Request& request;
  const Settings& settings;
  Answer answer{};

  // For libcurl's callbacks; an exception is kept for finished().
  bool goes_on();
  std::size_t header(std::string_view line);
  std::size_t text(std::string_view bytes);
  std::size_t read(char* out, std::size_t room);
  curl_socket_t socket(const curl_sockaddr& address);
  void rewind(std::uint64_t offset) { sent_ = offset; }
  void keep_exception() { thrown_ = std::current_exception(); }

 private:
  std::size_t keep(std::string_view bytes);

  Lines headers_;
  std::uint64_t size_ = request.body.file >= 0 ? request.body.size : request.body.text.size();
  std::uint64_t sent_ = 0;
  std::size_t kept_ = 0;
  std::string refusal_{};  ///< why an address was refused
  bool connects_ = false;  ///< an address was not refused
  std::exception_ptr thrown_{};
  std::chrono::steady_clock::time_point life_ = std::chrono::steady_clock::now();  ///< when a byte came or went
  bool silent_ = false;
};

}  // namespace reportctl::http
