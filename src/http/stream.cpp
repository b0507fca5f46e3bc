// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/http/stream.hpp"

#include <optional>
#include <utility>

#include "exchange.hpp"

namespace reportctl::http {
namespace {

constexpr int kLookMilliseconds = 100;

bool is_announced(const Answer& answer) {
  return answer.headers.contains("content-length") || answer.headers.contains("transfer-encoding");
}

}  // namespace

struct Stream::Impl {
  struct CleanUp {
    void operator()(CURLM* of) const { curl().curl_multi_cleanup(of); }
  };

  Impl(Settings of, std::function<void()> look_of) : settings(std::move(of)), look(std::move(look_of)) {
    if (!multi) throw Error(ErrorKind::failed, "libcurl is out of memory");
  }

  /// Moves what can be moved, and waits a little where nothing can.
  void go_on() {
    int running = 0;
    if (curl().curl_multi_perform(multi.get(), &running) != CURLM_OK) throw Error(ErrorKind::failed, "libcurl is out of memory");
    int left = 0;
    while (const CURLMsg* const message = curl().curl_multi_info_read(multi.get(), &left))
      if (message->msg == CURLMSG_DONE) return finish(message->data.result);
    look();
    if (came.empty()) curl().curl_multi_poll(multi.get(), nullptr, 0, kLookMilliseconds, nullptr);
  }

  void finish(CURLcode code) {
    forget_transfer();
    answer = exchange->finished(handle, code);
    exchange.reset();
    if (answer.status != 200 || answer.trouble != Trouble::none || is_announced(answer)) return;
    answer.trouble = Trouble::passing;
    answer.words = "the server does not say where its answer ends";
  }

  void forget_transfer() noexcept {
    if (std::exchange(is_added, false)) curl().curl_multi_remove_handle(multi.get(), handle.get());
  }

  Settings settings;
  std::function<void()> look;
  std::unique_ptr<CURLM, CleanUp> multi{curl().curl_multi_init()};
  Handle handle{};
  Request request{};
  std::optional<Exchange> exchange{};  ///< while an answer comes
  Answer answer{};
  std::string came{};  ///< and was not read
  bool is_added = false;
};

Stream::Stream(Settings settings, std::function<void()> look) : impl_(new Impl(std::move(settings), std::move(look))) {}

Stream::~Stream() { close(); }

void Stream::send(Request request) {
  close();
  impl_->request = std::move(request);
  impl_->request.take = [impl = impl_.get()](std::string_view bytes) { impl->came += bytes; };
  impl_->exchange.emplace(impl_->request, impl_->settings);
  impl_->exchange->prepare(impl_->handle);
  impl_->is_added = curl().curl_multi_add_handle(impl_->multi.get(), impl_->handle.get()) == CURLM_OK;
  try {
    while (impl_->exchange && impl_->came.empty()) impl_->go_on();
  } catch (...) {
    close();
    throw;
  }
}

bool Stream::read(std::string& buffer) {
  try {
    while (impl_->exchange && impl_->came.empty()) impl_->go_on();
  } catch (...) {
    close();
    throw;
  }
  if (impl_->came.empty()) return false;
  buffer += impl_->came;
  impl_->came.clear();
  return true;
}

const Answer& Stream::answer() const { return impl_->exchange ? impl_->exchange->answer : impl_->answer; }

void Stream::close() noexcept {
  impl_->forget_transfer();
  impl_->exchange.reset();
  impl_->came.clear();
  impl_->answer = {};
}

}  // namespace reportctl::http
