// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/http/client.hpp"

#include <utility>

#include "exchange.hpp"

namespace reportctl::http {

struct Client::Impl {
  Settings settings;
  Handle handle{};
};

Client::Client(Settings settings) : impl_(new Impl{.settings = std::move(settings)}) {}
Client::~Client() = default;

Answer Client::perform(const Request& request) {
  Exchange exchange(request, impl_->settings);
  exchange.prepare(impl_->handle);
  return exchange.finished(impl_->handle, impl_->handle.perform());
}

}  // namespace reportctl::http
